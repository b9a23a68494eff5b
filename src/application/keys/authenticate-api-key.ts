import { type ApiKey, EVERY_SCOPE, effectiveScopes, isLive } from '../../domain/api-key.ts';
import type { AgentPrincipal, SenderPrincipal } from '../../domain/principal.ts';
import type { Changes } from '../changes/changes.ts';
import { FreshCache } from '../fresh-cache.ts';
import type { ApiKeyStore } from '../ports/api-key-store.ts';
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
  const keys = new FreshCache<ApiKey | null>({
    max: KEYS_MAX,
    now: () => clock.monotonic(),
    lifeMs: () => (hintsReachAll() ? LIFE_MS : LIFE_WITHOUT_HINTS_MS),
    use: metrics.caches.of('keys'),
    load: (hash) => apiKeys.byHash(Buffer.from(hash, 'hex')),
  });
  changes.subscribe('registry', '', (change) => {
    if (change.event === 'keys-ended') keys.dropWhere((key) => key !== null && change.apiKeyIds.has(key.id));
    if (change.event === 'agents-deleted') {
      const deleted = new Set(change.agents.map(({ id }) => id));
      keys.dropWhere((key) => key !== null && deleted.has(key.holderId));
    }
  });
  changes.onGap(() => keys.clear());

  return async (text: string): Promise<AgentPrincipal | SenderPrincipal | null> => {
    if (!isWellFormedApiKey(text)) return null;
    const key = await keys.get(sha256Hex(text));
    if (!key || !isLive(key, clock.now())) return null;
    // Nodes of a later release make keys of owners and approvers, which open nothing here.
    if (key.kind !== 'AGENT' && key.kind !== 'SENDER') return null;
    keyUse.record(key.id);
    const scopes = key.isLimited ? new Set(effectiveScopes(key.kind, key)) : EVERY_SCOPE[key.kind];
    const shared = { apiKeyId: key.id, keyExpiresAt: key.expiresAt, scopes };
    return key.kind === 'AGENT'
      ? { kind: 'agent', agentId: key.holderId, ...shared }
      : { kind: 'sender', senderId: key.holderId, ...shared };
  };
}
