import type { Expression } from 'kysely';
import type { AdminAt } from '../../application/ports/admin-store.ts';
import type { ConsoleSessionStore, NewConsoleSession } from '../../application/ports/console-session-store.ts';
import { ownAct } from '../../domain/actor.ts';
import { entryBy } from '../audit/entry-by.ts';
import { detailGiven, GIVEN_ENTRIES, noteGiven, toGiven } from '../audit/note-entries.ts';
import type { Database } from '../database.ts';
import { isAny, valuesOf } from '../expressions.ts';
import { liveKeys } from '../keys/live-keys.ts';
import { rowOf } from '../parameters.ts';
import { statement } from '../statement.ts';
import { columnsOfTable, db } from '../tables.ts';
import { ofAdmin } from './admin-entries.ts';
import { ConsoleSessionEntity } from './console-session-entity.ts';

const SESSION_ROW = columnsOfTable(ConsoleSessionEntity);

/** Sessions that have not expired, of administrators as they are now. */
export const sessionsOfAdmins = (at: Expression<Date>) =>
  db
    .selectFrom('console_sessions as s')
    .innerJoin('admins as a', (join) =>
      join.onRef('a.id', '=', 's.admin_id').onRef('a.version', '=', 's.admin_version'),
    )
    .where('s.expires_at', '>', at);

/** Sessions that have not expired, of keys that are live. */
export const sessionsOfKeys = (at: Expression<Date>) =>
  liveKeys(at).innerJoin('console_sessions as s', 's.api_key_id', 'k.id').where('s.expires_at', '>', at);

/** Sessions that have expired by then are forgotten. */
const INSERT = statement(
  'insert-console-session',
  { session: rowOf(SESSION_ROW), entries: GIVEN_ENTRIES },
  ({ session, entries }) =>
    db
      .with('expired', (cte) => cte.deleteFrom('console_sessions').where('expires_at', '<=', session.created_at))
      .with('noted', () => noteGiven(entries))
      .with('detailed', () => detailGiven(entries))
      .insertInto('console_sessions')
      .values(session),
);

const HALF_BY_TOKEN_HASH = statement(
  'half-login-by-token-hash',
  { tokenHash: 'bytea', at: 'timestamptz' },
  ({ tokenHash, at }) =>
    sessionsOfAdmins(at)
      .select(['s.id', 'a.id as adminId', 'a.name', 'a.version', 'a.totp_secret as totpSecret'])
      .where('s.token_hash', '=', tokenHash)
      .where('s.is_complete', '=', false),
);

const COMPLETE = statement(
  'complete-login',
  { halfId: 'uuid', session: rowOf(SESSION_ROW), entries: GIVEN_ENTRIES },
  ({ halfId, session, entries }) =>
    db
      .with('half', (cte) =>
        cte.deleteFrom('console_sessions').where('id', '=', halfId).where('is_complete', '=', false).returning('id'),
      )
      .with('noted', () => noteGiven(entries, isAny('half')))
      .with('detailed', () => detailGiven(entries, isAny('half')))
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

/**
 * The key's row is locked, so that it is not deleted meanwhile. The statement sees the sessions as they were before it, so
 * `others` is one less than there may be.
 */
const INSERT_OF_KEY = statement(
  'insert-console-session-of-key',
  { session: rowOf(SESSION_ROW), apiKeyId: 'uuid', others: 'int', entries: GIVEN_ENTRIES },
  ({ session, apiKeyId, others, entries }) =>
    db
      .with('ended', (cte) =>
        cte
          .deleteFrom('console_sessions')
          .where((where) =>
            where.or([
              where('expires_at', '<=', session.created_at),
              where(
                'id',
                'in',
                db
                  .selectFrom('console_sessions as s')
                  .select('s.id')
                  .where('s.api_key_id', '=', apiKeyId)
                  .orderBy('s.created_at', 'desc')
                  .offset(others),
              ),
            ]),
          ),
      )
      .with('key', () => liveKeys(session.created_at).select('k.id').where('k.id', '=', apiKeyId).forKeyShare('k'))
      .with('noted', () => noteGiven(entries, isAny('key')))
      .with('detailed', () => detailGiven(entries, isAny('key')))
      .insertInto('console_sessions')
      .columns(SESSION_ROW.names)
      .expression((from) => from.selectFrom('key').select(valuesOf(SESSION_ROW, session)))
      .returning('id'),
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
    await database.run(INSERT, { session: rowFor(admin, session, false), entries: [] });
  },

  halfByTokenHash: async (tokenHash, at) => {
    const [row] = await database.run(HALF_BY_TOKEN_HASH, { tokenHash, at });
    if (!row) return null;
    const { id, adminId, name, version, totpSecret } = row;
    return { id, admin: { id: adminId, name, version }, totpSecret };
  },

  complete: async (half, session, act = ownAct(session.createdAt)) => {
    const entries = [toGiven(ofAdmin('admin.logged_in', act, half.admin.id, { by: 'second_factor' }))];
    const values = { halfId: half.id, session: rowFor(half.admin, session, true), entries };
    const completed = await database.run(COMPLETE, values);
    return completed.length === 1;
  },

  insert: async (admin, session, act = ownAct(session.createdAt)) => {
    const entries = [toGiven(ofAdmin('admin.logged_in', act, admin.id, { by: 'setup' }))];
    await database.run(INSERT, { session: rowFor(admin, session, true), entries });
  },

  setChallenge: async (sessionId, challenge) => {
    await database.run(SET_CHALLENGE, { sessionId, challenge });
  },

  takeChallenge: async (sessionId) => (await database.run(TAKE_CHALLENGE, { sessionId }))[0]?.challenge ?? null,

  insertOfKey: async (apiKeyId, session, max, act = ownAct(session.createdAt)) => {
    const ofKey = { ...session, adminId: null, adminVersion: null, apiKeyId, isComplete: true, challenge: null };
    const subject = { kind: 'key', id: apiKeyId } as const;
    const entries = [toGiven({ type: 'admin.logged_in', ...entryBy(act), subject, data: { by: 'key' } })];
    const inserted = await database.run(INSERT_OF_KEY, { session: ofKey, apiKeyId, others: max - 1, entries });
    return inserted.length === 1;
  },
});
