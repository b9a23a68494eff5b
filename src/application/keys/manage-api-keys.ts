import { Type } from 'typebox';
import {
  API_KEY,
  API_KEY_SCOPES,
  type ApiKey,
  type ApiKeyKind,
  ENDED_API_KEYS_MAX,
  LIVE_API_KEYS_MAX,
} from '../../domain/api-key.ts';
import { ApiKeyNotFoundError, InvalidInputError, RateLimitedError } from '../../domain/errors.ts';
import { type InputValueOf, nullable } from '../../domain/fields.ts';
import { holderIdOf, type Principal } from '../../domain/principal.ts';
import { SCOPES, type Scope } from '../../domain/scope.ts';
import { isUuid } from '../../domain/uuid.ts';
import { requireKeysManager, requirePrincipal } from '../access.ts';
import { logActOfAdmin } from '../admin/log-act.ts';
import type { Changes } from '../changes/changes.ts';
import type { RequireEveryNodeKnows } from '../cluster/require-known.ts';
import { InputIssues } from '../input-issues.ts';
import { takePoint } from '../limits/take-point.ts';
import type { ApiKeyStore } from '../ports/api-key-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import { newApiKey } from './new-api-key.ts';

export const CREATE_API_KEY = Type.Object({
  ...Type.Pick(API_KEY, ['expiresAt']).properties,
  scopes: nullable(
    Type.Array(Type.String(), {
      maxItems: SCOPES.length,
      description: 'What it may do, of what the key may that makes it; all of that when left out.',
    }),
  ),
});
export type CreateApiKeyInput = InputValueOf<typeof CREATE_API_KEY>;

type Dependencies = {
  readonly apiKeys: ApiKeyStore;
  readonly rateLimiter: RateLimiter;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly log: Log;
  readonly requireEveryNodeKnows: RequireEveryNodeKnows;
};

/** Nodes that do not know it take a limited key for a whole one. */
const LIMITED_KEYS = '0011-governed';

const KINDS = { agent: 'AGENT', owner: 'OWNER', sender: 'SENDER' } as const;

const KEYS_MAX = { live: LIVE_API_KEYS_MAX, ended: ENDED_API_KEYS_MAX };

/** What creating a key throws. */
export const CREATE_API_KEY_ERRORS = [InvalidInputError, RateLimitedError] as const;

/** What revoking a key throws. */
export const REVOKE_API_KEY_ERRORS = [ApiKeyNotFoundError] as const;

/** A second key beside the current one, and the end of one, so that keys can be rotated without a gap. */
export function createManageApiKeys(deps: Dependencies) {
  const { apiKeys, rateLimiter, changes, clock, log, requireEveryNodeKnows } = deps;

  /** The caller's own, newest first, revoked and expired ones included. */
  async function listApiKeys(principal: Principal | null): Promise<readonly ApiKey[]> {
    const [keys = []] = await apiKeys.byHolders([holderIdOf(requireKeysManager(principal))]);
    return keys;
  }

  /**
   * For the caller itself, with no more scopes than its own key has. Throws CREATE_API_KEY_ERRORS, and UnavailableError
   * while a node lives that would take a limited key for a whole one.
   */
  async function createApiKey(
    principal: Principal | null,
    input: CreateApiKeyInput,
  ): Promise<{ key: ApiKey; apiKey: string }> {
    const holder = requireKeysManager(principal);
    const expiresAt = input.expiresAt ?? null;
    if (expiresAt !== null && expiresAt <= clock.now()) {
      throw new InvalidInputError([{ path: 'input.expiresAt', message: 'must be in the future' }]);
    }
    const kind = KINDS[holder.kind];
    const scopes = scopesOfNewKey(kind, holder.scopes, input.scopes ?? null);
    await takePoint(rateLimiter, 'new-keys', holderIdOf(holder));
    const { key, text } = newApiKey(kind, expiresAt, scopes);
    if (key.isLimited) await requireEveryNodeKnows(LIMITED_KEYS);
    const stored = await apiKeys.insert(holderIdOf(holder), key, KEYS_MAX, clock.now());
    if (!stored) {
      const message = `there are ${LIVE_API_KEYS_MAX} live keys already; revoke one first`;
      throw new InvalidInputError([{ path: 'input', message }]);
    }
    return { key: stored, apiKey: text };
  }

  /**
   * At once, on every node; channels opened with it are closed. By its owner or an admin; to anybody else it does not
   * exist. Throws REVOKE_API_KEY_ERRORS.
   */
  async function revokeApiKey(principal: Principal | null, input: { apiKeyId: string }): Promise<ApiKey> {
    const known = requirePrincipal(principal);
    const holderId = known.kind === 'admin' ? null : holderIdOf(requireKeysManager(known));
    if (!isUuid(input.apiKeyId)) throw new ApiKeyNotFoundError();
    const key = await apiKeys.revoke(holderId, input.apiKeyId, clock.now());
    if (!key) throw new ApiKeyNotFoundError();
    changes.publish('registry', '', { event: 'keys-ended', apiKeyIds: new Set([key.id]) });
    logActOfAdmin(log, known, 'revoke a key', { apiKeyId: key.id });
    return key;
  }

  return { listApiKeys, createApiKey, revokeApiKey };
}

/** What was asked for, or all that the caller's key may. Throws InvalidInputError for what is not to be had. */
function scopesOfNewKey(
  kind: ApiKeyKind,
  own: ReadonlySet<Scope>,
  asked: readonly string[] | null,
): ReadonlySet<Scope> {
  if (asked === null) return own;
  const all = API_KEY_SCOPES[kind];
  const issues = new InputIssues();
  if (asked.length === 0) issues.add('scopes', 'must name at least one scope; leave it out for all');
  for (const [index, each] of asked.entries()) {
    const scope = all.find((known) => known === each);
    if (scope === undefined) issues.add(`scopes.${index}`, `must be one of ${all.join(', ')}`);
    else if (!own.has(scope)) issues.add(`scopes.${index}`, 'is a scope that the key in use lacks');
  }
  issues.throwIfAny();
  return new Set(all.filter((scope) => asked.includes(scope)));
}
