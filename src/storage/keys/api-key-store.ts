import { sql } from 'kysely';
import type { ApiKeyStore } from '../../application/ports/api-key-store.ts';
import { ownAct } from '../../domain/actor.ts';
import type { ApiKey } from '../../domain/api-key.ts';
import { isUuid } from '../../domain/uuid.ts';
import { noteEntries, noteFrom } from '../audit/note-entries.ts';
import type { Database } from '../database.ts';
import { anyOf, rowCount } from '../expressions.ts';
import { rows } from '../parameters.ts';
import { createReader } from '../reader.ts';
import { statement, statementByKey } from '../statement.ts';
import { isAnySuspended } from '../suspensions/is-suspended.ts';
import { db } from '../tables.ts';
import { API_KEY, newKeyRow, toApiKey } from './api-key-records.ts';
import { insertKey, isHeldBy, keys, keysOf, LOCK } from './insert-key.ts';
import {
  aboutKey,
  END_COLUMNS,
  holderOf,
  isEndedByExpiry,
  keyCreated,
  keyExpired,
  keyRevoked,
  kindOfHolder,
} from './key-entries.ts';
import { liveKeys } from './live-keys.ts';

const BY_HASHES = statementByKey('api-keys-by-hashes', { hashes: 'bytea[]' }, ({ hashes }) =>
  keys
    .leftJoin('agents as a', 'a.id', 'k.agent_id')
    .select(['k.hash', sql<boolean>`coalesce(not a.agent_keys_manage, false)`.as('isManagedByOwner')])
    .select(API_KEY.from('k'))
    // Nobody stops owners and approvers.
    .select(isAnySuspended(sql.ref('k.agent_id'), sql.ref('k.sender_id')).as('isSuspended'))
    .where('k.hash', '=', anyOf(hashes)),
);

const BY_ID = statement('api-key-by-id', { id: 'uuid' }, ({ id }) =>
  keys.select(API_KEY.from('k')).where('k.id', '=', id),
);

/** A live key of the holder's. */
const LOCK_LIVE = statement(
  'lock-live-api-key',
  { id: 'uuid', holderId: 'uuid', at: 'timestamptz' },
  ({ id, holderId, at }) =>
    liveKeys(at)
      .select(['k.is_replaced as isReplaced', 'k.expires_at as expiresAt'])
      .where('k.id', '=', id)
      .where(isHeldBy(holderId))
      .forNoKeyUpdate(),
);

/** It is replaced, and ends then, unless it ends sooner; the caller holds its lock. */
const END = statement('end-api-key', { id: 'uuid', endsAt: 'timestamptz' }, ({ id, endsAt }) =>
  db
    .updateTable('api_keys as k')
    .set({ expires_at: sql<Date>`least(k.expires_at, ${endsAt})`, is_replaced: true })
    .where('k.id', '=', id)
    .returning(API_KEY.from('k')),
);

const BY_HOLDERS = statement('api-keys-by-holders', { holderIds: 'uuid[]' }, ({ holderIds }) =>
  keysOf(anyOf(holderIds)).select(API_KEY.from('k')).orderBy('k.id', 'desc'),
);

/** Any holder's where that is null. A key that is revoked already stays as it is: `isRevokedNow` says which it was. */
const REVOKE = statement(
  'revoke-api-key',
  { id: 'uuid', holderId: 'uuid?', at: 'timestamptz' },
  ({ id, holderId, at }) =>
    db
      .with('before', () =>
        keys
          .select(['k.id', 'k.revoked_at'])
          .where('k.id', '=', id)
          .where((where) => where.or([where(holderId, 'is', null), isHeldBy(holderId)(where)]))
          .forNoKeyUpdate(),
      )
      .updateTable('api_keys as k')
      .from('before')
      .set((set) => ({ revoked_at: set.fn.coalesce('k.revoked_at', at) }))
      .whereRef('k.id', '=', 'before.id')
      .returning(API_KEY.from('k'))
      .returning(sql<boolean>`before.revoked_at is null`.as('isRevokedNow')),
);

const LIVE = statementByKey('live-api-keys', { ids: 'uuid[]', at: 'timestamptz' }, ({ ids, at }) =>
  liveKeys(at).select(['k.id', 'k.expires_at as expiresAt']).where('k.id', '=', anyOf(ids)),
);

/** Passes over keys that another node is writing: its instant is as good as ours. The first use of each is noted. */
const TOUCH = statement('touch-api-keys', { uses: rows({ id: 'uuid', usedAt: 'timestamptz' }) }, ({ uses }) =>
  db
    .with('used', (cte) =>
      cte
        .selectFrom(uses.as('u'))
        .innerJoin('api_keys as k', 'k.id', 'u.id')
        .select([
          'k.id',
          'u.usedAt',
          'k.last_used_at as usedBefore',
          'k.agent_id as agentId',
          'k.sender_id as senderId',
          'k.owner_id as ownerId',
          'k.approver_id as approverId',
        ])
        .where((where) =>
          where.or([where('k.last_used_at', 'is', null), where('k.last_used_at', '<', where.ref('u.usedAt'))]),
        )
        .forNoKeyUpdate('k')
        .skipLocked(),
    )
    .with('noted', (cte) =>
      noteFrom(cte.selectFrom('used as k').where('k.usedBefore', 'is', null), {
        type: 'key.first_used',
        at: sql.ref('k.usedAt'),
        actor: { kind: kindOfHolder('k'), id: holderOf('k'), keyId: sql.ref('k.id') },
        ...aboutKey('k'),
        data: {},
      }),
    )
    .updateTable('api_keys as k')
    .from('used')
    .set((set) => ({ last_used_at: set.ref('used.usedAt') }))
    .whereRef('k.id', '=', 'used.id'),
);

/** Each is marked by whoever notes it, so it is noted once; another node's are passed over. */
const NOTE_EXPIRED = statement('note-expired-api-keys', { at: 'timestamptz', limit: 'int' }, ({ at, limit }) =>
  db
    .with('over', () =>
      keys
        .select('k.id')
        .where('k.expires_at', '<=', at)
        .where(sql<boolean>`not k.is_end_noted`)
        .orderBy('k.expires_at')
        .limit(limit)
        .forNoKeyUpdate()
        .skipLocked(),
    )
    .with('ended', (cte) =>
      cte
        .updateTable('api_keys as k')
        .from('over')
        .set({ is_end_noted: true })
        .whereRef('k.id', '=', 'over.id')
        .returning(END_COLUMNS),
    )
    .with('noted', (cte) => noteFrom(cte.selectFrom('ended as k').where(isEndedByExpiry('k')), keyExpired('k', at)))
    .selectFrom('ended')
    .select(rowCount.as('n')),
);

const asInserted = ({ hash: _, isEndNoted: __, ...fields }: ReturnType<typeof newKeyRow>): ApiKey => toApiKey(fields);

/** API keys: found by their hash on the hot path, otherwise listed, added and revoked by holder. */
export const createApiKeyStore = (database: Database): ApiKeyStore => {
  const byHashes = createReader(
    (hashes) => database.run(BY_HASHES, { hashes: hashes.map((hash) => Buffer.from(hash, 'hex')) }),
    ({ hash }) => hash.toString('hex'),
    database.metrics.batches.of('keys_by_hash'),
  );

  return {
    byHash: async (hash) => {
      const [row = null] = await byHashes([hash.toString('hex')]);
      if (row === null) return null;
      const { hash: _, isManagedByOwner, isSuspended, ...fields } = row;
      return { ...toApiKey(fields), isManagedByOwner, isSuspended };
    },

    byId: async (id) => {
      const [row] = isUuid(id) ? await database.run(BY_ID, { id }) : [];
      return row === undefined ? null : toApiKey(row);
    },

    byHolders: async (holderIds) => {
      const rows = await database.run(BY_HOLDERS, { holderIds: holderIds.filter(isUuid) });
      const byHolder = Map.groupBy(rows.map(toApiKey), ({ holderId }) => holderId);
      return holderIds.map((id) => byHolder.get(id) ?? []);
    },

    insert: async (holderId, newKey, max, at, act = ownAct(at)) => {
      if (!isUuid(holderId)) return null;
      const key = newKeyRow(holderId, newKey, at);
      return database.transaction('insert-api-key', async (connection) => {
        if (!(await insertKey(connection, key, holderId, newKey.kind, max))) return null;
        await noteEntries(connection, [keyCreated(act, holderId, newKey)]);
        return asInserted(key);
      });
    },

    replace: async (read, formerEndsAt, holderId, newKey, max, at, act = ownAct(at)) => {
      if (!isUuid(holderId) || !isUuid(read.id)) return null;
      const key = newKeyRow(holderId, newKey, at);
      return database.transaction('replace-api-key', async (connection) => {
        if ((await connection.run(LOCK[newKey.kind], { id: holderId })).length === 0) return null;
        // A revocation waits until the former has its end, and finds it.
        const [found] = await connection.run(LOCK_LIVE, { id: read.id, holderId, at });
        if (found === undefined) return null;
        // Who came first may have a clock that is ahead: what it ended now is not over yet for the others.
        const isAsRead =
          found.isReplaced === read.isReplaced && found.expiresAt?.getTime() === read.expiresAt?.getTime();
        if (!isAsRead) return 'changed';
        // One that ends now makes room for the other.
        const live = max.live + (formerEndsAt <= at ? 1 : 0);
        if (!(await insertKey(connection, key, holderId, newKey.kind, { ...max, live }))) return 'full';
        const [former] = await connection.run(END, { id: read.id, endsAt: formerEndsAt });
        if (former === undefined) return null;
        await noteEntries(connection, [keyCreated(act, holderId, newKey, { replaces: read.id })]);
        return { key: asInserted(key), former: toApiKey(former) };
      });
    },

    revoke: async (holderId, id, at, act = ownAct(at)) => {
      if (!isUuid(id) || (holderId !== null && !isUuid(holderId))) return null;
      return database.transaction('revoke-api-key', async (connection) => {
        const [row] = await connection.run(REVOKE, { id, holderId, at });
        if (row === undefined) return null;
        const { isRevokedNow, ...fields } = row;
        const key = toApiKey(fields);
        if (isRevokedNow) await noteEntries(connection, [keyRevoked(act, key)]);
        return key;
      });
    },

    endsOfLive: async (ids, at) => {
      const rows = await database.run(LIVE, { ids: ids.filter(isUuid), at });
      return new Map(rows.map(({ id, expiresAt }) => [id, expiresAt]));
    },

    noteExpired: async (at, limit) => (await database.run(NOTE_EXPIRED, { at, limit }))[0]?.n ?? 0,

    touch: async (usedAt) => {
      const uses = [...usedAt].flatMap(([id, usedAt]) => (isUuid(id) ? [{ id, usedAt }] : []));
      if (uses.length > 0) await database.run(TOUCH, { uses });
    },
  };
};
