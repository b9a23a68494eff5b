import { Type } from 'typebox';
import {
  API_KEY,
  API_KEY_SCOPES,
  type ApiKey,
  type ApiKeyKind,
  ENDED_API_KEYS_MAX,
  isLive,
  LIVE_API_KEYS_MAX,
} from '../../domain/api-key.ts';
import { ApiKeyNotFoundError, type InputIssue, InvalidInputError, RateLimitedError } from '../../domain/errors.ts';
import { type InputValueOf, id, nullable } from '../../domain/fields.ts';
import { instantText } from '../../domain/instant-text.ts';
import type { Principal } from '../../domain/principal.ts';
import { SCOPES, type Scope } from '../../domain/scope.ts';
import { isUuid } from '../../domain/uuid.ts';
import { requirePrincipal } from '../access.ts';
import { logActOfAdmin } from '../admin/log-act.ts';
import { actOf } from '../audit/act.ts';
import type { Changes } from '../changes/changes.ts';
import type { RequireEveryNodeKnows } from '../cluster/require-known.ts';
import { InputIssues } from '../input-issues.ts';
import { takePoint } from '../limits/take-point.ts';
import type { ApiKeyStore } from '../ports/api-key-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import { type KeyEnds, problemOfEnd } from './key-ends.ts';
import { type createKeyHolders, type NamedHolder, scopesOfKind } from './key-holders.ts';
import { keyInUse } from './key-in-use.ts';
import { newApiKey } from './new-api-key.ts';

export const CREATE_API_KEY = Type.Object({
  agentId: nullable(id('Whose it is to be: that agent, by id or handle, for itself or its owner.')),
  senderId: nullable(id('Whose it is to be: that sender.')),
  ownerId: nullable(id('Whose it is to be: that owner.')),
  approverId: nullable(id('Whose it is to be: that approver, for its owner.')),
  ...Type.Pick(API_KEY, ['expiresAt', 'label']).properties,
  scopes: nullable(
    Type.Array(Type.String(), {
      maxItems: SCOPES.length,
      description: 'What it may do, of what the key may that makes it; all of that when left out.',
    }),
  ),
});
export type CreateApiKeyInput = InputValueOf<typeof CREATE_API_KEY>;

export type ManageKeysDependencies = {
  readonly apiKeys: ApiKeyStore;
  readonly holders: ReturnType<typeof createKeyHolders>;
  readonly keyEnds: KeyEnds;
  readonly rateLimiter: RateLimiter;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly log: Log;
  readonly requireEveryNodeKnows: RequireEveryNodeKnows;
};

/** Nodes that do not know it refuse a limited key, whose form they do not know: no one of them is to be left. */
export const LIMITED_KEYS = '0011-governed';

export const KEYS_MAX = { live: LIVE_API_KEYS_MAX, ended: ENDED_API_KEYS_MAX };

/** What creating a key throws. */
export const CREATE_API_KEY_ERRORS = [InvalidInputError, RateLimitedError] as const;

/** What revoking a key throws. */
export const REVOKE_API_KEY_ERRORS = [ApiKeyNotFoundError] as const;

/** Keys of the caller's own, of an owner's agents and approvers, and of anybody for administrators. */
export function createManageApiKeys(deps: ManageKeysDependencies) {
  const { apiKeys, holders, keyEnds, rateLimiter, changes, clock, log, requireEveryNodeKnows } = deps;

  /** The caller's own, or those of whoever is named; newest first, revoked and expired ones included. */
  async function listApiKeys(principal: Principal | null, of: NamedHolder = {}): Promise<readonly ApiKey[]> {
    const [keys = []] = await apiKeys.byHolders([(await holders.named(principal, of)).id]);
    return keys;
  }

  /**
   * With no more scopes than the caller's own key has, where it is of the same kind, and for no longer than that lives
   * (KeyEnds). Throws CREATE_API_KEY_ERRORS, and UnavailableError while a node lives that would refuse a limited key.
   */
  async function createApiKey(
    principal: Principal | null,
    input: CreateApiKeyInput,
  ): Promise<{ key: ApiKey; apiKey: string }> {
    const holder = await holders.named(principal, input);
    const known = requirePrincipal(principal);
    const at = clock.now();
    const maker = await keyInUse(apiKeys, known, at);
    const issues = new InputIssues();
    issues.texts(CREATE_API_KEY, input);
    const problem = input.expiresAt ? problemOfEnd(input.expiresAt, keyEnds.latest(maker, at), at) : null;
    if (problem !== null) issues.add('expiresAt', problem);
    const only = scopesOfNewKey(holder.kind, scopesOfKind(known, holder), input.scopes ?? null, issues);
    issues.throwIfAny();
    await takePoint(rateLimiter, 'new-keys', holder.id);
    const expiresAt = input.expiresAt ?? keyEnds.ofNext(maker, at);
    const { key, text } = newApiKey(holder.kind, expiresAt, { only, label: input.label ?? null });
    if (key.isLimited) await requireEveryNodeKnows(LIMITED_KEYS);
    const stored = await apiKeys.insert(holder.id, key, KEYS_MAX, at, actOf(known, at));
    if (!stored) throw tooManyKeys('revoke one first');
    logActOfAdmin(log, known, 'make a key', { apiKeyId: key.id, holderId: holder.id });
    return { key: stored, apiKey: text };
  }

  /**
   * At once, on every node; channels opened with it are closed. Says so where nobody is left with a key of the holder's, or
   * only with one that was replaced and goes on for its overlap.
   * By whoever manages the holder's keys; to anybody else it does not exist. Throws REVOKE_API_KEY_ERRORS.
   */
  async function revokeApiKey(
    principal: Principal | null,
    input: { apiKeyId: string },
  ): Promise<{ key: ApiKey; warnings: readonly InputIssue[] }> {
    const { key: found, known } = await managedKey(principal, input.apiKeyId);
    const at = clock.now();
    const key = await apiKeys.revoke(found.holderId, found.id, at, actOf(known, at));
    if (!key) throw new ApiKeyNotFoundError();
    changes.publish('registry', '', { event: 'keys-ended', apiKeyIds: new Set([key.id]) });
    logActOfAdmin(log, known, 'revoke a key', { apiKeyId: key.id });
    const [left = []] = await apiKeys.byHolders([key.holderId]);
    const live = left.filter((each) => isLive(each, clock.now()));
    if (live.some(({ isReplaced }) => !isReplaced)) return { key, warnings: [] };
    return { key, warnings: [{ path: 'input.apiKeyId', message: lastKey(key.kind, live) }] };
  }

  /** The key, if it is one that the caller manages. Throws ApiKeyNotFoundError. */
  async function managedKey(principal: Principal | null, apiKeyId: string): Promise<{ key: ApiKey; known: Principal }> {
    const known = requirePrincipal(principal);
    const key = isUuid(apiKeyId) ? await apiKeys.byId(apiKeyId) : null;
    if (key === null || !(await holders.mayManage(known, { kind: key.kind, id: key.holderId }))) {
      throw new ApiKeyNotFoundError();
    }
    return { key, known };
  }

  return { listApiKeys, createApiKey, revokeApiKey, managedKey };
}

export const tooManyKeys = (wayOut: string): InvalidInputError =>
  new InvalidInputError([{ path: 'input', message: `there are ${LIVE_API_KEYS_MAX} live keys already; ${wayOut}` }]);

/** `replaced` are those that are left, each of which ends with its overlap. */
function lastKey(kind: ApiKeyKind, replaced: readonly ApiKey[]): string {
  const ends = replaced.map(({ expiresAt }) => expiresAt?.getTime() ?? 0);
  if (ends.length === 0) return LAST_KEY[kind];
  return `${LAST_KEY[kind]}; what it replaced goes on until ${instantText(new Date(Math.max(...ends)))}`;
}

/** What it means that nobody has a key of the holder's any more. */
const LAST_KEY: Readonly<Record<ApiKeyKind, string>> = {
  AGENT: "was the agent's last key: nobody can open its channel; its owner or an administrator can make a new one",
  SENDER: "was the sender's last key: nobody can submit or read as it; only an administrator can make a new one",
  OWNER: "was the owner's last key: only an administrator can help",
  APPROVER: "was the approver's last key: it can decide nothing; its owner or an administrator can make a new one",
};

/** What was asked for, or all that the caller's key may. Tells what is not to be had. `own` is null where nothing bounds it. */
function scopesOfNewKey(
  kind: ApiKeyKind,
  own: ReadonlySet<Scope> | null,
  asked: readonly string[] | null,
  issues: InputIssues,
): ReadonlySet<Scope> | null {
  if (asked === null) return own;
  const all = API_KEY_SCOPES[kind];
  if (asked.length === 0) issues.add('scopes', 'must name at least one scope; leave it out for all');
  for (const [index, each] of asked.entries()) {
    const scope = all.find((known) => known === each);
    if (scope === undefined) issues.add(`scopes.${index}`, `must be one of ${all.join(', ')}`);
    else if (own !== null && !own.has(scope)) issues.add(`scopes.${index}`, 'is a scope that the key in use lacks');
  }
  return new Set(all.filter((scope) => asked.includes(scope)));
}
