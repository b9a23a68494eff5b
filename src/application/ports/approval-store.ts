import type { Approval, ApprovalStatus, Bound, DeciderKind } from '../../domain/approval.ts';
import type { JsonObject } from '../../domain/json/json.ts';
import type { JsonText } from '../../domain/json/json-text.ts';
import type { Request, RequestFailure } from '../../domain/request.ts';
import type { StageResult } from '../../domain/verdict.ts';
import type { Page, PageQuery } from './page.ts';
import type { KeyedRequest, NewRequest } from './request-store.ts';

/** What people are to be asked, with the request that it is about. */
export type NewApproval = Omit<
  Approval,
  'status' | 'requestId' | 'agentId' | 'senderId' | 'approvedBy' | 'toSender' | 'revision' | 'resolvedAt'
> & {
  /** Of what was sent, see contentDigest. */
  readonly contentDigest: Buffer;
};

/** Requests, and the bytes of their params. */
type Amount = { readonly requests: number; readonly bytes: number };

/** What may be held at once, and how often one sender may ask. */
export type HoldBounds = {
  readonly ofSenderAtAgent: Amount;
  readonly ofSenderAtAgentInAnHour: number;
  readonly ofAgent: Amount;
  readonly ofSender: Amount;
  readonly inAll: Amount;
  /** The same content from the same sender is refused for so long after it was denied. */
  readonly denyCoolDownSeconds: number;
};

/** Which bound there is no place under. */
export type HoldBound = 'sender-at-agent' | 'hour' | 'agent' | 'sender' | 'all';

export type Held =
  | { readonly inserted: Request; readonly approval: Approval }
  /** The first one that this sender stored under the same idempotency key, within the key's lifetime. */
  | { readonly existing: KeyedRequest }
  /** Its agent was deleted meanwhile. */
  | { readonly agentIsGone: true }
  /** Nothing is stored. `freeAt`: when the bound lets the next one in at the latest, where that is known. */
  | { readonly over: HoldBound; readonly freeAt: Date | null }
  /** The same was denied a while ago: it is stored as REJECTED, and nobody is asked. */
  | { readonly deniedBefore: Request };

export type ApprovalFilter = {
  /** Null for those of every agent. */
  readonly agentIds: readonly string[] | null;
  /** Of what is asked for; null for everything. */
  readonly actions: readonly string[] | null;
  readonly statuses: readonly ApprovalStatus[] | null;
};

export type ApprovalVerdict = 'APPROVE' | 'DENY';
export type ApprovalRoute = 'GRAPHQL' | 'REST' | 'CONSOLE' | 'LINK';

export type Decider = { readonly kind: DeciderKind; readonly id: string; readonly keyId: string | null };

/** What somebody said to an approval. */
export type ApprovalDecision = {
  readonly id: string;
  readonly approvalId: string;
  readonly deciderKind: DeciderKind;
  readonly deciderId: string;
  readonly keyId: string | null;
  readonly verdict: ApprovalVerdict;
  readonly digest: Buffer;
  readonly comment: string | null;
  readonly via: ApprovalRoute;
  readonly at: Date;
};

export type Decide = {
  readonly approvalId: string;
  readonly agentId: string;
  readonly digest: Buffer;
  readonly by: Decider;
  readonly verdict: ApprovalVerdict;
  readonly comment: string | null;
  readonly toSender: string | null;
  readonly via: ApprovalRoute;
  /** What is to be done in place of what was asked for; null for that. */
  readonly params: JsonText<JsonObject> | null;
  /** The documents that were in force: they must be so still. */
  readonly bound: Pick<Bound, 'policySetId' | 'contractId'>;
  readonly at: Date;
  /** Until when the request lives on once it is approved; null for as long as it would anyway. */
  readonly expiresAt: Date | null;
};

export type Decided =
  /** `counted`: one vote of several that it takes. `again`: the same was said by the same one before. */
  | { readonly outcome: 'decided' | 'counted' | 'again'; readonly approval: Approval; readonly request: Request }
  /** `changed`: it is about something else by now. `over`: it was decided or ended. `gone`: there is none. */
  | { readonly outcome: 'changed' | 'over' | 'gone'; readonly approval: Approval | null };

export type ApprovalWithRequest = { readonly approval: Approval; readonly request: Request };

/**
 * What people are asked about held requests. Whatever changes one locks rows in one order: the agent's, the request's, the
 * approval's. An approval ends with its request, whatever ends that.
 */
export interface ApprovalStore {
  /**
   * Stores the request and what people are asked about it, and what is to be told of that, unless a bound keeps it out: all
   * of them are counted under the lock of the agent's row, but for those of `ofSender` and `inAll`, which may be overrun by
   * what is held at other agents in the same moment.
   */
  hold(request: NewRequest, approval: NewApproval, bounds: HoldBounds): Promise<Held>;
  byId(id: string): Promise<ApprovalWithRequest | null>;
  /** The last one of each, in the order of the requests; null for what was never held. */
  ofRequests(requestIds: readonly string[]): Promise<readonly (Approval | null)[]>;
  /** Newest first. */
  list(filter: ApprovalFilter, page: PageQuery): Promise<Page<Approval>>;
}

/** What decisions need of the store besides. */
export interface DecisionStore {
  /** In the order in which they were made. */
  decisionsOf(approvalIds: readonly string[]): Promise<readonly (readonly ApprovalDecision[])[]>;
  /** One transaction. Of concurrent callers one ends it; the others are told what it is by then. */
  decide(input: Decide): Promise<Decided>;
  /** What is in force by now denies it: REJECTED, whatever was decided. Null where it is over. */
  refuse(input: {
    readonly approvalId: string;
    readonly failure: RequestFailure;
    readonly pipelineLog: readonly StageResult[];
    readonly at: Date;
  }): Promise<ApprovalWithRequest | null>;
  /** It is about something else from now on, and the votes begin anew. Null where it changed meanwhile. */
  rebind(
    input: Bound & {
      readonly approvalId: string;
      readonly seenRevision: number;
      readonly digest: Buffer;
      readonly at: Date;
    },
  ): Promise<Approval | null>;
}
