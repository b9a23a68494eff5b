import { LockMode } from '@mikro-orm/postgresql';
import type { RegistryStore } from '../application/ports/registry-store.ts';
import type { ApiKey } from '../domain/api-key.ts';
import { createBatcher } from './batcher.ts';
import type { Database, Statement } from './database.ts';
import { AgentEntity } from './entities/agent-entity.ts';
import { ApiKeyEntity } from './entities/api-key-entity.ts';
import { SenderEntity } from './entities/sender-entity.ts';
import { isUuid } from './ids.ts';
import type { Orm } from './mikro-orm.ts';
import { toApiKey } from './registry-records.ts';

type ApiKeyRegistry = Pick<
  RegistryStore,
  'apiKeyByHash' | 'apiKeysByOwners' | 'insertApiKey' | 'revokeApiKey' | 'liveApiKeyIds' | 'touchApiKeys'
>;

const BY_HASHES: Statement = {
  name: 'api-keys-by-hashes',
  text: `select hash, id, agent_id as "agentId", sender_id as "senderId", prefix, scopes, created_at as "createdAt",
           expires_at as "expiresAt", last_used_at as "lastUsedAt", revoked_at as "revokedAt"
         from api_keys where hash = any ($1::bytea[])`,
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
export const createApiKeyRegistry = (orm: Orm, database: Database): ApiKeyRegistry => {
  const byHash = createBatcher<Buffer, ApiKey | null>({
    run: async (hashes) => {
      const rows = await database.query<Parameters<typeof toApiKey>[0] & { readonly hash: Buffer }>(BY_HASHES, [
        hashes,
      ]);
      const found = new Map(rows.map((row) => [row.hash.toString('hex'), toApiKey(row)]));
      return hashes.map((hash) => found.get(hash.toString('hex')) ?? null);
    },
  });

  return {
    apiKeyByHash: byHash,

    apiKeysByOwners: (ownerIds) =>
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

    insertApiKey: (ownerId, { id, kind, hash, prefix, scopes, expiresAt }, liveKeysMax, at) =>
      database.guard('insert-api-key', async () => {
        if (!isUuid(ownerId)) return null;
        return orm.em.fork().transactional(async (em) => {
          // The owner's row is the lock: of concurrent calls each counts what the one before has added.
          const where = { id: { $eq: ownerId } };
          const lock = { lockMode: LockMode.PESSIMISTIC_WRITE } as const;
          const owner =
            kind === 'AGENT' ? await em.findOne(AgentEntity, where, lock) : await em.findOne(SenderEntity, where, lock);
          if (owner === null) return null;
          const ofOwner = kind === 'AGENT' ? { agentId: { $eq: ownerId } } : { senderId: { $eq: ownerId } };
          const live = await em.count(ApiKeyEntity, {
            ...ofOwner,
            revokedAt: { $eq: null },
            $or: [{ expiresAt: { $eq: null } }, { expiresAt: { $gt: at } }],
          });
          if (live >= liveKeysMax) return null;
          const row = {
            id,
            agentId: kind === 'AGENT' ? ownerId : null,
            senderId: kind === 'SENDER' ? ownerId : null,
            prefix,
            scopes: [...scopes],
            createdAt: at,
            expiresAt,
            lastUsedAt: null,
            revokedAt: null,
          };
          await em.insert(ApiKeyEntity, { ...row, hash });
          return toApiKey(row);
        });
      }),

    revokeApiKey: (ownerId, id, at) =>
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

    liveApiKeyIds: async (ids, at) => {
      const rows = await database.query<{ readonly id: string }>(LIVE, [ids.filter(isUuid), at.toISOString()]);
      return new Set(rows.map(({ id }) => id));
    },

    touchApiKeys: async (usedAt) => {
      const entries = [...usedAt].filter(([id]) => isUuid(id));
      if (entries.length === 0) return;
      await database.query(TOUCH, [entries.map(([id]) => id), entries.map(([, at]) => at)]);
    },
  };
};
