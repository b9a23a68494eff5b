import { EVERY_SCOPE, effectiveScopes, isLive } from '../../domain/api-key.ts';
import type { KeyPrincipal } from '../../domain/principal.ts';
import type { Changes } from '../changes/changes.ts';
import { FreshCache } from '../fresh-cache.ts';
import type { ApiKeyStore, FoundApiKey } from '../ports/api-key-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Metrics } from '../ports/metrics.ts';
import { sha256Hex } from '../sha256.ts';
import { isWellFormedApiKey } from './api-key-format.ts';
import type { KeyUse } from './key-use.ts';

/** A revocation drops the key at once wherever its hint arrives; where it does not, after so long at the latest. */
const LIFE_MS = 5_000;
const LIFE_WITHOUT_HINTS_MS = 1_000;
const KEYS_MAX = 10_000;

type Dependencies = {
  readonly apiKeys: ApiKeyStore;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly keyUse: KeyUse;
  readonly metrics: Metrics;
  readonly hintsReachAll: () => boolean;
};

/**
 * Answers whose key it is; null for one that is unknown, revoked or expired, without telling which. What is not even
 * shaped like a key is refused without a read. Throws only when the store does not answer.
 */
export function createAuthenticateApiKey(deps: Dependencies) {
  const { apiKeys, changes, clock, keyUse, metrics, hintsReachAll } = deps;
  const keys = new FreshCache<KnownKey | null>({
    max: KEYS_MAX,
    now: () => clock.monotonic(),
    lifeMs: () => (hintsReachAll() ? LIFE_MS : LIFE_WITHOUT_HINTS_MS),
    use: metrics.caches.of('keys'),
    load: async (hash) => {
      const key = await apiKeys.byHash(Buffer.from(hash, 'hex'));
      return key && { key, principal: principalOf(key) };
    },
  });
  changes.subscribe('registry', '', (change) => {
    if (change.event === 'keys-ended') keys.dropWhere((known) => known !== null && change.apiKeyIds.has(known.key.id));
    if (change.event === 'holders-changed') {
      keys.dropWhere((known) => known !== null && change.holderIds.has(known.key.holderId));
    }
    if (change.event === 'agents-deleted') {
      const deleted = new Set(change.agents.map(({ id }) => id));
      keys.dropWhere((known) => known !== null && deleted.has(known.key.holderId));
    }
  });
  changes.onGap(() => keys.clear());

  async function byHash(hash: string): Promise<KeyPrincipal | null> {
    const known = await keys.get(hash);
    if (!known || !isLive(known.key, clock.now())) return null;
    keyUse.record(known.key.id);
    return known.principal;
  }

  return {
    byText: async (text: string): Promise<KeyPrincipal | null> =>
      isWellFormedApiKey(text) ? byHash(sha256Hex(text)) : null,
    /** The key whose SHA-256 is that, in hexadecimal digits. */
    byHash,
  };
}

type KnownKey = { readonly key: FoundApiKey; readonly principal: KeyPrincipal };

function principalOf(key: FoundApiKey): KeyPrincipal {
  const { id, kind, holderId, expiresAt, isManagedByOwner, isSuspended } = key;
  const scopes = key.isLimited || isManagedByOwner ? new Set(effectiveScopes(kind, key)) : EVERY_SCOPE[kind];
  const shared = { apiKeyId: id, keyExpiresAt: expiresAt, scopes, isSuspended, sessionId: null };
  switch (kind) {
    case 'AGENT':
      return { kind: 'agent', agentId: holderId, isManagedByOwner, ...shared };
    case 'SENDER':
      return { kind: 'sender', senderId: holderId, ...shared };
    case 'OWNER':
      return { kind: 'owner', ownerId: holderId, ...shared };
    case 'APPROVER':
      return { kind: 'approver', approverId: holderId, ...shared };
  }
}
