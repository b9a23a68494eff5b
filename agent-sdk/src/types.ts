import type {
  AgentProfileFragment,
  CapabilityInput,
  DenialKind,
  PolicyAction,
  PolicyRuleInput,
  RequestStateFragment,
  RequestStatus,
  WhenOffline,
} from './generated/graphql.ts';

export type { CapabilityInput, DenialKind, PolicyAction, PolicyRuleInput, RequestStatus, WhenOffline };

/** An agent as everybody can look it up, with its active contract. */
export type AgentProfile = AgentProfileFragment;

/** A request as its sender sees it. */
export type RequestState = RequestStateFragment;

/** The states that never change again. */
export const FINAL_STATUSES = [
  'COMPLETED',
  'FAILED',
  'REJECTED',
  'CANCELLED',
  'TIMEOUT',
] as const satisfies readonly RequestStatus[];

export type FinalStatus = (typeof FINAL_STATUSES)[number];

/** A request that has its final state. */
export type FinishedRequest = RequestState & { readonly status: FinalStatus };

export function isFinished(request: RequestState): request is FinishedRequest {
  return (FINAL_STATUSES as readonly RequestStatus[]).includes(request.status);
}

/** One thing that is wrong with an input; `path` is dotted, as in `input.capabilities.0.paramsSchema`. */
export interface InputIssue {
  readonly path: string;
  readonly message: string;
}
