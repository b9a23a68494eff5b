import { Type } from 'typebox';
import { id, instant, nullable, oneOf, type ValueOf } from './fields.ts';

export const APPROVAL_STATUSES = ['PENDING', 'APPROVED', 'DENIED', 'EXPIRED', 'CANCELLED', 'REJECTED'] as const;
/** REJECTED: at the decision the rules in force said no. All but PENDING are final. */
export type ApprovalStatus = (typeof APPROVAL_STATUSES)[number];

export const HOLD_REASON = Type.Object({
  stage: Type.String({ description: 'The stage of the pipeline that held it, such as policy_engine.' }),
  rule: nullable(
    Type.Integer({
      description: 'The rule of the policy set, counted from 0; null where no rule did, as for the default action.',
    }),
  ),
  reason: Type.String({ description: 'Why, in words.' }),
});
/** Why a request waits for an approval. */
export type HoldReason = ValueOf<typeof HOLD_REASON>;

/** Who decides: an approver, the agent's owner, or an administrator. */
export type DeciderKind = 'APPROVER' | 'OWNER' | 'ADMIN';

/** Somebody approves, of several that must. `at` is RFC 3339 text. */
export type Vote = {
  readonly kind: DeciderKind;
  readonly id: string;
  readonly keyId: string | null;
  readonly at: string;
};

/** What everybody who may see an approval sees of it. */
export const APPROVAL = Type.Object({
  id: id("The approval's id."),
  status: oneOf(APPROVAL_STATUSES, {
    description: 'Its state. All but pending are final: then nobody can decide any more.',
  }),
  holdReasons: Type.Array(HOLD_REASON, { description: 'Why it waits.' }),
  quorum: Type.Integer({ description: 'How many different people must approve it. One who denies it is enough.' }),
  policyVersion: Type.Integer({ description: 'The version of the policies that held it.' }),
  contractVersion: Type.Integer({ description: 'The version of the contract that it was checked against.' }),
  isEditable: Type.Boolean({ description: 'Whether who approves it may change its params.' }),
  toSender: nullable(
    Type.String({ description: 'What its sender is told by who decided; null for nothing, and for the agent itself.' }),
  ),
  revision: Type.Integer({ description: 'One higher at every change.' }),
  createdAt: instant('When it was asked for.'),
  expiresAt: instant('When it is over without an answer, which is a refusal.'),
  resolvedAt: nullable(instant('When it was over; null while it is pending.')),
});

/** What the sender of a held request is told of it: never who decided. */
export const REQUEST_APPROVAL = Type.Pick(APPROVAL, ['status', 'expiresAt', 'toSender']);

/** What the sender is told by who decided: nothing before it is decided, and nothing where somebody else ended it. */
export const toldToSender = ({ status, toSender }: Pick<Approval, 'status' | 'toSender'>): string | null =>
  status === 'APPROVED' || status === 'DENIED' ? toSender : null;

/** What people are asked about one held request. */
export type Approval = ValueOf<typeof APPROVAL> & {
  readonly requestId: string;
  readonly agentId: string;
  readonly senderId: string;
  /** What a content filter found; none does yet. */
  readonly findings: readonly unknown[];
  /** Of what would be done (see approvalDigest): whoever decides sends back the one that they were shown. */
  readonly digest: Buffer;
  readonly policySetId: string;
  readonly contractId: string;
  readonly approvedBy: readonly Vote[];
  /**
   * How long the request lives on once it is approved. Null where its sender said when it ends, and that is sooner than
   * the window: then it ends when it would have ended anyway.
   */
  readonly lifetimeSeconds: number | null;
};

/** What a decision is bound to. */
export type Bound = Pick<
  Approval,
  'policySetId' | 'policyVersion' | 'contractId' | 'contractVersion' | 'holdReasons' | 'findings' | 'quorum'
>;
