import type { SenderStore } from '../../application/ports/sender-store.ts';
import { ownAct } from '../../domain/actor.ts';
import type { Sender } from '../../domain/sender.ts';
import { isUuid } from '../../domain/uuid.ts';
import { entryBy } from '../audit/entry-by.ts';
import { noteEntries } from '../audit/note-entries.ts';
import type { Database } from '../database.ts';
import { anyOf } from '../expressions.ts';
import { isUnusedSender } from '../identities/unused.ts';
import { unusedIn, unusedOf } from '../identities/unused-pages.ts';
import { storeInvited } from '../invitations/invitation-store.ts';
import { API_KEY_ROW, newKeyRow } from '../keys/api-key-records.ts';
import { keyCreated } from '../keys/key-entries.ts';
import { rowOf } from '../parameters.ts';
import { createReader } from '../reader.ts';
import { statement, statementByKey } from '../statement.ts';
import { db } from '../tables.ts';
import { LOCK_SENDER } from './lock-sender.ts';
import { SENDER, SENDER_ROW } from './sender-columns.ts';
import { listSenders } from './sender-lists.ts';

const INSERT = statement('insert-sender', { sender: rowOf(SENDER_ROW), key: rowOf(API_KEY_ROW) }, ({ sender, key }) =>
  db
    .with('sender', (cte) => cte.insertInto('senders').values(sender))
    .insertInto('api_keys')
    .values(key),
);

const BY_IDS = statementByKey('senders-by-ids', { ids: 'uuid[]' }, ({ ids }) =>
  db.selectFrom('senders as s').select(SENDER.from('s')).where('s.id', '=', anyOf(ids)),
);

const UNUSED = unusedIn('senders', isUnusedSender);

const DELETE = statement('delete-sender', { id: 'uuid' }, ({ id }) => db.deleteFrom('senders').where('id', '=', id));

export const createSenderStore = (database: Database): SenderStore => ({
  list: (filter, page) => listSenders(database, filter, page),

  insert: async (sender, newKey, { ownerId = null, codeHash = null, act = ownAct(sender.createdAt) } = {}) => {
    const values = { sender: { ...sender, ownerId }, key: newKeyRow(sender.id, newKey, sender.createdAt) };
    const isStored = await database.transaction('insert-sender', (connection) =>
      storeInvited(connection, codeHash, sender.createdAt, async () => {
        await connection.run(INSERT, values);
        await noteEntries(connection, [
          {
            type: 'sender.registered',
            ...entryBy(act),
            subject: { kind: 'sender', id: sender.id },
            senderId: sender.id,
          },
          keyCreated(act, sender.id, newKey),
        ]);
        return true;
      }),
    );
    return isStored === true;
  },

  unused: (page) => unusedOf(database, UNUSED, page),

  expire: async (id, since, at) =>
    database.transaction('expire-sender', async (connection) => {
      if ((await connection.run(LOCK_SENDER, { id })).length === 0) return false;
      if ((await connection.run(UNUSED.one, { id, since })).length === 0) return false;
      await connection.run(DELETE, { id });
      const about = { subject: { kind: 'sender', id }, senderId: id } as const;
      await noteEntries(connection, [{ type: 'sender.expired', ...entryBy(ownAct(at)), ...about }]);
      return true;
    }),

  byIds: createReader<Sender>(
    (ids) => database.run(BY_IDS, { ids: ids.filter(isUuid) }),
    ({ id }) => id,
  ),
});
