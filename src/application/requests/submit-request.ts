import { Type } from 'typebox';
import { type Actor, actorOf } from '../../domain/actor.ts';
import type { Agent } from '../../domain/agent.ts';
import type { Amount } from '../../domain/amount.ts';
import { ACTION_MAX_LENGTH } from '../../domain/contract.ts';
import { DomainError } from '../../domain/domain-error.ts';
import {
  AgentNotConnectedError,
  AgentNotFoundError,
  AgentQuarantinedError,
  BlockedError,
  InvalidInputError,
  OverloadedError,
  RateLimitedError,
  RequestRejectedError,
  SuspendedError,
  UnavailableError,
} from '../../domain/errors.ts';
import { complete, type InputValueOf, id, jsonObject, nullable, oneOf, withDefault } from '../../domain/fields.ts';
import { EMPTY_OBJECT } from '../../domain/json/json-text.ts';
import { createIds } from '../../domain/new-id.ts';
import { type Principal, senderIdOf } from '../../domain/principal.ts';
import { CONTEXT_ID, IDEMPOTENCY_KEY_LIFETIME_MS, type Request } from '../../domain/request.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { Decision, Facts, StageResult } from '../../domain/verdict.ts';
import { requireScope, requireSubmitter } from '../access.ts';
import type { Directory } from '../agents/directory.ts';
import type { HoldRequest } from '../approvals/hold-request.ts';
import type { Changes } from '../changes/changes.ts';
import type { Dispatcher } from '../channel/dispatcher.ts';
import type { Assignment } from '../channel/slots.ts';
import type { ClusterView } from '../cluster/cluster-view.ts';
import { InputIssues } from '../input-issues.ts';
import { openAllowed } from '../limits/owner-claims.ts';
import { refundPoint, takePoint } from '../limits/take-point.ts';
import { noteInCall } from '../ports/call.ts';
import type { Clock } from '../ports/clock.ts';
import type { Enforcement } from '../ports/enforcement.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import type { Inserted, KeyedRequest, NewRequest, RequestStore } from '../ports/request-store.ts';
import { spanTime, type Tracing } from '../ports/tracing.ts';
import type { StorageTotals } from '../storage/storage-totals.ts';
import { createAdmit } from './admission/admit.ts';
import { Attempt } from './admission/attempt.ts';
import { requireExpectedAgent } from './admission/expected-agent.ts';
import { announce } from './announce.ts';
import { contentDigest } from './content-digest.ts';
import { type Draft, PENDING } from './draft.ts';
import type { FactsOf } from './facts.ts';
import type { GivenAway } from './given-away.ts';
import type { KeptRejections } from './kept-rejections.ts';
import type { OpenTotals } from './open-totals.ts';
import { QueueSlots } from './queue-slots.ts';
import { rejectedError } from './rejected-error.ts';
import { recordStages, traceTextHere } from './request-traces.ts';
import type { TightPolls } from './tight-polls.ts';

const WHEN_OFFLINE = ['REJECT', 'QUEUE'] as const;
export type WhenOffline = (typeof WHEN_OFFLINE)[number];

export const SUBMIT_REQUEST = Type.Object({
  handle: Type.String({ description: "The agent's handle, or its id." }),
  action: Type.String({
    minLength: 1,
    maxLength: ACTION_MAX_LENGTH,
    description: 'One of the actions that its contract offers, such as "calendar.schedule".',
  }),
  expectedAgentId: nullable(
    id('The id that the agent must have: the request is refused where the handle is another agent’s by now.'),
  ),
  params: withDefault(EMPTY_OBJECT, jsonObject({ description: 'Its params, at most 64 KiB as JSON.' })),
  idempotencyKey: nullable(
    Type.String({
      minLength: 1,
      maxLength: 255,
      description: 'The same key from the same sender answers with the first request again, for 24 hours.',
    }),
  ),
  expiresInSeconds: nullable(
    Type.Integer({
      minimum: 1,
      description:
        'After so long an unfinished request times out: 1 up to REQUEST_EXPIRY_MAX_SECONDS; REQUEST_EXPIRY_SECONDS when left out.',
    }),
  ),
  contextId: nullable(CONTEXT_ID),
  whenOffline: withDefault(
    'REJECT',
    oneOf(WHEN_OFFLINE, {
      description:
        'What happens when the agent holds no channel: the caller is told so and nothing is kept, or the request waits for it.',
    }),
  ),
});
export type SubmitRequestInput = InputValueOf<typeof SUBMIT_REQUEST>;

type Dependencies = {
  readonly requests: RequestStore;
  readonly openTotals: OpenTotals;
  readonly storageTotals: StorageTotals;
  readonly keptRejections: KeptRejections;
  readonly directory: Directory;
  readonly enforcement: Enforcement;
  readonly factsOf: FactsOf;
  readonly dispatcher: Dispatcher;
  readonly holdRequest: HoldRequest;
  readonly rateLimiter: RateLimiter;
  readonly changes: Changes;
  readonly polls: TightPolls;
  readonly givenAway: GivenAway;
  readonly cluster: ClusterView;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly settings: {
    readonly expirySeconds: number;
    readonly expiryMaxSeconds: number;
    readonly ackTimeoutMs: number;
    readonly queuedPerAgentMax: Amount;
    /** How long the params of what is rejected are kept; 0 for not at all. */
    readonly rejectedParamsRetentionMs: number;
  };
};

/**
 * What submitting a request throws, besides OverloadedError and UnavailableError. With RequestRejectedError the request is kept
 * if it says so, with the others nothing is.
 */
export const SUBMIT_REQUEST_ERRORS = [
  InvalidInputError,
  AgentNotFoundError,
  BlockedError,
  SuspendedError,
  RateLimitedError,
  RequestRejectedError,
  AgentNotConnectedError,
  AgentQuarantinedError,
] as const;

/** A request that was taken, just now or before: `isReplay` where the same idempotency key had stored it already. */
export type SubmittedRequest = Request & { readonly isReplay: boolean };

export type SubmitRequest = ReturnType<typeof createSubmitRequest>;

/**
 * The one way in: every front door calls this. Runs the pipeline, stores the request with its verdict, and delivers it
 * to a channel. With a sender's or an agent's key. Throws SUBMIT_REQUEST_ERRORS.
 */
export function createSubmitRequest(deps: Dependencies) {
  const {
    requests,
    directory,
    enforcement,
    factsOf,
    dispatcher,
    holdRequest,
    keptRejections,
    rateLimiter,
    changes,
    polls,
    givenAway,
    clock,
    metrics,
    tracing,
    settings,
  } = deps;
  // Made of the time that is stored with them, so that a span of time is a span of ids.
  const requestIdAt = createIds();
  const slots = new QueueSlots(deps, settings.queuedPerAgentMax);
  const admit = createAdmit({ ...deps, slots });
  const passed = metrics.submissions.of('passed', '', '');
  for (const { row } of [...SUBMIT_REQUEST_ERRORS, OverloadedError, UnavailableError])
    if (row !== RequestRejectedError.row) metrics.refusedSubmissions.of(row.code);

  /** `by` is who is noted to have submitted it, where that is somebody else than whose request it is. */
  return async (principal: Principal | null, input: SubmitRequestInput, by?: Actor): Promise<SubmittedRequest> => {
    const attempt = new Attempt();
    try {
      const submitted = await submit(principal, input, attempt, by);
      if (submitted.isReplay) await attempt.refund();
      return submitted;
    } catch (error) {
      if (error instanceof RequestRejectedError && error.isReplay) await attempt.refund();
      // Nothing was decided, and nothing kept. That is told also where the points cannot be given back.
      if (error instanceof OverloadedError || error instanceof UnavailableError) await attempt.refund().catch(() => {});
      // The pipeline's verdict is counted where it falls.
      const code = error instanceof DomainError ? error.code : 'internal_error';
      if (!(error instanceof RequestRejectedError)) metrics.refusedSubmissions.of(code).add();
      throw error;
    } finally {
      attempt.end();
    }
  };

  async function submit(
    principal: Principal | null,
    input: SubmitRequestInput,
    attempt: Attempt,
    by?: Actor,
  ): Promise<SubmittedRequest> {
    const sender = requireScope(requireSubmitter(principal), 'requests:submit');
    const senderId = senderIdOf(sender);
    const asked = complete(SUBMIT_REQUEST, input);
    const { handle, expectedAgentId, action, params, idempotencyKey, expiresInSeconds, whenOffline } = asked;
    check(input, enforcement, settings.expiryMaxSeconds);

    await takePoint(rateLimiter, 'submissions', senderId);
    attempt.refundable(() => refundPoint(rateLimiter, 'submissions', senderId));
    const agent = await directory.agentOf(handle);
    if (!agent) throw new AgentNotFoundError(handle, expectedAgentId);
    noteInCall({ agentId: agent.id });

    const digest = idempotencyKey === null ? null : contentDigest(agent.handle, action, params.value);
    if (idempotencyKey !== null && digest !== null) {
      const notBefore = new Date(clock.now().getTime() - IDEMPOTENCY_KEY_LIFETIME_MS);
      const existing = await requests.byIdempotencyKey(senderId, idempotencyKey, notBefore);
      if (existing) {
        // Where something else is asked, it is the key that is wrong.
        if (existing.contentDigest.equals(digest)) {
          requireExpectedAgent(handle, existing.request.agentId, expectedAgentId);
        }
        return answerExisting(existing, digest);
      }
    }

    const isSenderSuspended = sender.isSuspended;
    const documents = await directory.documentsOf(agent.id);
    const { rules } = documents;
    const submission = { senderId, isSenderSuspended, agent, expectedAgentId, params, whenOffline, rules, attempt };
    const admitted = admit(submission);
    if (admitted !== undefined) await admitted;
    const facts = await factsOf(agent, { senderId, senderKind: sender.kind, action, params: params.value, documents });
    const decidedFrom = spanTime();
    const decision = await enforcement.decide('request', facts);
    count(decision);
    recordStages(tracing, decision, decidedFrom);
    const createdAt = clock.now();
    const lifetimeSeconds = expiresInSeconds ?? settings.expirySeconds;
    const draft: Draft = {
      id: requestIdAt(createdAt.getTime()),
      action,
      params,
      handle: agent.handle,
      agentId: agent.id,
      senderId,
      pipelineLog: decision.log,
      traceContext: traceTextHere(),
      idempotencyKey,
      contentDigest: digest,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + lifetimeSeconds * 1_000),
      contractId: facts.contract?.id ?? null,
      contextId: asked.contextId,
      by: by ?? actorOf(sender),
      policySetId: facts.policies?.id ?? null,
    };
    if (decision.outcome === 'DENIED') return deny(draft, decision.reason);
    if (decision.outcome === 'HELD') return hold(draft, facts, { ...decision, expiresInSeconds });
    const submitted = await dispatch(draft, agent, whenOffline, openAllowed(rules, senderId));
    if (!submitted.isReplay && givenAway.add(submitted)) polls.record(sender, submitted.id);
    return submitted;
  }

  function count(decision: Decision): void {
    if (decision.outcome === 'PASSED') passed.add();
    else if (decision.outcome === 'DENIED') metrics.submissions.of('denied', decision.stage, decision.kind).add();
    else metrics.submissions.of('held', decision.log.find(({ reason }) => reason !== null)?.stage ?? '', '').add();
  }

  /** Stores what the pipeline denied, so that its sender and its agent can read why. Throws RequestRejectedError. */
  function deny(draft: Draft, reason: string): Promise<SubmittedRequest> {
    return reject({ ...draft, ...PENDING, status: 'REJECTED', error: { code: 'rejected', message: reason } });
  }

  /** Its sender is told as much as of any other; what stays is one more in a number. */
  function notKept(request: NewRequest): RequestRejectedError {
    const rejected = rejectedError(request, false);
    keptRejections.count(request.senderId, request.agentId, rejected.stage);
    metrics.rejectionsNotKept.add();
    return rejected;
  }

  /** With a digest of what was asked, which outlives its params. */
  async function reject(request: NewRequest): Promise<SubmittedRequest> {
    const { handle, action, params, senderId, agentId } = request;
    if (!keptRejections.take(senderId, agentId)) throw notKept(request);
    const digest = request.contentDigest ?? contentDigest(handle, action, params.value);
    const paramsRemoved = settings.rejectedParamsRetentionMs === 0;
    return store({ ...request, contentDigest: digest, paramsRemoved, params: paramsRemoved ? EMPTY_OBJECT : params });
  }

  /** Stores it for people to decide about. Nothing of it reaches the agent, nor of what they denied a while ago. */
  async function hold(
    draft: Draft,
    documents: Pick<Facts['request'], 'policies' | 'contract'>,
    held: Pick<Extract<Decision, { outcome: 'HELD' }>, 'holds'> & { readonly expiresInSeconds: number | null },
  ): Promise<SubmittedRequest> {
    const { holds, expiresInSeconds } = held;
    const lifetimeSeconds = settings.expirySeconds;
    const stored = await holdRequest({ draft, documents, holds, expiresInSeconds, lifetimeSeconds });
    if (!('deniedBefore' in stored)) return accept(stored, draft);
    const pipelineLog = [...draft.pipelineLog, DENIED_BEFORE];
    const error = { code: 'approval_denied', message: DENIED_BEFORE.reason };
    return reject({ ...draft, ...PENDING, pipelineLog, status: 'REJECTED', error, isHeld: true });
  }

  /** Stores it with its first delivery where there is a channel with room, or leaves it for the agent's backlog. */
  async function dispatch(
    draft: Draft,
    agent: Agent,
    whenOffline: WhenOffline,
    allowed: number | null,
  ): Promise<SubmittedRequest> {
    const assignment = await dispatcher.assign(agent.id, draft.senderId);
    if (assignment.kind === 'nobody' && whenOffline === 'REJECT') throw new AgentNotConnectedError();
    const release = assignment.kind === 'channel' ? assignment.release : await acquireSlot(draft, allowed);
    try {
      return await store({ ...draft, ...firstDelivery(assignment, draft.createdAt) });
    } finally {
      release();
    }
  }

  function firstDelivery(assignment: Assignment, at: Date) {
    if (assignment.kind !== 'channel') return PENDING;
    const leaseExpiresAt = new Date(at.getTime() + settings.ackTimeoutMs);
    return { status: 'DISPATCHED', error: null, delivery: assignment.ref, leaseExpiresAt } as const;
  }

  function acquireSlot(
    { id, agentId, senderId, idempotencyKey, params }: Draft,
    allowed: number | null,
  ): Promise<() => void> {
    const name = idempotencyKey === null ? id : `${senderId} ${idempotencyKey}`;
    return slots.acquire({ agentId, senderId, name, bytes: params.bytes, allowed });
  }

  async function store(request: NewRequest): Promise<SubmittedRequest> {
    return accept(await requests.insert(request), request);
  }

  async function accept(
    stored: Inserted,
    { handle, contentDigest: digest }: Pick<Draft, 'handle' | 'contentDigest'>,
  ): Promise<SubmittedRequest> {
    if ('agentIsGone' in stored) throw new AgentNotFoundError(handle);
    if ('existing' in stored) return answerExisting(stored.existing, digest);
    const { inserted } = stored;
    noteInCall({ requestId: inserted.id });
    announce(changes, inserted);
    if (inserted.status === 'DISPATCHED') dispatcher.deliver(inserted);
    if (inserted.status === 'PENDING') dispatcher.wakeEverywhere(inserted.agentId);
    return answer(inserted, false);
  }
}

const DENIED_BEFORE = {
  stage: 'approval',
  passed: false,
  kind: 'APPROVAL_DENIED',
  reason: 'The same was not approved a while ago',
  durationMs: 0,
} as const satisfies StageResult;

/**
 * The same key answers with the first request again, however long a repetition would have had it live or wait; unless
 * it asks for something else.
 */
function answerExisting({ request, contentDigest: first }: KeyedRequest, digest: Buffer | null): SubmittedRequest {
  noteInCall({ requestId: request.id });
  if (digest === null || !first.equals(digest)) {
    throw new InvalidInputError([
      { path: 'input.idempotencyKey', message: 'was used before for a request with different content' },
    ]);
  }
  return answer(request, true);
}

function answer(request: Request, isReplay: boolean): SubmittedRequest {
  if (request.status !== 'REJECTED') return { ...request, isReplay };
  throw Object.assign(rejectedError(request), { isReplay });
}

function check(input: SubmitRequestInput, enforcement: Enforcement, expiryMaxSeconds: number) {
  const issues = new InputIssues();
  issues.texts(SUBMIT_REQUEST, input);
  issues.payload('params', input.params ?? EMPTY_OBJECT, enforcement);
  const { expectedAgentId, expiresInSeconds } = input;
  if (expectedAgentId != null && !isUuid(expectedAgentId)) {
    issues.add('expectedAgentId', 'must be the id of an agent, a UUID in lower case');
  }
  if (expiresInSeconds != null) {
    const isInRange =
      Number.isInteger(expiresInSeconds) && expiresInSeconds >= 1 && expiresInSeconds <= expiryMaxSeconds;
    if (!isInRange) issues.add('expiresInSeconds', `must be a whole number from 1 to ${expiryMaxSeconds}`);
  }
  issues.throwIfAny();
}
