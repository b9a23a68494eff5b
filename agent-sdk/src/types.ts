import type {
  AgentProfileFragment,
  ApprovalStatus,
  CapabilityHintsInput,
  DenialKind,
  CapabilityInput as GeneratedCapabilityInput,
  PolicyAction,
  PolicyRuleInput,
  RequestStateFragment,
  RequestStatus,
  RequestSummaryFragment,
  ResultFormat,
  WhenOffline,
} from './generated/graphql.ts';

export type { ApprovalStatus, DenialKind, PolicyAction, PolicyRuleInput, RequestStatus, ResultFormat, WhenOffline };

/** What an agent says of an action, for whoever decides whether to ask for it. What is not said is null. */
export type CapabilityHints = CapabilityHintsInput;

/** One action that an agent offers. */
export interface CapabilityInput
  extends Omit<GeneratedCapabilityInput, 'paramsSchema' | 'constraints' | 'resultSchema'> {
  /**
   * JSON Schema (draft 4 to 2020-12) that the params must fit: written by hand, a TypeBox type, or what
   * `z.toJSONSchema` answers. {} lets anything pass.
   * @default {}
   */
  readonly paramsSchema?: object | null | undefined;
  /**
   * `max_<param>` and `min_<param>` bounds on numeric params, inclusive.
   * @default {}
   */
  readonly constraints?: Readonly<Record<string, unknown>> | null | undefined;
  /**
   * JSON Schema of the result, of its `structured` where `resultFormat` is `CONTENT`: as `paramsSchema`, any object that
   * is one. Null where nothing is said of it.
   * @default null
   */
  readonly resultSchema?: object | null | undefined;
}

/** An agent as everybody can look it up, with its active contract. */
export type AgentProfile = AgentProfileFragment;

/** A request as its sender sees it. */
export type RequestState = RequestStateFragment;

/** A request as lists show it. */
export type RequestSummary = RequestSummaryFragment;

/** A request that was taken: just now, or before under the same idempotency key (`replayed`). */
export type SubmittedRequest = RequestState & { readonly replayed: boolean };

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
