import type { Amount } from '../../domain/amount.ts';
import type { Approval, ApprovalStatus } from '../../domain/approval.ts';
import type { Request } from '../../domain/request.ts';
import type { SenderProfile } from '../../domain/sender-profile.ts';
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

/** What may be held at once, and how often one sender may ask. */
export type HoldBounds = {
  readonly ofSenderAtAgent: Amount;
  readonly ofSenderAtAgentInAnHour: number;
  readonly ofAgent: Amount;
  readonly ofSender: Amount;
  /** Whether there is a place for it among all that is held, see `heldTotal`. */
  readonly hasRoomInAll: boolean;
  /** The same content from the same sender is refused for so long after it was denied. */
  readonly denyCoolDownSeconds: number;
  /** No approval is pending for longer. */
  readonly windowMaxSeconds: number;
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
  /** The same was denied a while ago, so nobody is asked. Nothing is stored. */
  | { readonly deniedBefore: true };

export type ApprovalFilter = {
  /** Null for those of every agent. */
  readonly agentIds: readonly string[] | null;
  /** Of what is asked for; null for everything. */
  readonly actions: readonly string[] | null;
  readonly statuses: readonly ApprovalStatus[] | null;
};

export type ApprovalWithRequest = { readonly approval: Approval; readonly request: Request };

/**
 * What people are asked about held requests. Whatever changes one locks rows in one order: the agent's, the request's, the
 * approval's. An approval ends with its request, whatever ends that.
 */
export interface ApprovalStore {
  /**
   * Stores the request and what people are asked about it, and what is to be told of that, unless a bound keeps it out: all
   * of them are counted under the lock of the agent's row, but for that of `ofSender`, which may be overrun by what is held at
   * other agents in the same moment.
   */
  hold(request: NewRequest, approval: NewApproval, bounds: HoldBounds): Promise<Held>;
  /** What is pending on the platform, so many of it at most. Reads no rows, but an entry of an index for each. */
  heldTotal(max: number): Promise<Amount>;
  byId(id: string): Promise<ApprovalWithRequest | null>;
  /** The last one of each, in the order of the requests; null for what was never held. */
  ofRequests(requestIds: readonly string[]): Promise<readonly (Approval | null)[]>;
  /** Who asks, in the order of the approvals; null where there is none. Of what it asked the agent before the newest are counted. */
  sendersOf(approvalIds: readonly string[]): Promise<readonly (SenderProfile | null)[]>;
  /** Newest first. */
  list(filter: ApprovalFilter, page: PageQuery): Promise<Page<Approval>>;
}
