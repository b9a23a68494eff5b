import { type Expression, sql } from 'kysely';
import type { AdminSessionStore } from '../../application/ports/admin-session-store.ts';
import { ownAct } from '../../domain/actor.ts';
import { isUuid } from '../../domain/uuid.ts';
import { detailGiven, GIVEN_ENTRIES, noteGiven, toGiven } from '../audit/note-entries.ts';
import { ofAdmin } from '../console/admin-entries.ts';
import { sessionsOfAdmins, sessionsOfKeys } from '../console/console-session-store.ts';
import type { Database } from '../database.ts';
import { isAny } from '../expressions.ts';
import { rowOf } from '../parameters.ts';
import { statement } from '../statement.ts';
import { columnsOfTable, db } from '../tables.ts';
import { AdminCredentialEntity } from './admin-credential-entity.ts';
import { AdminSessionEntity } from './admin-session-entity.ts';

/** `only_one` has its default. */
const CREDENTIAL_ROW = columnsOfTable(AdminCredentialEntity, { without: ['onlyOne'] });
const SESSION_ROW = columnsOfTable(AdminSessionEntity);

/** What a session is of: the one password, a named administrator, or a key. */
const NO_ADMIN = [
  sql<string | null>`null::uuid`.as('adminId'),
  sql<string | null>`null::text`.as('adminName'),
] as const;
const ADMIN = [sql<string | null>`a.id`.as('adminId'), sql<string | null>`a.name`.as('adminName')] as const;
const NO_KEY = sql<Buffer | null>`null::bytea`.as('apiKeyHash');
const KEY = sql<Buffer | null>`k.hash`.as('apiKeyHash');

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
  { credential: rowOf(CREDENTIAL_ROW), entries: GIVEN_ENTRIES },
  ({ credential, entries }) =>
    db
      .with('changed', (cte) =>
        cte
          .insertInto('admin_credential')
          .values(credential)
          .onConflict((conflict) => conflict.doNothing())
          .returning('version'),
      )
      .with('noted', () => noteGiven(entries, isAny('changed')))
      .selectFrom('changed')
      .select('version'),
);

/** Sessions of any other password end. */
const REPLACE_CREDENTIAL = statement(
  'replace-admin-credential',
  { credential: rowOf(CREDENTIAL_ROW), seenVersion: 'text', entries: GIVEN_ENTRIES },
  ({ credential, seenVersion, entries }) =>
    db
      .with('ended', (cte) => cte.deleteFrom('admin_sessions').where('password_version', '<>', credential.version))
      .with('changed', (cte) =>
        cte.updateTable('admin_credential').set(credential).where('version', '=', seenVersion).returning('version'),
      )
      .with('noted', () => noteGiven(entries, isAny('changed')))
      .selectFrom('changed')
      .select('version'),
);

/** Sessions that have expired by then are forgotten. */
const INSERT_SESSION = statement(
  'insert-admin-session',
  { session: rowOf(SESSION_ROW), entries: GIVEN_ENTRIES },
  ({ session, entries }) =>
    db
      .with('expired', (cte) => cte.deleteFrom('admin_sessions').where('expires_at', '<=', session.created_at))
      .with('noted', () => noteGiven(entries))
      .with('detailed', () => detailGiven(entries))
      .insertInto('admin_sessions')
      .values(session),
);

/** The token is of one kind of session only; a login that lacks its second factor is none yet. */
const SESSION_BY_TOKEN_HASH = statement(
  'admin-session-by-token-hash',
  { tokenHash: 'bytea', at: 'timestamptz' },
  ({ tokenHash, at }) =>
    liveSessions(at)
      .select(['s.id', 's.expires_at as expiresAt', ...NO_ADMIN, NO_KEY])
      .where('s.token_hash', '=', tokenHash)
      .unionAll(
        sessionsOfAdmins(at)
          .select(['s.id', 's.expires_at as expiresAt', ...ADMIN, NO_KEY])
          .where('s.token_hash', '=', tokenHash)
          .where('s.is_complete', '=', true),
      )
      .unionAll(
        sessionsOfKeys(at)
          .select(['s.id', 's.expires_at as expiresAt', ...NO_ADMIN, KEY])
          .where('s.token_hash', '=', tokenHash),
      ),
);

const LIVE_SESSION = statement('live-admin-session', { id: 'uuid', at: 'timestamptz' }, ({ id, at }) =>
  liveSessions(at)
    .select('s.id')
    .where('s.id', '=', id)
    .unionAll(sessionsOfAdmins(at).select('s.id').where('s.id', '=', id).where('s.is_complete', '=', true))
    .unionAll(sessionsOfKeys(at).select('s.id').where('s.id', '=', id)),
);

const DELETE_SESSION = statement('delete-admin-session', { id: 'uuid' }, ({ id }) =>
  db
    .with('other', (cte) => cte.deleteFrom('console_sessions').where('id', '=', id))
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
    const entries = [toGiven(ofAdmin('admin.changed', ownAct(at), null, { what: 'password' }))];
    const changed =
      seenVersion === null
        ? await database.run(INSERT_CREDENTIAL, { credential, entries })
        : await database.run(REPLACE_CREDENTIAL, { credential, seenVersion, entries });
    return changed.length === 1;
  },

  insertSession: async (session, act = ownAct(session.createdAt)) => {
    const entries = [toGiven(ofAdmin('admin.logged_in', act, null, { by: 'password' }))];
    await database.run(INSERT_SESSION, { session, entries });
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
