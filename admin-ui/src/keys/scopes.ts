import type { ApiKeyKind } from '../generated/graphql.ts';

/** What each scope lets a key do, for people. */
const SCOPE_WORDS = {
  'agent:manage': 'Manage the agent: contract, policies, keys',
  'channel:open': 'Open its channel, where requests come in',
  'requests:answer': 'Answer requests',
  'requests:read': 'Read requests that it is party to',
  'requests:submit': 'Submit and cancel requests',
  'sender:manage': 'Manage its own keys',
  'owner:manage': 'Manage its agents, their keys, approvers and limits',
  'approvals:read': 'See what is held for approval',
  'audit:read': 'Read its part of the audit trail',
  'approvals:decide': 'Decide what is held for approval',
} as const;

type Scope = keyof typeof SCOPE_WORDS;

/** What a key of each kind may do at most. */
export const SCOPES_OF: Readonly<Record<ApiKeyKind, readonly Scope[]>> = {
  AGENT: ['agent:manage', 'audit:read', 'channel:open', 'requests:answer', 'requests:read', 'requests:submit'],
  SENDER: ['audit:read', 'requests:read', 'requests:submit', 'sender:manage'],
  OWNER: ['approvals:decide', 'approvals:read', 'audit:read', 'owner:manage', 'requests:read'],
  APPROVER: ['approvals:decide', 'approvals:read'],
};

/** What a process needs that only works: it cannot change rules that hold requests for a human. */
export const WORKER_SCOPES: readonly Scope[] = ['channel:open', 'requests:answer'];

export const scopeWords = (scope: string): string => (scope in SCOPE_WORDS ? SCOPE_WORDS[scope as Scope] : scope);
