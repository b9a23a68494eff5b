import type { SenderStore } from '../../application/ports/sender-store.ts';
import type { Sender } from '../../domain/sender.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { Database, Statement } from '../database.ts';
import { inOrderOf } from '../in-order-of.ts';
import { firstKeyValues } from '../keys/first-key.ts';
import type { Orm } from '../mikro-orm.ts';
import { SenderEntity, type SenderRow } from './sender-entity.ts';

const INSERT_SENDER: Statement = {
  name: 'insert-sender',
  text: `with sender as (
           insert into senders (id, display_name, created_at) values ($1, $2, $3) returning id, created_at
         )
         insert into api_keys (id, sender_id, hash, prefix, scopes, created_at, expires_at)
         select $4::uuid, sender.id, $5::bytea, $6::text, $7::text[], sender.created_at, $8::timestamptz from sender`,
};

/** Senders. */
export const createSenderStore = (orm: Orm, database: Database): SenderStore => ({
  insert: async (sender, key) => {
    await database.query(INSERT_SENDER, [
      sender.id,
      sender.displayName,
      sender.createdAt.toISOString(),
      ...firstKeyValues(key),
    ]);
  },

  byIds: (ids) =>
    database.guard('senders-by-ids', async () => {
      const rows = await orm.em.fork().find(SenderEntity, { id: { $in: ids.filter(isUuid) } });
      return inOrderOf<Sender>(ids, rows.map(toSender));
    }),
});

const toSender = (row: SenderRow): Sender => ({
  id: row.id,
  displayName: row.displayName,
  createdAt: row.createdAt,
});
