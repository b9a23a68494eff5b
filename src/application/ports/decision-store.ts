import type { Act } from '../../domain/actor.ts';
import type { Approval, Bound, DeciderKind } from '../../domain/approval.ts';
import type { JsonObject } from '../../domain/json/json.ts';
import type { JsonText } from '../../domain/json/json-text.ts';
import type { PolicySet } from '../../domain/policy.ts';
import type { Request } from '../../domain/request.ts';
import type { LoggedStage } from '../../domain/verdict.ts';
import type { ApprovalWithRequest } from './approval-store.ts';
import type { PolicyPublication } from './document-store.ts';

export type ApprovalVerdict = 'APPROVE' | 'DENY';

/** Which door a decision came by. */
export type ApprovalRoute = 'GRAPHQL' | 'REST' | 'CONSOLE' | 'LINK';

/** Whose voice it is, and the key that it came with: two keys of one approver are one voice. */
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

/** What is read of an approval before anything is decided about it: as it is now, and what is in force around it. */
export type DecisionBasis = ApprovalWithRequest & {
  /** Whoever owns the agent, and whoever owns the sender, be that an agent; null where nobody does. */
  readonly agentOwnerId: string | null;
  readonly senderOwnerId: string | null;
  readonly senderKind: 'sender' | 'agent';
  readonly isSenderBlocked: boolean;
  readonly isSenderSuspended: boolean;
  readonly isAgentSuspended: boolean;
  /** How many must approve by the agent's settings as they are now. */
  readonly quorum: number;
  readonly preventsSelfApproval: boolean;
  readonly allowsEdits: boolean;
};

/** What these rows stand for. It is asked for when they are locked, so that nothing is decided about what was changed since. */
export type DigestOfRows = (approval: Approval, request: Request) => Buffer;

/** What somebody decides, and what they looked at when they did. */
export type NewDecision = {
  readonly approvalId: string;
  readonly agentId: string;
  readonly by: Decider;
  readonly verdict: ApprovalVerdict;
  /** The one that they were shown. */
  readonly digest: Buffer;
  readonly digestOf: DigestOfRows;
  /** What is to be done in place of what was asked, and its digest. */
  readonly edit: { readonly params: JsonText<JsonObject>; readonly digest: Buffer } | null;
  readonly comment: string | null;
  readonly toSender: string | null;
  readonly via: ApprovalRoute;
  /** What is published with it, if it is approved by this: the next version after the one that it is bound to. */
  readonly publication: PolicyPublication | null;
  readonly at: Date;
  readonly act?: Act;
};

/**
 * `decided`: it is over by this; `counted`: it is one voice of several; `again`: the same was said before. `over`: others
 * decided, or nobody did in time; the approval says which. `stale`: what it was bound to is not what is in force, so that
 * nothing was done. `gone`: there is no such approval, or whoever decides may not any more.
 */
export type DecisionOutcome =
  | {
      readonly outcome: 'decided';
      readonly approval: Approval;
      readonly request: Request;
      /** Null where nothing was to be published, and where it was denied. */
      readonly published: PolicySet | null;
    }
  | { readonly outcome: 'counted' | 'again'; readonly approval: Approval; readonly request: Request }
  | { readonly outcome: 'over'; readonly approval: Approval }
  | { readonly outcome: 'stale' | 'gone' };

/**
 * Decisions about what is held. Each change is one transaction, which locks the agent, then the request, then the
 * approval: whatever ends a request, publishes or decides meanwhile comes before or after it, never between.
 */
export interface DecisionStore {
  /** In the order of the ids; null where there is no such approval. */
  basesOf(approvalIds: readonly string[]): Promise<readonly (DecisionBasis | null)[]>;
  /**
   * Counts the voice, and ends the approval, moves its request and publishes where it is the last one that it takes. Of voices at
   * once all are counted, and one outcome comes of them. Nothing is done unless the approval is open, its rows are what the
   * digest says, and what it is bound to is in force.
   */
  decide(decision: NewDecision): Promise<DecisionOutcome>;
  /** Ends it because something else says no now. Null where it was over already, or has changed since that revision. */
  refuse(refusal: {
    readonly approvalId: string;
    readonly agentId: string;
    readonly seenRevision: number;
    readonly reason: string;
    readonly pipelineLog: readonly LoggedStage[];
    readonly at: Date;
  }): Promise<Request | null>;
  /** What was said to each, in the order in which it was said. */
  decisionsOf(approvalIds: readonly string[]): Promise<readonly (readonly ApprovalDecision[])[]>;
  /** Binds it to what is in force, without the voices that were for something else. Null as with `refuse`. */
  rebind(change: {
    readonly approvalId: string;
    readonly agentId: string;
    readonly seenRevision: number;
    readonly bound: Bound;
    readonly digestOf: DigestOfRows;
    readonly at: Date;
    readonly act?: Act;
  }): Promise<Approval | null>;
}
