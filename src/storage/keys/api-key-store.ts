import { type Expression, type ExpressionBuilder, sql } from 'kysely';
import type { ApiKeyStore } from '../../application/ports/api-key-store.ts';
import type { ApiKeyKind } from '../../domain/api-key.ts';
import { isUuid } from '../../domain/uuid.ts';
import { LOCK_AGENT } from '../agents/lock-agent.ts';
import type { Database } from '../database.ts';
import { anyOf, rowCount, valuesOf } from '../expressions.ts';
import { LOCK_APPROVER, LOCK_OWNER } from '../owners/lock-owner.ts';
import { rowOf, rows } from '../parameters.ts';
import { createReader } from '../reader.ts';
import { LOCK_SENDER } from '../senders/lock-sender.ts';
import { type PreparedStatement, statement, statementByKey } from '../statement.ts';
import { isAnySuspended } from '../suspensions/is-suspended.ts';
import { db, type Tables } from '../tables.ts';
import { API_KEY, API_KEY_ROW, newKeyRow, toApiKey } from './api-key-records.ts';
import { liveKeys } from './live-keys.ts';

const keys = db.selectFrom('api_keys as k');

const HOLDERS = ['k.agent_id', 'k.sender_id', 'k.owner_id', 'k.approver_id'] as const;

/** Of whichever kind the holder is: no two have the same id. */
const isHeldBy = (holderId: Expression<string | null>) => (where: ExpressionBuilder<{ k: Tables['api_keys'] }, 'k'>) =>
  where.or(HOLDERS.map((holder) => where(holder, '=', holderId)));

const keysOf = (holderId: Expression<string>) => keys.where(isHeldBy(holderId));

const BY_HASHES = statementByKey('api-keys-by-hashes', { hashes: 'bytea[]' }, ({ hashes }) =>
  keys
    .leftJoin('agents as a', 'a.id', 'k.agent_id')
    .select(['k.hash', sql<boolean>`coalesce(not a.agent_keys_manage, false)`.as('isManagedByOwner')])
    .select(API_KEY.from('k'))
    // Nobody stops owners and approvers.
    .select(isAnySuspended(sql.ref('k.agent_id'), sql.ref('k.sender_id')).as('isSuspended'))
    .where('k.hash', '=', anyOf(hashes)),
);

const BY_HOLDERS = statement('api-keys-by-holders', { holderIds: 'uuid[]' }, ({ holderIds }) =>
  keysOf(anyOf(holderIds)).select(API_KEY.from('k')).orderBy('k.id', 'desc'),
);

/** Unless the holder has `max` live keys; the caller holds the holder's lock. */
const INSERT = statement(
  'insert-api-key',
  { key: rowOf(API_KEY_ROW), holderId: 'uuid', max: 'int' },
  ({ key, holderId, max }) =>
    db
      .insertInto('api_keys')
      .columns(API_KEY_ROW.names)
      .expression(
        db
          .selectNoFrom(valuesOf(API_KEY_ROW, key))
          .where(liveKeys(key.created_at).select(rowCount.as('live')).where(isHeldBy(holderId)), '<', max),
      )
      .returning('id'),
);

/** The holder's row, under whose lock its keys are counted. */
const LOCK: Readonly<Record<ApiKeyKind, PreparedStatement<{ id: string }, unknown>>> = {
  AGENT: LOCK_AGENT,
  SENDER: LOCK_SENDER,
  OWNER: LOCK_OWNER,
  APPROVER: LOCK_APPROVER,
};

/** Of a holder's keys that ended, the newest `kept` stay. */
const FORGET_ENDED = statement(
  'forget-ended-api-keys',
  { holderId: 'uuid', at: 'timestamptz', kept: 'int' },
  ({ holderId, at, kept }) =>
    db.deleteFrom('api_keys').where(
      'id',
      'in',
      keysOf(holderId)
        .select('k.id')
        .where((where) => where.or([where('k.revoked_at', 'is not', null), where('k.expires_at', '<=', at)]))
        .orderBy('k.id', 'desc')
        .offset(kept),
    ),
);

/** Any holder's where that is null. A key that is revoked already stays as it is. */
const REVOKE = statement(
  'revoke-api-key',
  { id: 'uuid', holderId: 'uuid?', at: 'timestamptz' },
  ({ id, holderId, at }) =>
    db
      .updateTable('api_keys as k')
      .set((set) => ({ revoked_at: set.fn.coalesce('k.revoked_at', at) }))
      .where('k.id', '=', id)
      .where((where) => where.or([where(holderId, 'is', null), isHeldBy(holderId)(where)]))
      .returning(API_KEY.from('k')),
);

const LIVE = statementByKey('live-api-keys', { ids: 'uuid[]', at: 'timestamptz' }, ({ ids, at }) =>
  liveKeys(at).select('k.id').where('k.id', '=', anyOf(ids)),
);

/** Passes over keys that another node is writing: its instant is as good as ours. */
const TOUCH = statement('touch-api-keys', { uses: rows({ id: 'uuid', usedAt: 'timestamptz' }) }, ({ uses }) =>
  db
    .with('used', (cte) =>
      cte
        .selectFrom(uses.as('u'))
        .innerJoin('api_keys as k', 'k.id', 'u.id')
        .select(['k.id', 'u.usedAt'])
        .where((where) =>
          where.or([where('k.last_used_at', 'is', null), where('k.last_used_at', '<', where.ref('u.usedAt'))]),
        )
        .forNoKeyUpdate('k')
        .skipLocked(),
    )
    .updateTable('api_keys as k')
    .from('used')
    .set((set) => ({ last_used_at: set.ref('used.usedAt') }))
    .whereRef('k.id', '=', 'used.id'),
);

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

    byHolders: async (holderIds) => {
      const rows = await database.run(BY_HOLDERS, { holderIds: holderIds.filter(isUuid) });
      const byHolder = Map.groupBy(rows.map(toApiKey), ({ holderId }) => holderId);
      return holderIds.map((id) => byHolder.get(id) ?? []);
    },

    insert: async (holderId, newKey, max, at) => {
      if (!isUuid(holderId)) return null;
      const key = newKeyRow(holderId, newKey, at);
      return database.transaction('insert-api-key', async (connection) => {
        // The holder's row is the lock: of concurrent calls each counts what the one before has added.
        const locked = await connection.run(LOCK[newKey.kind], { id: holderId });
        if (locked.length === 0) return null;
        const inserted = await connection.run(INSERT, { key, holderId, max: max.live });
        if (inserted.length === 0) return null;
        await connection.run(FORGET_ENDED, { holderId, at, kept: max.ended });
        const { hash: _, ...fields } = key;
        return toApiKey(fields);
      });
    },

    revoke: async (holderId, id, at) => {
      if (!isUuid(id) || (holderId !== null && !isUuid(holderId))) return null;
      const [row] = await database.run(REVOKE, { id, holderId, at });
      return row === undefined ? null : toApiKey(row);
    },

    liveIds: async (ids, at) => {
      const rows = await database.run(LIVE, { ids: ids.filter(isUuid), at });
      return new Set(rows.map(({ id }) => id));
    },

    touch: async (usedAt) => {
      const uses = [...usedAt].flatMap(([id, usedAt]) => (isUuid(id) ? [{ id, usedAt }] : []));
      if (uses.length > 0) await database.run(TOUCH, { uses });
    },
  };
};
