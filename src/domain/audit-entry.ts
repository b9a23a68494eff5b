/** What kinds of entries the audit trail has: `subject.verb`. */
export const AUDIT_ENTRY_TYPES = [
  'agent.registered',
  'agent.changed',
  'agent.deleted',
  'agent.expired',
  'agent.suspended',
  'agent.resumed',
  'agent.quarantined',
  'agent.quarantine_lifted',
  'sender.registered',
  'sender.expired',
  'sender.suspended',
  'sender.resumed',
  'owner.registered',
  'handle.released',
  'capabilities.published',
  'policies.published',
  'capabilities.expired',
  'policies.expired',
  'key.created',
  'key.first_used',
  'key.revoked',
  'key.expired',
  'request.submitted',
  'request.redelivered',
  'request.finished',
  'request.cancelled',
  'request.expired',
  'approval.requested',
  'approval.decided',
  'approval.expired',
  'approver.created',
  'approver.removed',
  'approval_settings.changed',
  'limits.changed',
  'sender_limit.changed',
  'webhook.changed',
  'invitation.created',
  'invitation.revoked',
  'admin.created',
  'admin.changed',
  'admin.removed',
  'admin.logged_in',
  'authentication.failed',
  'audit.key_announced',
  'audit.heads',
  'audit.exported',
  'audit.pruned',
  'audit.erased',
] as const;

export type AuditEntryType = (typeof AUDIT_ENTRY_TYPES)[number];

/** Who did it: a principal, whoever came without a credential, or the platform by itself. */
export const AUDIT_ACTOR_KINDS = ['agent', 'sender', 'owner', 'approver', 'admin', 'anonymous', 'platform'] as const;

export type AuditActorKind = (typeof AUDIT_ACTOR_KINDS)[number];

/** What it was done to. */
export const AUDIT_SUBJECT_KINDS = [
  'agent',
  'sender',
  'owner',
  'approver',
  'admin',
  'key',
  'contract',
  'policy_set',
  'request',
  'approval',
  'webhook',
  'invitation',
  'network',
  'trail',
] as const;

export type AuditSubjectKind = (typeof AUDIT_SUBJECT_KINDS)[number];

/** What an entry says besides: small, and no text that somebody wrote or that tells who somebody is. */
export type AuditValue =
  | string
  | number
  | boolean
  | null
  | readonly AuditValue[]
  | { readonly [name: string]: AuditValue };
export type AuditFields = Readonly<Record<string, AuditValue>>;

type Published = { readonly version: number; readonly digest: string };

/** Of a contract, or of a policy set: the subject says which. */
type OfVersion = { readonly version: number };

type Ended = { readonly status: string; readonly code: string | null; readonly attempts: number };

/** What entries say of which there is more to say than that it happened; digests are SHA-256 in base64. */
type DataByType = {
  readonly 'agent.registered': { readonly handle: string };
  readonly 'agent.quarantined': OfVersion;
  readonly 'agent.quarantine_lifted': OfVersion;
  readonly 'capabilities.published': Published;
  readonly 'policies.published': Published;
  /** What a version was that is there no more. */
  readonly 'capabilities.expired': Published;
  readonly 'policies.expired': Published;
  readonly 'key.expired': {
    /** Of whom it was, and their id. */
    readonly kind: string;
    readonly holder: string;
    /** When it ended, in RFC 3339. */
    readonly expiresAt: string;
    /** Another key had taken its place, so this one only went on for a while. */
    readonly isReplaced: boolean;
  };
  readonly 'request.submitted': {
    /** Null for one that no contract could name. */
    readonly action: string | null;
    readonly status: string;
    /** Of its params. */
    readonly digest: string | null;
    /** Of its params as well. */
    readonly bytes: number | null;
    /** The verdict of each stage, in order, and why it denied. */
    readonly stages: readonly { readonly stage: string; readonly verdict: string; readonly kind?: string | null }[];
    /** What it was decided by. */
    readonly policySet: string | null;
    readonly contract: string | null;
    /** Where it was delivered to at once; null where it was not. */
    readonly channel: string | null;
    /** How often it has been delivered by then. */
    readonly attempts: number;
  };
  readonly 'request.redelivered': { readonly attempt: number; readonly channel?: string | null };
  readonly 'request.finished': Ended & {
    /** Of its result; the platform that gives it up has none. */
    readonly digest?: string | null;
    /** Which delivery it was that the agent answered, and when it took it, in RFC 3339. */
    readonly attempt?: number | null;
    readonly ackedAt?: string | null;
  };
  readonly 'request.cancelled': Ended;
  readonly 'request.expired': Ended;
  /** Credentials that opened nothing, of one network or of all that a node does not tell apart; which one it is stands in the details. */
  readonly 'authentication.failed': {
    /** API keys that opened nothing. */
    readonly keys: number;
    /** Passwords, codes and keys that let nobody into the console. */
    readonly logins: number;
    /** When the first of them came, in RFC 3339. */
    readonly since: string;
    readonly isOneNetwork: boolean;
  };
  /** The name that its notes are signed under, and its public half, as a verifier takes them. */
  readonly 'audit.key_announced': { readonly verifier: string };
  readonly 'audit.heads': {
    /** The root of the map, of so many audiences, as they were when the tree had that size. */
    readonly root: string;
    readonly audiences: number;
    readonly size: number;
  };
  readonly 'audit.exported': { readonly from: number; readonly to: number };
  readonly 'audit.pruned': { readonly before: string; readonly to: number; readonly entries: number };
  readonly 'audit.erased': { readonly entries: number };
};

export type AuditData<Type extends AuditEntryType = AuditEntryType> = Type extends keyof DataByType
  ? DataByType[Type]
  : AuditFields;

/** An entry as it is written, before it has its place in the tree. */
export type NewAuditEntry<Type extends AuditEntryType = AuditEntryType> = {
  readonly type: Type;
  readonly at: Date;
  readonly actor: {
    readonly kind: AuditActorKind;
    readonly id: string | null;
    /** The key that they came with. */
    readonly keyId?: string | null;
  };
  readonly subject: { readonly kind: AuditSubjectKind; readonly id: string | null };
  /** Whose agent and which sender it concerns: they may read it, and their running numbers count it. */
  readonly agentId?: string | null;
  readonly senderId?: string | null;
  readonly requestId?: string | null;
  readonly data?: AuditData<Type>;
  /** Personal text, such as an address or a reason: the entry has its digest, and it may be erased. */
  readonly details?: AuditFields;
};
