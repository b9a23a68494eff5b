import { Type } from 'typebox';
import { id, instant, jsonObject, jsonValue, nullable, oneOf, type ValueOf } from './fields.ts';
import { isUuid } from './uuid.ts';
import { type LoggedStage, STAGE_RESULT } from './verdict.ts';

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

/**
 * Whether nobody approved it yet, or ever: to its agent's own keys it does not exist. What is over before somebody did stays
 * so.
 */
export const isHiddenFromAgent = ({ status, isHeld }: Pick<Request, 'status' | 'isHeld'>): boolean =>
  isHeld === true || status === 'AWAITING_APPROVAL';

export const isFinal = (status: RequestStatus): status is FinalStatus =>
  (FINAL_STATUSES as readonly RequestStatus[]).includes(status);

/**
 * The state machine, in one place. The stores' conditional UPDATEs take their `status IN (…)` from here, so a
 * transition that is not listed cannot happen. PENDING and DISPATCHED may follow a state again: redelivery.
 */
export const TRANSITIONS = {
  /** It is delivered to a channel: the first time, or redelivery after a lost channel or a lapsed lease. */
  claim: { from: ['PENDING', 'DISPATCHED', 'ACKED'], to: 'DISPATCHED' },
  /** The agent has it and works on it. */
  acknowledge: { from: ['DISPATCHED'], to: 'ACKED' },
  /** Released: its channel is gone and it is not assigned to another one yet. */
  release: { from: ['DISPATCHED', 'ACKED'], to: 'PENDING' },
  complete: { from: ['DISPATCHED', 'ACKED', 'PENDING'], to: 'COMPLETED' },
  fail: { from: ['DISPATCHED', 'ACKED', 'PENDING'], to: 'FAILED' },
  cancel: { from: ['PENDING', 'AWAITING_APPROVAL', 'DISPATCHED', 'ACKED'], to: 'CANCELLED' },
  expire: { from: ['PENDING', 'AWAITING_APPROVAL', 'DISPATCHED', 'ACKED'], to: 'TIMEOUT' },
  /** As many people as must have approved it. */
  approve: { from: ['AWAITING_APPROVAL'], to: 'PENDING' },
  /** Somebody denied it, or the rules in force did when it was to be approved. */
  refuse: { from: ['AWAITING_APPROVAL'], to: 'REJECTED' },
} as const satisfies Record<string, { from: readonly RequestStatus[]; to: RequestStatus }>;

export type Transition = keyof typeof TRANSITIONS;

export const REQUEST_FAILURE = Type.Object({
  code: Type.String({
    description:
      "The agent's own code, or rejected, approval_denied, approval_expired, cancelled, timeout, suspended, blocked, undeliverable, agent_deleted, agent_error.",
  }),
  message: Type.String({ description: 'The same for people.' }),
});
export type RequestFailure = ValueOf<typeof REQUEST_FAILURE>;

/** In characters. */
export const PROGRESS_MESSAGE_MAX = 500;

/** How far an agent says to be with a request. */
export const REQUEST_PROGRESS = Type.Object({
  value: Type.Number({ description: 'How far it is; higher each time.' }),
  total: nullable(Type.Number({ description: 'What `value` will be in the end, as far as that is known.' })),
  message: nullable(
    Type.String({
      minLength: 1,
      maxLength: PROGRESS_MESSAGE_MAX,
      multiline: true,
      description: 'What it does just now, for people.',
    }),
  ),
});
export type RequestProgress = ValueOf<typeof REQUEST_PROGRESS>;

/** Whether it says something new, after what was said of the same delivery before. */
export const isFurther = ({ value }: RequestProgress, than: RequestProgress | null): boolean =>
  than === null || value > than.value;

/** Names what belongs together, to its sender. */
export const CONTEXT_ID = Type.String({
  minLength: 1,
  maxLength: 128,
  isName: true,
  description: 'What it belongs to, such as a conversation: a text of the sender’s own.',
});

/** One delivery to a channel. */
export const DELIVERY = Type.Object({
  attempt: Type.Integer({ description: '1 for the first one, one higher for each later one.' }),
  channelId: id('The channel that it was delivered to.'),
  nodeId: id('The node of that channel.'),
  deliveredAt: instant('When it was delivered.'),
  ackedAt: nullable(instant('When the agent acknowledged it; null if it did not.')),
});
export type Delivery = ValueOf<typeof DELIVERY>;

/** How a channel ended that took deliveries with it, where that was not the platform's own doing. */
export const LOSS_CAUSES = ['disconnected', 'oversize'] as const;
/** `oversize`: a message of the agent was so long that its channel was closed; else whatever ended the channel. */
export type LossCause = (typeof LOSS_CAUSES)[number];

/**
 * Losses in a row that are counted whoever was beside the request. From so many on it is a suspect: further ones are
 * counted only when it was alone, and it is delivered so that it may be (docs/decisions/0024).
 */
export const SUSPECT_LOSSES = 2;

/** What becomes undeliverable after `maxAttempts` deliveries that nobody acked. So many losses in a row do it, too. */
export const maxLossesOf = (maxAttempts: number): number => Math.max(maxAttempts, SUSPECT_LOSSES + 1);

/** Deliveries that are remembered of a request: one that loses its channel may be delivered any number of times. */
export const DELIVERIES_KEPT = 50;

export const REQUEST = Type.Object({
  id: id("The request's id."),
  status: oneOf(REQUEST_STATUSES, {
    description: 'Its state. Completed, failed, rejected, cancelled and timeout are final and never change.',
  }),
  action: Type.String({ description: 'The action that was asked for.' }),
  params: jsonObject({ description: 'Its params, as they were sent.' }),
  paramsRemoved: Type.Boolean({
    description:
      'Whether its params are kept no longer, so that `params` is empty: of what was rejected as it was submitted they are for REJECTED_PARAMS_RETENTION_HOURS.',
  }),
  effectiveParams: nullable(
    jsonObject({ description: 'What is done in place of them, where who approved it changed them; else null.' }),
  ),
  isHeld: nullable(
    Type.Boolean({
      description: 'Whether it waits for an approval, or was refused one; null where it never was held.',
    }),
  ),
  handle: Type.String({ description: 'The handle that it was sent to.' }),
  agentId: id('The agent that it was sent to.'),
  senderId: id('Who sent it: a sender’s id, or an agent’s.'),
  result: jsonValue({ description: 'What the agent answered; null unless it is completed.' }),
  error: nullable(REQUEST_FAILURE, {
    description: 'Why it did not get done; null while it is open and when it is completed.',
  }),
  pipelineLog: Type.Array(Type.Unsafe<LoggedStage>(STAGE_RESULT), {
    description: 'What each stage of the pipeline said, in order.',
  }),
  attempts: Type.Integer({ description: 'How often it was delivered to a channel.' }),
  deliveries: Type.Array(DELIVERY, {
    description: `Its deliveries to channels, in order; the last ${DELIVERIES_KEPT}.`,
  }),
  losses: Type.Integer({
    description: 'Deliveries in a row whose channel ended while nothing else of the agent finished in between.',
  }),
  outcomeAttempt: nullable(
    Type.Integer({ description: 'The attempt whose report was recorded; null while there is none.' }),
  ),
  channelId: nullable(
    id('The channel that holds it under a lease, or that held it last when it is final; null when none does.'),
  ),
  nodeId: nullable(id('The node of that channel.')),
  revision: Type.Integer({
    description: 'One higher at every change, so that watchers can order what they hear and see what they missed.',
  }),
  createdAt: instant('When it was submitted.'),
  updatedAt: instant('When it last changed.'),
  expiresAt: instant('When it times out unless it is finished.'),
  traceContext: nullable(Type.String({ description: 'Where in a trace it was submitted, as traceText has it.' })),
  contractId: nullable(
    id('The contract that it was decided under; null where the agent had none, and for requests of earlier releases.'),
  ),
  contextId: nullable(CONTEXT_ID),
  progress: nullable(REQUEST_PROGRESS, {
    description: 'What the agent said last of how far it is; null where it said nothing.',
  }),
});
export type Request = ValueOf<typeof REQUEST>;

/** What its agent is to do: never what was asked for where who approved it changed that. */
export const paramsToDo = ({
  params,
  effectiveParams,
}: Pick<Request, 'params' | 'effectiveParams'>): Request['params'] => effectiveParams ?? params;

/** What parties see of what is done in place of what was asked: before it is approved nothing is, nor where nobody did. */
export const paramsDone = ({
  effectiveParams,
  isHeld,
}: Pick<Request, 'effectiveParams' | 'isHeld'>): Request['effectiveParams'] =>
  isHeld === true ? null : effectiveParams;

/** What lists show of a request: all but what may be large, and how it came to be delivered. */
export const REQUEST_SUMMARY = Type.Pick(REQUEST, [
  'id',
  'status',
  'action',
  'handle',
  'agentId',
  'senderId',
  'error',
  'contractId',
  'contextId',
  'progress',
  'createdAt',
  'updatedAt',
  'expiresAt',
]);
export type RequestSummary = ValueOf<typeof REQUEST_SUMMARY> & Pick<Request, 'isHeld'>;

export const REQUEST_ORDERS = ['NEWEST', 'UPDATED'] as const;
export type RequestOrder = (typeof REQUEST_ORDERS)[number];

/** Where a request stands in the order of last changes. */
export type ChangeKey = Pick<Request, 'id' | 'updatedAt'>;

/** The same as text, for cursors. */
export const changeKeyText = ({ id, updatedAt }: ChangeKey): string => `${updatedAt.getTime()} ${id}`;

/** Null for a text that is none. */
export function changeKeyOf(text: string): ChangeKey | null {
  const [, ms, id = ''] = /^(\d{1,15}) (.*)$/.exec(text) ?? [];
  return isUuid(id) ? { id, updatedAt: new Date(Number(ms)) } : null;
}

/** The same idempotency key from the same sender answers with the first request again for so long. */
export const IDEMPOTENCY_KEY_LIFETIME_MS = 24 * 60 * 60 * 1_000;
/** params and result, each as JSON. */
export const PAYLOAD_MAX_BYTES = 64 * 1024;
