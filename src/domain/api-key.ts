import { Type } from 'typebox';
import { id, instant, nullable, oneOf, type ValueOf } from './fields.ts';
import type { Scope } from './scope.ts';

const API_KEY_KINDS = ['AGENT', 'SENDER', 'OWNER', 'APPROVER'] as const;
export type ApiKeyKind = (typeof API_KEY_KINDS)[number];

/** An API key as it can be shown again: never its secret. */
export const API_KEY = Type.Object({
  id: id('The id of the key, to revoke it by.'),
  kind: oneOf(API_KEY_KINDS, { description: 'Whom it speaks for.' }),
  holderId: id('The agent, sender, owner or approver that it speaks for.'),
  prefix: Type.String({ description: 'The first characters, to tell keys apart.' }),
  scopes: Type.Array(Type.String(), { description: 'What it may do.' }),
  isLimited: Type.Boolean({
    description: 'Whether it may do less than others of its kind: no more than the scopes say.',
  }),
  label: nullable(
    Type.String({
      minLength: 1,
      maxLength: 100,
      isName: true,
      description: 'What its maker calls it; null for nothing.',
    }),
  ),
  createdAt: instant('When it was made.'),
  expiresAt: nullable(instant('When it stops being valid; null if never.')),
  lastUsedAt: nullable(instant('When it was last used, to within a few seconds.')),
  revokedAt: nullable(instant('When it was revoked; null if it was not.')),
});
export type ApiKey = ValueOf<typeof API_KEY> & {
  /** Whether another one has taken its place: it only goes on for the overlap. */
  readonly isReplaced: boolean;
};

/** At most so many keys that are neither revoked nor expired per holder. */
export const LIVE_API_KEYS_MAX = 20;

/** Of keys that are revoked or expired the newest so many are kept per holder; making one more forgets the oldest. */
export const ENDED_API_KEYS_MAX = 100;

export const API_KEY_PREFIX: Readonly<Record<ApiKeyKind, string>> = {
  AGENT: 'clw_agent_',
  SENDER: 'clw_sender_',
  OWNER: 'clw_owner_',
  APPROVER: 'clw_approver_',
};

/** What a key of each kind may do, unless it is limited to some of it (docs/decisions/0046). */
export const API_KEY_SCOPES: Readonly<Record<ApiKeyKind, readonly Scope[]>> = {
  AGENT: ['agent:manage', 'audit:read', 'channel:open', 'requests:answer', 'requests:read', 'requests:submit'],
  SENDER: ['audit:read', 'requests:read', 'requests:submit', 'sender:manage'],
  OWNER: ['approvals:decide', 'approvals:read', 'audit:read', 'owner:manage', 'requests:read'],
  APPROVER: ['approvals:decide', 'approvals:read'],
};

/**
 * What a key of the kind may do. Of one that is not limited it is not asked what was written beside it, which may be from
 * before a scope was there. An agent that its owner manages has no keys that do.
 */
export const effectiveScopes = (
  kind: ApiKeyKind,
  {
    isLimited,
    scopes,
    isManagedByOwner = false,
  }: { readonly isLimited: boolean; readonly scopes: readonly string[]; readonly isManagedByOwner?: boolean },
): readonly Scope[] =>
  API_KEY_SCOPES[kind].filter(
    (scope) => (!isLimited || scopes.includes(scope)) && !(isManagedByOwner && scope === 'agent:manage'),
  );

/** The same to ask for one of them: the scopes of a key that is not limited. */
export const EVERY_SCOPE: Readonly<Record<ApiKeyKind, ReadonlySet<Scope>>> = {
  AGENT: new Set(API_KEY_SCOPES.AGENT),
  SENDER: new Set(API_KEY_SCOPES.SENDER),
  OWNER: new Set(API_KEY_SCOPES.OWNER),
  APPROVER: new Set(API_KEY_SCOPES.APPROVER),
};

/** Whether the key opens anything at that moment. */
export const isLive = (key: ApiKey, at: Date): boolean =>
  key.revokedAt === null && (key.expiresAt === null || key.expiresAt > at);
