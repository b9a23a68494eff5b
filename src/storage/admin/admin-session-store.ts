import type { AdminCredential, AdminSession, AdminSessionStore } from '../../application/ports/admin-session-store.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { Database, Statement } from '../database.ts';

const CREDENTIAL: Statement = {
  name: 'admin-credential',
  text: 'select password_hash as "passwordHash", version from admin_credential',
};

const INSERT_CREDENTIAL: Statement = {
  name: 'insert-admin-credential',
  text: `insert into admin_credential (password_hash, version, updated_at) values ($1, $2, $3)
         on conflict do nothing returning version`,
};

const REPLACE_CREDENTIAL: Statement = {
  name: 'replace-admin-credential',
  text: `with ended as (delete from admin_sessions where password_version <> $2)
         update admin_credential set password_hash = $1, version = $2, updated_at = $3 where version = $4
         returning version`,
};

const INSERT_SESSION: Statement = {
  name: 'insert-admin-session',
  text: `with expired as (delete from admin_sessions where expires_at <= $4)
         insert into admin_sessions (id, token_hash, password_version, created_at, expires_at)
         values ($1, $2, $3, $4, $5)`,
};

const SESSION_BY_TOKEN_HASH: Statement = {
  name: 'admin-session-by-token-hash',
  text: `select s.id, s.expires_at as "expiresAt" from admin_sessions s
         join admin_credential c on c.version = s.password_version
         where s.token_hash = $1 and s.expires_at > $2`,
};

const IS_SESSION_LIVE: Statement = {
  name: 'is-admin-session-live',
  text: `select s.id from admin_sessions s join admin_credential c on c.version = s.password_version
         where s.id = $1 and s.expires_at > $2`,
};

const DELETE_SESSION: Statement = { name: 'delete-admin-session', text: 'delete from admin_sessions where id = $1' };

/** One row holds the password; a session counts while its password does. */
export const createAdminSessionStore = (database: Database): AdminSessionStore => ({
  credential: async () => {
    const [credential = null] = await database.query<AdminCredential>(CREDENTIAL, []);
    return credential;
  },

  replaceCredential: async (seenVersion, { passwordHash, version }, at) => {
    const changed =
      seenVersion === null
        ? await database.query(INSERT_CREDENTIAL, [passwordHash, version, at])
        : await database.query(REPLACE_CREDENTIAL, [passwordHash, version, at, seenVersion]);
    return changed.length === 1;
  },

  insertSession: async ({ id, tokenHash, passwordVersion, createdAt, expiresAt }) => {
    await database.query(INSERT_SESSION, [id, tokenHash, passwordVersion, createdAt, expiresAt]);
  },

  sessionByTokenHash: async (tokenHash, at) => {
    const [session = null] = await database.query<AdminSession>(SESSION_BY_TOKEN_HASH, [tokenHash, at]);
    return session;
  },

  isSessionLive: async (id, at) => isUuid(id) && (await database.query(IS_SESSION_LIVE, [id, at])).length === 1,

  deleteSession: async (id) => {
    if (isUuid(id)) await database.query(DELETE_SESSION, [id]);
  },
});
