import type { Expression } from 'kysely';
import type { AdminAt } from '../../application/ports/admin-store.ts';
import type { ConsoleSessionStore, NewConsoleSession } from '../../application/ports/console-session-store.ts';
import type { Database } from '../database.ts';
import { valuesOf } from '../expressions.ts';
import { rowOf } from '../parameters.ts';
import { statement } from '../statement.ts';
import { columnsOfTable, db } from '../tables.ts';
import { ConsoleSessionEntity } from './console-session-entity.ts';

const SESSION_ROW = columnsOfTable(ConsoleSessionEntity);

/** Sessions that have not expired, of administrators as they are now. */
export const consoleSessions = (at: Expression<Date>) =>
  db
    .selectFrom('console_sessions as s')
    .innerJoin('admins as a', (join) =>
      join.onRef('a.id', '=', 's.admin_id').onRef('a.version', '=', 's.admin_version'),
    )
    .where('s.expires_at', '>', at);

/** Sessions that have expired by then are forgotten. */
const INSERT = statement('insert-console-session', { session: rowOf(SESSION_ROW) }, ({ session }) =>
  db
    .with('expired', (cte) => cte.deleteFrom('console_sessions').where('expires_at', '<=', session.created_at))
    .insertInto('console_sessions')
    .values(session),
);

const HALF_BY_TOKEN_HASH = statement(
  'half-login-by-token-hash',
  { tokenHash: 'bytea', at: 'timestamptz' },
  ({ tokenHash, at }) =>
    consoleSessions(at)
      .select(['s.id', 'a.id as adminId', 'a.name', 'a.version', 'a.totp_secret as totpSecret'])
      .where('s.token_hash', '=', tokenHash)
      .where('s.is_complete', '=', false),
);

const COMPLETE = statement('complete-login', { halfId: 'uuid', session: rowOf(SESSION_ROW) }, ({ halfId, session }) =>
  db
    .with('half', (cte) =>
      cte.deleteFrom('console_sessions').where('id', '=', halfId).where('is_complete', '=', false).returning('id'),
    )
    .insertInto('console_sessions')
    .columns(SESSION_ROW.names)
    .expression((from) => from.selectFrom('half').select(valuesOf(SESSION_ROW, session)))
    .returning('id'),
);

const SET_CHALLENGE = statement('set-challenge', { sessionId: 'uuid', challenge: 'text' }, ({ sessionId, challenge }) =>
  db.updateTable('console_sessions').set({ challenge }).where('id', '=', sessionId),
);

const TAKE_CHALLENGE = statement('take-challenge', { sessionId: 'uuid' }, ({ sessionId }) =>
  db
    .with('asked', (cte) =>
      cte
        .selectFrom('console_sessions as s')
        .select(['s.id', 's.challenge'])
        .where('s.id', '=', sessionId)
        .where('s.challenge', 'is not', null)
        .forNoKeyUpdate(),
    )
    .updateTable('console_sessions as s')
    .from('asked')
    .set({ challenge: null })
    .whereRef('s.id', '=', 'asked.id')
    .returning('asked.challenge'),
);

const rowFor = ({ id, version }: AdminAt, session: NewConsoleSession, isComplete: boolean) => ({
  ...session,
  adminId: id,
  adminVersion: version,
  apiKeyId: null,
  isComplete,
  challenge: null,
});

export const createConsoleSessionStore = (database: Database): ConsoleSessionStore => ({
  insertHalf: async (admin, session) => {
    await database.run(INSERT, { session: rowFor(admin, session, false) });
  },

  halfByTokenHash: async (tokenHash, at) => {
    const [row] = await database.run(HALF_BY_TOKEN_HASH, { tokenHash, at });
    if (!row) return null;
    const { id, adminId, name, version, totpSecret } = row;
    return { id, admin: { id: adminId, name, version }, totpSecret };
  },

  complete: async (half, session) => {
    const completed = await database.run(COMPLETE, { halfId: half.id, session: rowFor(half.admin, session, true) });
    return completed.length === 1;
  },

  insert: async (admin, session) => {
    await database.run(INSERT, { session: rowFor(admin, session, true) });
  },

  setChallenge: async (sessionId, challenge) => {
    await database.run(SET_CHALLENGE, { sessionId, challenge });
  },

  takeChallenge: async (sessionId) => (await database.run(TAKE_CHALLENGE, { sessionId }))[0]?.challenge ?? null,
});
