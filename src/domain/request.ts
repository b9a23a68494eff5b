import type { JsonObject, JsonValue } from './contract.ts';
import type { StageResult } from './verdict.ts';

export const REQUEST_STATUSES = [
  'PENDING',
  'AWAITING_APPROVAL',
  'DISPATCHED',
  'ACKED',
  'COMPLETED',
  'FAILED',
  'REJECTED',
  'CANCELLED',
  'TIMEOUT',
] as const;

export type RequestStatus = (typeof REQUEST_STATUSES)[number];

/** Final states never change. */
export const FINAL_STATUSES = ['COMPLETED', 'FAILED', 'REJECTED', 'CANCELLED', 'TIMEOUT'] as const;
export type FinalStatus = (typeof FINAL_STATUSES)[number];

/** Everything that is not final. */
export const OPEN_STATUSES = ['PENDING', 'AWAITING_APPROVAL', 'DISPATCHED', 'ACKED'] as const;

export const isFinal = (status: RequestStatus): status is FinalStatus =>
  (FINAL_STATUSES as readonly RequestStatus[]).includes(status);

/**
 * The state machine, in one place. The stores' conditional UPDATEs take their `status IN (…)` from here, so a
 * transition that is not listed cannot happen. PENDING and DISPATCHED may follow a state again: redelivery.
 */
export const TRANSITIONS = {
  /** A channel takes it: first delivery, or redelivery after a lost channel or a lapsed lease. */
  claim: { from: ['PENDING', 'DISPATCHED', 'ACKED'], to: 'DISPATCHED' },
  /** The agent has it and works on it. */
  acknowledge: { from: ['DISPATCHED'], to: 'ACKED' },
  /** Handed back: its channel is gone and no other one took it yet. */
  release: { from: ['DISPATCHED', 'ACKED'], to: 'PENDING' },
  complete: { from: ['DISPATCHED', 'ACKED', 'PENDING'], to: 'COMPLETED' },
  fail: { from: ['DISPATCHED', 'ACKED', 'PENDING'], to: 'FAILED' },
  cancel: { from: ['PENDING', 'AWAITING_APPROVAL', 'DISPATCHED', 'ACKED'], to: 'CANCELLED' },
  expire: { from: ['PENDING', 'AWAITING_APPROVAL', 'DISPATCHED', 'ACKED'], to: 'TIMEOUT' },
} as const satisfies Record<string, { from: readonly RequestStatus[]; to: RequestStatus }>;

export type Transition = keyof typeof TRANSITIONS;

export type RequestFailure = { readonly code: string; readonly message: string };

/** One hand-over to a channel. */
export type Delivery = {
  readonly attempt: number;
  readonly channelId: string;
  readonly nodeId: string;
  readonly deliveredAt: Date;
  readonly ackedAt: Date | null;
};

export type Request = {
  readonly id: string;
  readonly status: RequestStatus;
  readonly action: string;
  readonly params: JsonObject;
  readonly handle: string;
  readonly agentId: string;
  readonly senderId: string;
  readonly result: JsonValue;
  /** Set on FAILED, REJECTED, CANCELLED and TIMEOUT. */
  readonly error: RequestFailure | null;
  readonly pipelineLog: readonly StageResult[];
  /** How often it was handed to a channel. */
  readonly attempts: number;
  readonly deliveries: readonly Delivery[];
  /** The attempt whose report was recorded; null while there is none. */
  readonly outcomeAttempt: number | null;
  /** The channel that holds it under a lease, or that held it last when it is final; null when none does. */
  readonly channelId: string | null;
  /** The node of that channel. */
  readonly nodeId: string | null;
  /** One higher at every change, so that watchers can order what they hear and see what they missed. */
  readonly revision: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly expiresAt: Date;
};

export const IDEMPOTENCY_KEY_MAX_LENGTH = 255;
/** The same idempotency key from the same sender answers with the first request again for so long. */
export const IDEMPOTENCY_KEY_LIFETIME_MS = 24 * 60 * 60 * 1_000;
export const FAILURE_CODE_MAX_LENGTH = 64;
export const FAILURE_MESSAGE_MAX_LENGTH = 2_000;
export const CANCEL_REASON_MAX_LENGTH = 500;
/** params and result, each as JSON. */
export const PAYLOAD_MAX_BYTES = 64 * 1024;
