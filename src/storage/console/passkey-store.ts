import type { PasskeyRecord, PasskeyStore } from '../../application/ports/passkey-store.ts';
import { ownAct } from '../../domain/actor.ts';
import { isUuid } from '../../domain/uuid.ts';
import { noteEntries } from '../audit/note-entries.ts';
import type { Database } from '../database.ts';
import { anyOf } from '../expressions.ts';
import { rowOf } from '../parameters.ts';
import { statement } from '../statement.ts';
import { columnsOfTable, db, type RowIn } from '../tables.ts';
import { ofAdmin } from './admin-entries.ts';
import { AdminPasskeyEntity } from './admin-passkey-entity.ts';
import { LOCK_ADMIN } from './lock-admin.ts';

const PASSKEY_ROW = columnsOfTable(AdminPasskeyEntity);

const passkeys = db.selectFrom('admin_passkeys as p');

const BY_ADMINS = statement('passkeys-by-admins', { adminIds: 'uuid[]' }, ({ adminIds }) =>
  passkeys.select(PASSKEY_ROW.from('p')).where('p.admin_id', '=', anyOf(adminIds)).orderBy('p.created_at'),
);

const IDS = statement('ids-of-passkeys', { adminId: 'uuid' }, ({ adminId }) =>
  passkeys.select('p.id').where('p.admin_id', '=', adminId),
);

/** Nobody has it already, or nothing is inserted. */
export const INSERT_PASSKEY = statement('insert-passkey', { passkey: rowOf(PASSKEY_ROW) }, ({ passkey }) =>
  db
    .insertInto('admin_passkeys')
    .values(passkey)
    .onConflict((conflict) => conflict.doNothing())
    .returning('id'),
);

const REMOVE = statement('remove-passkey', { adminId: 'uuid', id: 'text' }, ({ adminId, id }) =>
  db.deleteFrom('admin_passkeys').where('admin_id', '=', adminId).where('id', '=', id),
);

/** An authenticator that does not count says 0 for ever. */
const USE = statement(
  'use-passkey',
  { adminId: 'uuid', id: 'text', counter: 'bigint', at: 'timestamptz' },
  ({ adminId, id, counter, at }) =>
    db
      .updateTable('admin_passkeys as p')
      .set({ counter, last_used_at: at })
      .where('p.admin_id', '=', adminId)
      .where('p.id', '=', id)
      .where((where) =>
        where.or([where('p.counter', '<', counter), where.and([where('p.counter', '=', 0), where(counter, '=', 0)])]),
      )
      .returning('p.id'),
);

const toRecord = ({ adminId: _, ...passkey }: RowIn<typeof PASSKEY_ROW>): PasskeyRecord => passkey;

export const toPasskeyRow = (adminId: string, passkey: PasskeyRecord) => ({ ...passkey, adminId });

export const createPasskeyStore = (database: Database): PasskeyStore => ({
  byAdmins: async (adminIds) => {
    const rows = await database.run(BY_ADMINS, { adminIds: adminIds.filter(isUuid) });
    const byAdmin = Map.groupBy(rows, ({ adminId }) => adminId);
    return adminIds.map((id) => (byAdmin.get(id) ?? []).map(toRecord));
  },

  insert: async (adminId, passkey, max, act = ownAct(passkey.createdAt)) =>
    database.transaction('insert-passkey', async (connection) => {
      await connection.run(LOCK_ADMIN, { id: adminId });
      if ((await connection.run(IDS, { adminId })).length >= max) return 'full';
      const inserted = await connection.run(INSERT_PASSKEY, { passkey: toPasskeyRow(adminId, passkey) });
      if (inserted.length === 0) return 'taken';
      await noteEntries(connection, [ofAdmin('admin.changed', act, adminId, { what: 'passkey_added' })]);
      return 'added';
    }),

  remove: async (adminId, id, act = ownAct()) =>
    database.transaction('remove-passkey', async (connection) => {
      const [admin] = await connection.run(LOCK_ADMIN, { id: adminId });
      const known = await connection.run(IDS, { adminId });
      if (!known.some((passkey) => passkey.id === id)) return null;
      if (admin?.hasTotp === false && known.length === 1) return 'last';
      await connection.run(REMOVE, { adminId, id });
      await noteEntries(connection, [ofAdmin('admin.changed', act, adminId, { what: 'passkey_removed' })]);
      return 'removed';
    }),

  use: async (adminId, id, counter, at) => (await database.run(USE, { adminId, id, counter, at })).length === 1,
});
