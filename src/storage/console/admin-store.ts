import { sql } from 'kysely';
import type { AdminStore } from '../../application/ports/admin-store.ts';
import { ownAct } from '../../domain/actor.ts';
import { isUuid } from '../../domain/uuid.ts';
import { detailGiven, GIVEN_ENTRIES, noteEntries, noteGiven, toGiven } from '../audit/note-entries.ts';
import type { Database } from '../database.ts';
import { isAny, rowCount } from '../expressions.ts';
import { rowOf } from '../parameters.ts';
import { statement } from '../statement.ts';
import { columnsOfTable, db } from '../tables.ts';
import { AdminEntity } from './admin-entity.ts';
import { ofAdmin } from './admin-entries.ts';
import { INSERT_PASSKEY, toPasskeyRow } from './passkey-store.ts';

const ADMIN_ROW = columnsOfTable(AdminEntity);
const ACCOUNT = columnsOfTable(AdminEntity, { only: ['id', 'name', 'createdAt'] });

const admins = db.selectFrom('admins as a').where('a.removed_at', 'is', null);

const hasTotp = sql<boolean>`a.totp_secret is not null`;
const isComplete = sql<boolean>`a.password_hash is not null and (${hasTotp} or exists (
  select from admin_passkeys p where p.admin_id = a.id))`;

/** Those that can log in. */
const complete = admins.where(isComplete);

/** Under it administrators are counted; any number that nothing else locks. */
const COUNT_LOCK = 4_270_211_056;

const LOCK = statement('lock-admins', {}, () =>
  db.selectNoFrom(sql<string>`pg_advisory_xact_lock(${sql.lit(COUNT_LOCK)})::text`.as('locked')),
);

const LIST = statement('admins', {}, () =>
  admins
    .select(ACCOUNT.from('a'))
    .select([hasTotp.as('hasTotp'), isComplete.as('isComplete')])
    .orderBy('a.name'),
);

const COUNT = statement('count-admins', {}, () => admins.select(rowCount.as('count')));

const ANY_COMPLETE = statement('any-complete-admin', {}, () => complete.select('a.id').limit(1));

const OTHER_COMPLETE = statement('other-complete-admin', { id: 'uuid' }, ({ id }) =>
  complete.select('a.id').where('a.id', '<>', id).limit(1),
);

/** One that was removed comes back under its name, with nothing of what it had. */
const CREATE = statement('create-admin', { admin: rowOf(ADMIN_ROW) }, ({ admin }) =>
  db
    .insertInto('admins')
    .values(admin)
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet({
          setup_hash: admin.setup_hash,
          setup_expires_at: admin.setup_expires_at,
          version: admin.version,
          created_at: admin.created_at,
          removed_at: null,
        })
        .where('admins.removed_at', 'is not', null),
    )
    .returning(ACCOUNT.from('admins')),
);

const REMOVE = statement('remove-admin', { id: 'uuid', version: 'text', at: 'timestamptz' }, ({ id, version, at }) =>
  db
    .updateTable('admins as a')
    .set({
      password_hash: null,
      totp_secret: null,
      totp_step: null,
      recovery_hashes: sql`'{}'`,
      setup_hash: null,
      setup_expires_at: null,
      version,
      removed_at: at,
    })
    .where('a.id', '=', id)
    .where('a.removed_at', 'is', null)
    .returning(['a.id', 'a.name', 'a.created_at as createdAt']),
);

const FORGET_PASSKEYS = statement('forget-passkeys-of-admin', { id: 'uuid' }, ({ id }) =>
  db.deleteFrom('admin_passkeys').where('admin_id', '=', id),
);

const END_SESSIONS = statement('end-sessions-of-admin', { id: 'uuid' }, ({ id }) =>
  db.deleteFrom('console_sessions').where('admin_id', '=', id).returning('id'),
);

const BY_NAME = statement('admin-by-name', { name: 'text' }, ({ name }) =>
  complete.select(['a.id', 'a.name', 'a.version', 'a.password_hash as passwordHash']).where('a.name', '=', name),
);

const BY_SETUP_HASH = statement('admin-by-setup-hash', { setupHash: 'bytea', at: 'timestamptz' }, ({ setupHash, at }) =>
  admins.select('a.name').where('a.setup_hash', '=', setupHash).where('a.setup_expires_at', '>', at),
);

const SET_UP = statement(
  'set-up-admin',
  {
    setupHash: 'bytea',
    at: 'timestamptz',
    secrets: rowOf(
      columnsOfTable(AdminEntity, {
        only: ['passwordHash', 'totpSecret', 'totpStep', 'recoveryHashes', 'version'],
      }),
    ),
  },
  ({ setupHash, at, secrets }) =>
    db
      .updateTable('admins as a')
      .set({ ...secrets, setup_hash: null, setup_expires_at: null })
      .where('a.setup_hash', '=', setupHash)
      .where('a.setup_expires_at', '>', at)
      .where('a.removed_at', 'is', null)
      .returning(['a.id', 'a.name', 'a.version']),
);

const ADD_TOTP = statement(
  'add-totp',
  { id: 'uuid', secret: 'bytea', step: 'int', entries: GIVEN_ENTRIES },
  ({ id, secret, step, entries }) =>
    db
      .with('changed', (cte) =>
        cte
          .updateTable('admins as a')
          .set({ totp_secret: secret, totp_step: step })
          .where('a.id', '=', id)
          .where('a.removed_at', 'is', null)
          .where('a.totp_secret', 'is', null)
          .returning('a.id'),
      )
      .with('noted', () => noteGiven(entries, isAny('changed')))
      .with('detailed', () => detailGiven(entries, isAny('changed')))
      .selectFrom('changed')
      .select('id'),
);

const USE_TOTP_STEP = statement(
  'use-totp-step',
  { id: 'uuid', version: 'text', step: 'int' },
  ({ id, version, step }) =>
    db
      .updateTable('admins as a')
      .set({ totp_step: step })
      .where('a.id', '=', id)
      .where('a.version', '=', version)
      .where('a.totp_step', '<', step)
      .returning('a.id'),
);

const USE_RECOVERY_CODE = statement(
  'use-recovery-code',
  { id: 'uuid', version: 'text', codeHash: 'bytea', entries: GIVEN_ENTRIES },
  ({ id, version, codeHash, entries }) =>
    db
      .with('changed', (cte) =>
        cte
          .updateTable('admins as a')
          .set({ recovery_hashes: sql`array_remove(a.recovery_hashes, ${codeHash})` })
          .where('a.id', '=', id)
          .where('a.version', '=', version)
          .where(sql<boolean>`${codeHash} = any (a.recovery_hashes)`)
          .returning(sql<number>`cardinality(a.recovery_hashes)`.as('left')),
      )
      .with('noted', () => noteGiven(entries, isAny('changed')))
      .with('detailed', () => detailGiven(entries, isAny('changed')))
      .selectFrom('changed')
      .select('left'),
);

const NOT_COMPLETE = { isComplete: false, hasTotp: false };

export const createAdminStore = (database: Database): AdminStore => ({
  list: () => database.run(LIST, {}),

  isAnyComplete: async () => (await database.run(ANY_COMPLETE, {})).length > 0,

  create: (admin, max, act = ownAct(admin.createdAt)) =>
    database.transaction('create-admin', async (connection) => {
      await connection.run(LOCK, {});
      const [counted] = await connection.run(COUNT, {});
      if ((counted?.count ?? 0) >= max) return 'full';
      const [row] = await connection.run(CREATE, { admin: { ...admin, ...NOT_SET_UP } });
      if (row === undefined) return 'taken';
      await noteEntries(connection, [ofAdmin('admin.created', act, row.id)]);
      return { ...row, ...NOT_COMPLETE };
    }),

  remove: async (id, { keepsLast, act, ...change }) => {
    if (!isUuid(id)) return null;
    return database.transaction('remove-admin', async (connection) => {
      await connection.run(LOCK, {});
      if (keepsLast && (await connection.run(OTHER_COMPLETE, { id })).length === 0) return 'last';
      const [row] = await connection.run(REMOVE, { id, ...change });
      if (row === undefined) return null;
      await noteEntries(connection, [ofAdmin('admin.removed', act ?? ownAct(change.at), id)]);
      await connection.run(FORGET_PASSKEYS, { id });
      const ended = await connection.run(END_SESSIONS, { id });
      return { admin: { ...row, ...NOT_COMPLETE }, sessionIds: ended.map((session) => session.id) };
    });
  },

  byName: async (name) => {
    const [row] = await database.run(BY_NAME, { name });
    return row === undefined ? null : { ...row, passwordHash: row.passwordHash ?? '' };
  },

  bySetupHash: async (setupHash, at) => (await database.run(BY_SETUP_HASH, { setupHash, at }))[0] ?? null,

  setUp: (setupHash, secrets, passkey, at, act = ownAct(at)) =>
    database.transaction('set-up-admin', async (connection) => {
      const [admin = null] = await connection.run(SET_UP, { setupHash, secrets, at });
      if (admin === null) return null;
      // Whoever holds the link is who it was made for.
      const by = { ...act.by, kind: 'admin', id: admin.id } as const;
      await noteEntries(connection, [ofAdmin('admin.changed', { ...act, by }, admin.id, { what: 'set_up' })]);
      if (passkey === null) return admin;
      const inserted = await connection.run(INSERT_PASSKEY, { passkey: toPasskeyRow(admin.id, passkey) });
      // Nothing is kept then. Authenticators never make one twice: somebody made it up.
      if (inserted.length === 0) throw new Error('a passkey has the id of another one');
      return admin;
    }),

  addTotp: async (id, secret, step, act = ownAct()) => {
    const entries = [toGiven(ofAdmin('admin.changed', act, id, { what: 'authenticator_added' }))];
    return (await database.run(ADD_TOTP, { id, secret, step, entries })).length === 1;
  },

  useTotpStep: async ({ id, version }, step) => (await database.run(USE_TOTP_STEP, { id, version, step })).length === 1,

  useRecoveryCode: async ({ id, version }, codeHash, act = ownAct()) => {
    const entries = [toGiven(ofAdmin('admin.changed', act, id, { what: 'recovery_code_used' }))];
    return (await database.run(USE_RECOVERY_CODE, { id, version, codeHash, entries }))[0]?.left ?? null;
  },
});

const NOT_SET_UP = {
  passwordHash: null,
  totpSecret: null,
  totpStep: null,
  recoveryHashes: [],
  removedAt: null,
};
