import { randomUUID } from 'node:crypto';
import { AgentPins } from './agent-pins.ts';
import { answerLimit } from './answer-limit.ts';
import { type AuditOptions, type AuditWatch, auditWatch } from './audit-watch.ts';
import { Backoff, jittered } from './backoff.ts';
import { type Clock, pause, systemClock } from './clock.ts';
import { checkedKey } from './credentials.ts';
import { successOf } from './domain-errors.ts';
import {
  AgentNotFoundError,
  ConnectionError,
  OverloadedError,
  RequestNotFoundError,
  UnauthenticatedError,
  WaitTimeoutError,
} from './errors.ts';
import {
  CancelRequestDocument,
  ListRequestsDocument,
  ReadRequestDocument,
  ResolveAgentDocument,
  SubmitRequestDocument,
} from './generated/graphql.ts';
import type { Document } from './graphql-answer.ts';
import { executeOverHttp, type Fetch, type GraphqlHttpOptions } from './graphql-http.ts';
import { consoleLogger, type Logger, withoutSecret } from './logger.ts';
import { type PlatformUrl, PlatformUrls } from './platform-urls.ts';
import { RequestWatcher } from './request-watcher.ts';
import { type TraceParent, traceParentOf } from './trace-parent.ts';
import {
  type AgentProfile,
  type FinishedRequest,
  isFinished,
  type RequestState,
  type RequestStatus,
  type RequestSummary,
  type SubmittedRequest,
  type WhenOffline,
} from './types.ts';

/** How a sender connects. */
export interface ClawciergeClientOptions {
  /** The platform, as in `http://localhost:8000`; several where it has several, of which one that answers is used. */
  readonly url: PlatformUrl;
  /** A sender's key, `clw_sender_…`; an agent's works as well. */
  readonly apiKey: string;
  /**
   * How long one HTTP request may take.
   * @default 30000
   */
  readonly timeoutMs?: number;
  /**
   * The largest answer that is taken of the platform, in bytes; more of one leads to AnswerTooLargeError. A larger message ends its
   * socket.
   * @default 16777216
   */
  readonly maxAnswerBytes?: number;
  /**
   * How often a submission with an idempotency key is tried when the platform cannot be reached.
   * @default 5
   */
  readonly maxTries?: number;
  /**
   * Whether a handle goes on meaning the agent that it meant in the platform's first answer about it: should another agent
   * have it later, nothing is sent there, and AgentNotFoundError is thrown. Of the 1,000 handles used last.
   * @default true
   */
  readonly pinAgents?: boolean;
  /**
   * How the platform is held to its audit trail: beside the calls, once an hour, a newer checkpoint is to have all of the one before.
   * False for not at all.
   * @default what AuditOptions says
   */
  readonly audit?: AuditOptions | false;
  /**
   * What the client has to say beside its answers: of the audit trail.
   * @default consoleLogger('warn')
   */
  readonly logger?: Logger;
  /** For tests. */
  readonly clock?: Clock;
  /** For tests: from 0 up to, not including, 1. */
  readonly random?: () => number;
  /** For tests and proxies: how HTTP requests are made. */
  readonly fetch?: Fetch;
}

/** What is asked of whom. */
export interface RequestInput {
  readonly handle: string;
  /**
   * The id that the agent must have: AgentNotFoundError is thrown where the handle is another agent's by now. A client that
   * pins agents expects this one from then on.
   * @default the one that the client has pinned the handle to
   */
  readonly expectedAgentId?: string;
  readonly action: string;
  readonly params?: Readonly<Record<string, unknown>>;
  /** The same key again answers with the first request again, for 24 hours. */
  readonly idempotencyKey?: string;
  /** What it belongs to, such as a conversation: a text of the sender's own, which the agent gets and lists can be asked for. */
  readonly contextId?: string;
  /** The platform's REQUEST_EXPIRY_SECONDS when left out. */
  readonly expiresInSeconds?: number;
  /**
   * Whether to fail with AgentNotConnectedError, or to keep the request until the agent connects or it expires.
   * @default 'REJECT'
   */
  readonly whenOffline?: WhenOffline;
}

export interface SubmitOptions extends CallOptions {
  /** Where in a trace it is submitted (W3C Trace Context): the platform and the agent go on from there. */
  readonly traceparent?: string;
  /** What tracing systems say of it besides. */
  readonly tracestate?: string;
}

export interface CallOptions {
  /** Gives up; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface WaitOptions extends CallOptions {
  /** Hears of the request as it is when the wait begins, and at each change, the last one included. */
  readonly onUpdate?: (request: RequestState) => void;
  /**
   * Rejects with WaitTimeoutError after so long; the request itself goes on.
   * @default as long as the request lives
   */
  readonly timeoutMs?: number;
}

/** Which requests are listed. */
export interface RequestFilter {
  readonly status?: readonly RequestStatus[];
  /** Only those that were sent to this handle, or to the agent of this id. */
  readonly handle?: string;
  readonly action?: string;
  /**
   * How many, at most 100.
   * @default 20
   */
  readonly first?: number;
  /** Where the page begins, as the page before it says. */
  readonly after?: string;
}

/** Some of the requests, newest first. */
export interface RequestPage {
  readonly requests: readonly RequestSummary[];
  /** Where the next page begins; null where there is none. */
  readonly next: string | null;
}

const RETRY_BASE_MS = 250;
const RETRY_CAP_MS = 10_000;
const PINS_MAX = 1_000;

/**
 * A sender's side: looks agents up, submits requests and waits for how they end. Failures that the platform names are
 * thrown as the error classes of this package.
 *
 * ```ts
 * const client = new ClawciergeClient({ url: 'http://localhost:8000', apiKey });
 * const { status, result } = await client.request({ handle: 'marius.exec', action: 'calendar.schedule', params });
 * ```
 */
export class ClawciergeClient {
  readonly #http: GraphqlHttpOptions;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #maxTries: number;
  readonly #watcher: RequestWatcher;
  readonly #pins: AgentPins | null;
  readonly #audit: AuditWatch | null;
  /** What gives up each wait that is under way. */
  readonly #waits = new Set<AbortController>();

  constructor(options: ClawciergeClientOptions) {
    const urls = new PlatformUrls(options.url);
    const apiKey = checkedKey(options.apiKey);
    this.#http = {
      urls,
      apiKey,
      fetch: options.fetch ?? globalThis.fetch,
      timeoutMs: options.timeoutMs ?? 30_000,
      maxAnswerBytes: answerLimit(options.maxAnswerBytes),
    };
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#maxTries = options.maxTries ?? 5;
    this.#pins = (options.pinAgents ?? true) ? new AgentPins(PINS_MAX) : null;
    this.#watcher = new RequestWatcher({ ...this.#http, apiKey, clock: this.#clock });
    const logger = withoutSecret(options.logger ?? consoleLogger(), apiKey);
    const { url, audit } = options;
    const { fetch, maxAnswerBytes } = this.#http;
    const asked = { url, apiKey, fetch, maxAnswerBytes, audit };
    this.#audit = auditWatch({ ...asked, clock: this.#clock, random: this.#random, logger });
  }

  /**
   * Looks an agent up by its handle or id, with what it offers: the one that has the handle now, be it pinned to another.
   * Throws AgentNotFoundError.
   */
  async resolve(handle: string, { signal }: CallOptions = {}): Promise<AgentProfile> {
    const { agent } = await this.#execute(ResolveAgentDocument, { handle }, signal);
    if (!agent) throw new AgentNotFoundError(`There is no agent "${handle}".`, { handle });
    this.#pins?.answered(handle, agent.id);
    return agent;
  }

  /**
   * Submits a request, and answers as soon as the platform has passed it on. With an idempotency key it tries again
   * where the platform cannot be reached; without one it does not, since nobody knows whether it had arrived. Where the
   * platform has too much to do, and so kept nothing, it tries again either way.
   */
  async submit(input: RequestInput, options: SubmitOptions = {}): Promise<SubmittedRequest> {
    const { signal, traceparent, tracestate } = options;
    const trace = traceParentOf(traceparent, tracestate);
    const backoff = this.#backoff();
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#submitOnce(input, signal, trace);
      } catch (error) {
        const wasNotKept = error instanceof OverloadedError;
        const mayTryAgain = wasNotKept || (error instanceof ConnectionError && input.idempotencyKey !== undefined);
        if (!mayTryAgain || tries >= this.#maxTries) throw error;
        const askedMs = wasNotKept ? error.retryAfterSeconds * 1_000 : 0;
        await pause(this.#clock, Math.max(backoff.next(), askedMs), signal);
      }
    }
  }

  async #submitOnce(input: RequestInput, signal?: AbortSignal, trace?: TraceParent): Promise<SubmittedRequest> {
    const { handle } = input;
    const pinnedTo = input.expectedAgentId === undefined ? this.#pins?.of(handle) : undefined;
    const expectedAgentId = input.expectedAgentId ?? pinnedTo;
    const variables = {
      input: { ...input, ...(expectedAgentId !== undefined && { expectedAgentId }) },
      asksAgent: this.#pins !== null && expectedAgentId === undefined,
    };
    try {
      const { submitRequest } = await this.#execute(SubmitRequestDocument, variables, signal, trace);
      const { request, replayed } = successOf(submitRequest);
      const { agent, ...state } = request;
      if (agent) this.#pins?.answered(handle, agent.id);
      if (input.expectedAgentId !== undefined) this.#pins?.pin(handle, input.expectedAgentId);
      return { ...state, replayed };
    } catch (error) {
      if (!(error instanceof AgentNotFoundError) || pinnedTo === undefined) throw error;
      const why = `The handle was that agent’s when this client first heard of it; to mean another, say its id as expectedAgentId.`;
      throw new AgentNotFoundError(`There is no agent "${handle}" with the id ${pinnedTo}. ${why}`, { handle });
    }
  }

  /** The request as it is now. Throws RequestNotFoundError, also for somebody else's. */
  async read(requestId: string, { signal }: CallOptions = {}): Promise<RequestState> {
    const { viewer, request } = await this.#execute(ReadRequestDocument, { requestId }, signal);
    // To a query, a key that is not valid is as good as none; "no such request" would send its owner the wrong way.
    if (!viewer) throw new UnauthenticatedError('The platform does not know the key.');
    if (!request) throw new RequestNotFoundError('There is no such request, or it is not yours.');
    return request;
  }

  /**
   * Waits until the request is final, whichever way. Survives lost connections: it subscribes to the request's changes,
   * and reads it and subscribes again where that ends.
   */
  async wait(requestId: string, { signal, timeoutMs, onUpdate }: WaitOptions = {}): Promise<FinishedRequest> {
    const giveUp = new AbortController();
    const callOff =
      timeoutMs === undefined
        ? () => {}
        : this.#clock.after(timeoutMs, () => giveUp.abort(new WaitTimeoutError(requestId, timeoutMs)));
    this.#waits.add(giveUp);
    try {
      const ends = signal ? AbortSignal.any([signal, giveUp.signal]) : giveUp.signal;
      return await this.#untilFinal(requestId, ends, onUpdate);
    } finally {
      this.#waits.delete(giveUp);
      callOff();
    }
  }

  /** What the key has sent, or to an agent's key what was sent to it: newest first, in pages. */
  async list(filter: RequestFilter = {}, { signal }: CallOptions = {}): Promise<RequestPage> {
    const { first = 20, after = null, status, handle, action } = filter;
    const asked = {
      first,
      after,
      ...(status && { status: [...status] }),
      ...(handle !== undefined && { handle }),
      ...(action !== undefined && { action }),
    };
    const { viewer, requests } = await this.#execute(ListRequestsDocument, asked, signal);
    if (!viewer) throw new UnauthenticatedError('The platform does not know the key.');
    const { hasNextPage, endCursor } = requests.pageInfo;
    return {
      requests: requests.edges.map(({ node }) => node),
      next: hasNextPage ? (endCursor ?? null) : null,
    };
  }

  /** Gives a request up; the agent is told. Throws RequestFinishedError where it was too late. */
  async cancel(requestId: string, reason?: string, { signal }: CallOptions = {}): Promise<RequestState> {
    const input = reason === undefined ? { requestId } : { requestId, reason };
    const { cancelRequest } = await this.#execute(CancelRequestDocument, { input }, signal);
    return successOf(cancelRequest).request;
  }

  /**
   * Submits, and waits until the request is final: COMPLETED with a `result`, or else with an `error`. What the pipeline
   * rejects is thrown as RequestRejectedError. An idempotency key is made where none is given, so that a lost answer
   * never makes a second request.
   */
  async request(input: RequestInput, options: WaitOptions & SubmitOptions = {}): Promise<FinishedRequest> {
    const submitted = await this.submit({ ...input, idempotencyKey: input.idempotencyKey ?? randomUUID() }, options);
    return isFinished(submitted) ? submitted : this.wait(submitted.id, options);
  }

  /**
   * Closes the connection that `wait` uses; waits that are under way fail with ConnectionError. Unused, it closes by
   * itself in a second.
   */
  async close(): Promise<void> {
    for (const wait of this.#waits) wait.abort(new ConnectionError('The client is closed.'));
    await Promise.all([this.#watcher.close(), this.#audit?.stop()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #untilFinal(
    requestId: string,
    signal: AbortSignal,
    onUpdate: (request: RequestState) => void = () => {},
  ): Promise<FinishedRequest> {
    const backoff = this.#backoff();
    const { urls } = this.#http;
    let inVain = 0;
    for (;;) {
      const at = urls.current;
      inVain += 1;
      const watched = await this.#watcher.untilFinal(requestId, signal, (request) => {
        backoff.reset();
        inVain = 0;
        onUpdate(request);
      });
      if (watched) return watched;
      if (inVain > 0) urls.leave(at);
      try {
        const request = await this.read(requestId, { signal });
        onUpdate(request);
        if (isFinished(request)) return request;
      } catch (error) {
        if (!(error instanceof ConnectionError)) throw error;
      }
      // The backoff is between rounds of all URLs.
      const isWithinRound = inVain % urls.count > 0;
      await pause(this.#clock, isWithinRound ? jittered(RETRY_BASE_MS, this.#random) : backoff.next(), signal);
    }
  }

  #backoff(): Backoff {
    return new Backoff({ baseMs: RETRY_BASE_MS, capMs: RETRY_CAP_MS, random: this.#random });
  }

  async #execute<Data, Variables>(
    document: Document<Data, Variables>,
    variables: Variables,
    signal?: AbortSignal,
    trace?: TraceParent,
  ): Promise<Data> {
    this.#audit?.throwIfRefused();
    this.#audit?.used();
    return executeOverHttp(this.#http, document, variables, signal, trace);
  }
}
