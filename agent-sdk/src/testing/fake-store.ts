import {
  AgentNotConnectedError,
  AgentNotFoundError,
  RequestFinishedError,
  RequestNotFoundError,
  RequestRejectedError,
} from '../errors.ts';
import type { Failure } from '../outcome.ts';
import type { DenialKind, FinalStatus, RequestState, WhenOffline } from '../types.ts';
import { FakeParties, type StoredAgent } from './fake-parties.ts';
import { type ChannelOfAgent, StoredRequest } from './fake-request.ts';

/** Why the pipeline says no. */
export interface FakeDenial {
  /** @default 'policy_engine' */
  readonly stage?: string;
  /** @default 'POLICY' */
  readonly kind?: DenialKind;
  readonly reason: string;
}

export interface Submission {
  readonly senderId: string;
  readonly handle: string;
  readonly expectedAgentId?: string | null | undefined;
  readonly action: string;
  readonly params?: Readonly<Record<string, unknown>> | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly contextId?: string | null | undefined;
  readonly expiresInSeconds?: number | null | undefined;
  readonly whenOffline?: WhenOffline | null | undefined;
  readonly traceparent?: string | null | undefined;
  readonly tracestate?: string | null | undefined;
}

/** What the pipeline says to a submission: undefined lets it pass. */
export type Decide = (submission: Submission) => FakeDenial | undefined;

const EXPIRES_IN_SECONDS = 300;
const CANCELLED = 'Cancelled by its sender.';
const TIMED_OUT: Failure = { code: 'timeout', message: 'The request expired before it was finished.' };

/** The requests of a fake platform, and which connection has which. */
export class FakeStore {
  readonly parties = new FakeParties();
  readonly requests = new Map<string, StoredRequest>();
  readonly #decide: Decide;
  readonly #byIdempotencyKey = new Map<string, StoredRequest>();
  readonly #expiries = new Set<NodeJS.Timeout>();

  constructor(decide: Decide = () => undefined) {
    this.#decide = decide;
  }

  /** Throws AgentNotFoundError, RequestRejectedError and AgentNotConnectedError. */
  submit(submission: Submission): { request: StoredRequest; replayed: boolean } {
    const { handle, action, senderId, expectedAgentId, idempotencyKey } = submission;
    const agent = this.parties.agent(handle);
    if (expectedAgentId != null && expectedAgentId !== agent.id) {
      throw new AgentNotFoundError(`"${handle}" is another agent than ${expectedAgentId}.`, { handle });
    }
    const key = idempotencyKey == null ? undefined : `${senderId} ${idempotencyKey}`;
    const before = key === undefined ? undefined : this.#byIdempotencyKey.get(key);
    if (before) return { request: before, replayed: true };
    const request = this.#newRequest(submission, agent);
    const denial = this.#decide(submission) ?? unknownAction(action, agent);
    if (denial) throw this.#reject(request, denial);
    if (!agent.isConnected && submission.whenOffline !== 'QUEUE') {
      throw new AgentNotConnectedError(`The agent "${handle}" is not connected.`);
    }
    if (key !== undefined) this.#byIdempotencyKey.set(key, request);
    this.requests.set(request.id, request);
    this.#timeOutInTime(request);
    this.#assign(request, agent);
    return { request, replayed: false };
  }

  /** A request that it sent. Throws RequestNotFoundError. */
  ofSender(senderId: string, requestId: string): StoredRequest {
    const request = this.requests.get(requestId);
    if (request?.draft.senderId !== senderId) throw noRequest();
    return request;
  }

  /** Everything of the agent that nobody has comes on the channel. */
  open(agent: StoredAgent, channel: ChannelOfAgent): void {
    agent.channels.add(channel);
    for (const request of this.#openOf(agent)) if (!request.channel) this.#assign(request, agent);
  }

  /** What the channel had goes to another. */
  close(agent: StoredAgent, channel: ChannelOfAgent): void {
    agent.channels.delete(channel);
    for (const request of this.#openOf(agent)) {
      if (request.channel !== channel) continue;
      request.become({ status: 'PENDING', channel: undefined });
      this.#assign(request, agent);
    }
  }

  acknowledge(agent: StoredAgent, requestId: string): StoredRequest {
    const request = this.#own(agent, requestId);
    if (request.status === 'DISPATCHED') request.become({ status: 'ACKED' });
    return request;
  }

  report(agent: StoredAgent, requestId: string, progress: NonNullable<RequestState['progress']>): StoredRequest {
    const request = this.acknowledge(agent, requestId);
    request.become({ progress });
    return request;
  }

  complete(agent: StoredAgent, requestId: string, result: unknown): StoredRequest {
    return this.#finish(this.#own(agent, requestId), 'COMPLETED', { result });
  }

  fail(agent: StoredAgent, requestId: string, error: Failure): StoredRequest {
    return this.#finish(this.#own(agent, requestId), 'FAILED', { error });
  }

  cancel(request: StoredRequest, reason: string = CANCELLED): StoredRequest {
    this.#finish(request, 'CANCELLED', { error: { code: 'cancelled', message: reason } });
    request.channel?.withdraw(request.id, reason);
    return request;
  }

  expire(request: StoredRequest): void {
    this.#finish(request, 'TIMEOUT', { error: TIMED_OUT });
    request.channel?.withdraw(request.id, TIMED_OUT.message);
  }

  redeliver(request: StoredRequest): void {
    throwIfFinal(request);
    this.#assign(request, this.parties.agent(request.draft.agentId));
  }

  /** Nothing happens by itself any more. */
  stop(): void {
    for (const expiry of this.#expiries) clearTimeout(expiry);
  }

  #newRequest(submission: Submission, agent: StoredAgent): StoredRequest {
    const { action, handle, senderId, contextId, traceparent, tracestate } = submission;
    const expiresAt = new Date(Date.now() + (submission.expiresInSeconds ?? EXPIRES_IN_SECONDS) * 1_000);
    return new StoredRequest({
      ...{ action, handle, senderId, expiresAt },
      params: JSON.parse(JSON.stringify(submission.params ?? {})),
      agentId: agent.id,
      contractId: agent.contract?.id ?? null,
      contextId: contextId ?? null,
      traceparent: traceparent ?? null,
      tracestate: tracestate ?? null,
    });
  }

  #reject(request: StoredRequest, denial: FakeDenial): RequestRejectedError {
    const { reason, stage = 'policy_engine', kind = 'POLICY' } = denial;
    request.pipelineLog = [{ stage, passed: false, kind, reason, issues: [], durationMs: 0 }];
    this.requests.set(request.id, request);
    request.become({ status: 'REJECTED', error: { code: 'rejected', message: reason } });
    return new RequestRejectedError(reason, { stage, kind, reason, issues: [], requestId: request.id, kept: true });
  }

  /** To the connection that has the fewest. */
  #assign(request: StoredRequest, agent: StoredAgent): void {
    const open = this.#openOf(agent);
    const loadOf = (channel: ChannelOfAgent) => open.filter((each) => each.channel === channel).length;
    const [channel] = [...agent.channels].sort((one, other) => loadOf(one) - loadOf(other));
    if (!channel) return;
    request.become({ status: 'DISPATCHED', attempts: request.attempts + 1, channel });
    channel.deliver(request);
  }

  #openOf(agent: StoredAgent): StoredRequest[] {
    return [...this.requests.values()].filter(({ isFinal, draft }) => !isFinal && draft.agentId === agent.id);
  }

  #own(agent: StoredAgent, requestId: string): StoredRequest {
    const request = this.requests.get(requestId);
    if (request?.draft.agentId !== agent.id || request.attempts === 0) {
      throw noRequest();
    }
    throwIfFinal(request);
    return request;
  }

  #finish(request: StoredRequest, status: FinalStatus, end: Partial<Pick<StoredRequest, 'result' | 'error'>>) {
    throwIfFinal(request);
    request.become({ status, ...end });
    return request;
  }

  #timeOutInTime(request: StoredRequest): void {
    const expiry = setTimeout(() => {
      this.#expiries.delete(expiry);
      if (!request.isFinal) this.expire(request);
    }, request.draft.expiresAt.getTime() - Date.now());
    expiry.unref();
    this.#expiries.add(expiry);
  }
}

const noRequest = () => new RequestNotFoundError('There is no such request, or it is not yours.');

function throwIfFinal({ status, isFinal }: StoredRequest): void {
  if (isFinal) throw new RequestFinishedError(`The request is already ${status.toLowerCase()}.`, { status });
}

/** Once something is published, nothing else is let in. */
function unknownAction(action: string, { contract }: StoredAgent): FakeDenial | undefined {
  if (!contract || contract.capabilities.some((capability) => capability.action === action)) return undefined;
  return { stage: 'capability_sandbox', kind: 'UNKNOWN_ACTION', reason: `The contract has no action "${action}".` };
}
