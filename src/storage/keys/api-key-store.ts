import type { ApiKeyStore } from '../../application/ports/api-key-store.ts';
import type { ApiKey } from '../../domain/api-key.ts';
import { isUuid } from '../../domain/uuid.ts';
import { LOCK_AGENT } from '../agents/lock-agent.ts';
import { createBatcher } from '../batcher.ts';
import type { Database, Statement } from '../database.ts';
import type { Orm } from '../mikro-orm.ts';
import { ApiKeyEntity, type ApiKeyRow } from './api-key-entity.ts';

type KeyRow = Omit<ApiKeyRow, 'hash'>;

const COLUMNS = `id, agent_id as "agentId", sender_id as "senderId", prefix, scopes, created_at as "createdAt",
  expires_at as "expiresAt", last_used_at as "lastUsedAt", revoked_at as "revokedAt"`;

const BY_HASHES: Statement = {
  name: 'api-keys-by-hashes',
  text: `select hash, ${COLUMNS} from api_keys where hash = any ($1::bytea[])`,
};

const LOCK_SENDER: Statement = { name: 'lock-sender', text: 'select from senders where id = $1 for no key update' };

const INSERT: Statement = {
  name: 'insert-api-key',
  text: `insert into api_keys (id, agent_id, sender_id, hash, prefix, scopes, created_at, expires_at)
         select $1::uuid, $2::uuid, $3::uuid, $4::bytea, $5::text, $6::text[], $7::timestamptz, $8::timestamptz
         where (
           select count(*) from api_keys
           where (agent_id = $2 or sender_id = $3) and revoked_at is null and (expires_at is null or expires_at > $7)
         ) < $9::int
         returning ${COLUMNS}`,
};

const FORGET_ENDED: Statement = {
  name: 'forget-ended-api-keys',
  text: `delete from api_keys where id in (
           select id from api_keys
           where (agent_id = $1 or sender_id = $1) and (revoked_at is not null or expires_at <= $2::timestamptz)
           order by id desc offset $3::int
         )`,
};

const LIVE: Statement = {
  name: 'live-api-keys',
  text: `select id from api_keys
         where id = any ($1::uuid[]) and revoked_at is null and (expires_at is null or expires_at > $2::timestamptz)`,
};

/** Skips keys that another node is touching: its instant is as good as ours. */
const TOUCH: Statement = {
  name: 'touch-api-keys',
  text: `with used as (
           select k.id, u.used_at from unnest($1::uuid[], $2::timestamptz[]) as u (id, used_at)
           join api_keys k on k.id = u.id
           where k.last_used_at is null or k.last_used_at < u.used_at
           for no key update of k skip locked
         )
         update api_keys k set last_used_at = used.used_at from used where k.id = used.id`,
};

/** API keys: found by their hash on the hot path, otherwise listed, added and revoked by owner. */
export const createApiKeyStore = (orm: Orm, database: Database): ApiKeyStore => {
  const byHash = createBatcher<Buffer, ApiKey | null>({
    run: async (hashes) => {
      const rows = await database.query<KeyRow & { readonly hash: Buffer }>(BY_HASHES, [hashes]);
      const found = new Map(rows.map((row) => [row.hash.toString('hex'), toApiKey(row)]));
      return hashes.map((hash) => found.get(hash.toString('hex')) ?? null);
    },
  });

  return {
    byHash,

    byOwners: (ownerIds) =>
      database.guard('api-keys-by-owners', async () => {
        const ids = ownerIds.filter(isUuid);
        const rows = await orm.em
          .fork()
          .find(
            ApiKeyEntity,
            { $or: [{ agentId: { $in: ids } }, { senderId: { $in: ids } }] },
            { orderBy: { id: 'desc' } },
          );
        const byOwner = Map.groupBy(rows.map(toApiKey), ({ ownerId }) => ownerId);
        return ownerIds.map((id) => byOwner.get(id) ?? []);
      }),

    insert: async (ownerId, { id, kind, hash, prefix, scopes, expiresAt }, max, at) => {
      if (!isUuid(ownerId)) return null;
      const [agentId, senderId] = kind === 'AGENT' ? [ownerId, null] : [null, ownerId];
      return database.transaction('insert-api-key', async (connection) => {
        // The owner's row is the lock: of concurrent calls each counts what the one before has added.
        const owners = await connection.query(kind === 'AGENT' ? LOCK_AGENT : LOCK_SENDER, [ownerId]);
        if (owners.length === 0) return null;
        const [row] = await connection.query<KeyRow>(INSERT, [
          id,
          agentId,
          senderId,
          hash,
          prefix,
          scopes,
          at.toISOString(),
          expiresAt?.toISOString() ?? null,
          max.live,
        ]);
        if (row === undefined) return null;
        await connection.query(FORGET_ENDED, [ownerId, at.toISOString(), max.ended]);
        return toApiKey(row);
      });
    },

    revoke: (ownerId, id, at) =>
      database.guard('revoke-api-key', async () => {
        if (!isUuid(id) || (ownerId !== null && !isUuid(ownerId))) return null;
        const scope = {
          id: { $eq: id },
          ...(ownerId === null ? {} : { $or: [{ agentId: { $eq: ownerId } }, { senderId: { $eq: ownerId } }] }),
        };
        const em = orm.em.fork();
        await em.nativeUpdate(ApiKeyEntity, { ...scope, revokedAt: { $eq: null } }, { revokedAt: at });
        const row = await em.findOne(ApiKeyEntity, scope);
        return row === null ? null : toApiKey(row);
      }),

    liveIds: async (ids, at) => {
      const rows = await database.query<{ readonly id: string }>(LIVE, [ids.filter(isUuid), at.toISOString()]);
      return new Set(rows.map(({ id }) => id));
    },

    touch: async (usedAt) => {
      const entries = [...usedAt].filter(([id]) => isUuid(id));
      if (entries.length === 0) return;
      await database.query(TOUCH, [entries.map(([id]) => id), entries.map(([, at]) => at)]);
    },
  };
};

const toApiKey = (row: KeyRow): ApiKey => ({
  id: row.id,
  kind: row.agentId === null ? 'SENDER' : 'AGENT',
  ownerId: row.agentId ?? row.senderId ?? '',
  prefix: row.prefix,
  scopes: row.scopes,
  createdAt: row.createdAt,
  expiresAt: row.expiresAt,
  lastUsedAt: row.lastUsedAt,
  revokedAt: row.revokedAt,
});
