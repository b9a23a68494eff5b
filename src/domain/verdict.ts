import { Type } from 'typebox';
import type { HoldReason } from './approval.ts';
import type { Capability, CapabilityContract, JsonObject, JsonValue } from './contract.ts';
import type { InputIssue } from './domain-error.ts';
import { nullable, type ValueOf } from './fields.ts';
import type { PolicySet } from './policy.ts';
import type { SenderActivity } from './sender.ts';

/** What the pipeline decides about, and what its stages may use: a request before it is delivered, or its result before it is recorded. */
export type Facts = {
  readonly request: {
    readonly senderId: string;
    /** Whether a sender asks, or an agent on its own behalf. */
    readonly senderKind: 'sender' | 'agent';
    /** Null where no rule names it, and where it could not be read. */
    readonly senderRegisteredAt: Date | null;
    /** This sender's requests to this agent, this one included. Null where no rule names it, and where it could not be read. */
    readonly senderActivity: SenderActivity | null;
    /** Everybody's requests to this agent within the last minute, this one included. Null as above, and where they are too many. */
    readonly agentRequestsLastMinute: number | null;
    readonly agent: { readonly id: string; readonly handle: string };
    /** The database's time. */
    readonly now: Date;
    readonly action: string;
    readonly params: JsonObject;
    /** The active contract; null before the first one. */
    readonly contract: CapabilityContract | null;
    /** The active policy set; null before the first one. */
    readonly policies: PolicySet | null;
    /**
     * The rules that hold it no more, counted from 0, and DEFAULT_ACTION: people approve what they hold. Null where nobody was
     * asked.
     */
    readonly approved: ReadonlySet<number> | null;
  };
  readonly result: {
    readonly result: JsonValue;
    /** Its size as it was written, where that is known. */
    readonly bytes?: number;
    /** What the contract that its request was let in by says about it; null where that is nothing. */
    readonly rule: ResultRule | null;
  };
};

/** What a contract says about the results of one of its actions. */
export type ResultRule = Pick<Capability, 'action' | 'resultFormat' | 'resultSchema'> & {
  readonly contractId: string;
  readonly agentId: string;
};

export type Direction = keyof Facts;

/**
 * Why a request was denied, for programs. BUSY is none any more: requests have it from before what is too much was answered
 * with OverloadedError.
 */
export const DENIAL_KINDS = [
  'NO_CONTRACT',
  'UNKNOWN_ACTION',
  'INVALID_PARAMS',
  'BROKEN_CONSTRAINT',
  'POLICY',
  'APPROVAL_DENIED',
  'BLOCKED',
  'STAGE_FAILED',
  'BUSY',
] as const;
export type DenialKind = (typeof DENIAL_KINDS)[number];

/** Why a result was denied: it does not match the contract, or it cannot be stored. */
export const RESULT_DENIAL_KINDS = ['INVALID_RESULT', 'UNUSABLE_RESULT', 'RESULT_TOO_LARGE'] as const;

/** The kinds that lines of a request's log have: one of its result is there only where the result ended it as failed. */
export const LOGGED_KINDS = [...DENIAL_KINDS, 'INVALID_RESULT'] as const;
type LoggedKind = (typeof LOGGED_KINDS)[number];

type Kinds = { readonly request: DenialKind; readonly result: (typeof RESULT_DENIAL_KINDS)[number] };

/** Problems that a denial lists at most. */
export const DENIAL_ISSUES_MAX = 20;

export type Denial<Of extends Direction = 'request'> = {
  readonly decision: 'DENY';
  readonly kind: Kinds[Of];
  /** In one sentence. */
  readonly reason: string;
  /** What only the owner of the agent may hear of it. */
  readonly detail?: string;
  /** Everything that is wrong, where that can be told part by part: at most DENIAL_ISSUES_MAX, each of them short. */
  readonly issues?: readonly InputIssue[];
};

/** Stands for the default action among the numbers of rules. */
export const DEFAULT_ACTION = -1;

/** A rule that holds a request, counted from 0, or DEFAULT_ACTION. */
export type RuleHold = { readonly rule: number; readonly reason: string };

/**
 * What a stage says. HOLD lets it pass and holds it for a human. Each is an object of its own, so that a stage which
 * finds something, or changes a value, can say so beside its decision.
 */
export type Verdict<Of extends Direction = 'request'> =
  | {
      readonly decision: 'PASS';
      /** What only the owner of the agent may hear of it, where there is something to say. */
      readonly detail?: string;
    }
  | {
      readonly decision: 'HOLD';
      readonly reason: string;
      /** Every rule that would hold it, of a stage that has rules. */
      readonly rules?: readonly RuleHold[];
    }
  | Denial<Of>;

/** One line of a pipeline log, but for the kind of a denial. */
export const STAGE_RESULT = Type.Object({
  stage: Type.String({ description: 'policy_engine, capability_sandbox, …' }),
  passed: Type.Boolean({ description: 'Whether the stage let it pass.' }),
  reason: nullable(Type.String({ description: 'Why not, or why it is held.' })),
  durationMs: Type.Number({ description: 'How long the stage took, in milliseconds.' }),
});
export type StageResult<Of extends Direction = 'request'> = ValueOf<typeof STAGE_RESULT> & {
  /** Of a denial; logs from before denials had kinds are without. */
  readonly kind?: Kinds[Of];
  /** Of a denial that has them. */
  readonly issues?: readonly InputIssue[];
  /** Where there is one: why, in words that only the agent, its owner and administrators may read. */
  readonly detail?: string;
};

/** A line of a request's log. */
export type LoggedStage = Omit<StageResult, 'kind'> & { readonly kind?: LoggedKind };

/** What was said of the request itself, before it was delivered. */
export const saidOfRequest = (log: readonly LoggedStage[]): readonly StageResult[] =>
  log.filter((line): line is StageResult => line.kind !== 'INVALID_RESULT');

/** What the pipeline as a whole says. */
export type Decision<Of extends Direction = 'request'> =
  | { readonly outcome: 'PASSED'; readonly log: readonly StageResult<Of>[] }
  | {
      readonly outcome: 'HELD';
      readonly reason: string;
      readonly holds: readonly HoldReason[];
      readonly log: readonly StageResult<Of>[];
    }
  | {
      readonly outcome: 'DENIED';
      readonly stage: string;
      readonly kind: Kinds[Of];
      readonly reason: string;
      readonly log: readonly StageResult<Of>[];
    };
