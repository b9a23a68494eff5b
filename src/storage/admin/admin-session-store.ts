import { type Expression, sql } from 'kysely';
import type { AdminSessionStore } from '../../application/ports/admin-session-store.ts';
import { isUuid } from '../../domain/uuid.ts';
import { consoleSessions } from '../console/console-session-store.ts';
import type { Database } from '../database.ts';
import { rowOf } from '../parameters.ts';
import { statement } from '../statement.ts';
import { columnsOfTable, db } from '../tables.ts';
import { AdminCredentialEntity } from './admin-credential-entity.ts';
import { AdminSessionEntity } from './admin-session-entity.ts';

/** `only_one` has its default. */
const CREDENTIAL_ROW = columnsOfTable(AdminCredentialEntity, { without: ['onlyOne'] });
const SESSION_ROW = columnsOfTable(AdminSessionEntity);

/** Whose sessions of the one password are. */
const NOBODYS_ID = sql<string | null>`null::uuid`;
const NO_NAME = sql<string | null>`null::text`;
const NAMED_ID = sql<string | null>`a.id`;
const NAMED = sql<string | null>`a.name`;

/** Sessions that have not expired, of the password as it is now. */
const liveSessions = (at: Expression<Date>) =>
  db
    .selectFrom('admin_sessions as s')
    .innerJoin('admin_credential as c', 'c.version', 's.password_version')
    .where('s.expires_at', '>', at);

const CREDENTIAL = statement('admin-credential', {}, () =>
  db.selectFrom('admin_credential as c').select(['c.password_hash as passwordHash', 'c.version']),
);

const INSERT_CREDENTIAL = statement(
  'insert-admin-credential',
  { credential: rowOf(CREDENTIAL_ROW) },
  ({ credential }) =>
    db
      .insertInto('admin_credential')
      .values(credential)
      .onConflict((conflict) => conflict.doNothing())
      .returning('version'),
);

/** Sessions of any other password end. */
const REPLACE_CREDENTIAL = statement(
  'replace-admin-credential',
  { credential: rowOf(CREDENTIAL_ROW), seenVersion: 'text' },
  ({ credential, seenVersion }) =>
    db
      .with('ended', (cte) => cte.deleteFrom('admin_sessions').where('password_version', '<>', credential.version))
      .updateTable('admin_credential')
      .set(credential)
      .where('version', '=', seenVersion)
      .returning('version'),
);

/** Sessions that have expired by then are forgotten. */
const INSERT_SESSION = statement('insert-admin-session', { session: rowOf(SESSION_ROW) }, ({ session }) =>
  db
    .with('expired', (cte) => cte.deleteFrom('admin_sessions').where('expires_at', '<=', session.created_at))
    .insertInto('admin_sessions')
    .values(session),
);

/** The token is of one kind of session or of the other; a login that lacks its second factor is none yet. */
const SESSION_BY_TOKEN_HASH = statement(
  'admin-session-by-token-hash',
  { tokenHash: 'bytea', at: 'timestamptz' },
  ({ tokenHash, at }) =>
    liveSessions(at)
      .select(['s.id', 's.expires_at as expiresAt', NOBODYS_ID.as('adminId'), NO_NAME.as('adminName')])
      .where('s.token_hash', '=', tokenHash)
      .unionAll(
        consoleSessions(at)
          .select(['s.id', 's.expires_at as expiresAt', NAMED_ID.as('adminId'), NAMED.as('adminName')])
          .where('s.token_hash', '=', tokenHash)
          .where('s.is_complete', '=', true),
      ),
);

const LIVE_SESSION = statement('live-admin-session', { id: 'uuid', at: 'timestamptz' }, ({ id, at }) =>
  liveSessions(at)
    .select('s.id')
    .where('s.id', '=', id)
    .unionAll(consoleSessions(at).select('s.id').where('s.id', '=', id).where('s.is_complete', '=', true)),
);

const DELETE_SESSION = statement('delete-admin-session', { id: 'uuid' }, ({ id }) =>
  db
    .with('named', (cte) => cte.deleteFrom('console_sessions').where('id', '=', id))
    .deleteFrom('admin_sessions')
    .where('id', '=', id),
);

/** One row holds the password; a session counts while its password does, or its administrator as it was then. */
export const createAdminSessionStore = (database: Database): AdminSessionStore => ({
  credential: async () => {
    const [credential = null] = await database.run(CREDENTIAL, {});
    return credential;
  },

  replaceCredential: async (seenVersion, next, at) => {
    const credential = { ...next, updatedAt: at };
    const changed =
      seenVersion === null
        ? await database.run(INSERT_CREDENTIAL, { credential })
        : await database.run(REPLACE_CREDENTIAL, { credential, seenVersion });
    return changed.length === 1;
  },

  insertSession: async (session) => {
    await database.run(INSERT_SESSION, { session });
  },

  sessionByTokenHash: async (tokenHash, at) => {
    const [session = null] = await database.run(SESSION_BY_TOKEN_HASH, { tokenHash, at });
    return session;
  },

  isSessionLive: async (id, at) => isUuid(id) && (await database.run(LIVE_SESSION, { id, at })).length === 1,

  deleteSession: async (id) => {
    if (isUuid(id)) await database.run(DELETE_SESSION, { id });
  },
});
