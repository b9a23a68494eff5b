import { answerLimit } from './answer-limit.ts';
import { Backoff, jittered } from './backoff.ts';
import { type Clock, pause, systemClock } from './clock.ts';
import { judge } from './closure.ts';
import { checkedKey } from './credentials.ts';
import { successOf } from './domain-errors.ts';
import { AgentStoppedError, ConnectionError } from './errors.ts';
import {
  ApprovalChangedError,
  ApprovalDecidedError,
  ApprovalNotFoundError,
  RateLimitedError,
} from './generated/errors.ts';
import {
  ApprovalActivityDocument,
  type ApprovalStateFragment,
  type ApprovalStatus,
  DecideApprovalDocument,
  ListApprovalsDocument,
  type PublishedRuleFragment,
  ReadApprovalDocument,
  type RememberInput,
} from './generated/graphql.ts';
import type { Document } from './graphql-answer.ts';
import { executeOverHttp, type Fetch, type GraphqlHttpOptions } from './graphql-http.ts';
import { type End, GraphqlSocket } from './graphql-socket.ts';
import { Limiter } from './limiter.ts';
import { consoleLogger, type Logger } from './logger.ts';
import { type PlatformUrl, PlatformUrls } from './platform-urls.ts';

/** What people are asked about a held request, as it is when it is read. */
export type ApprovalState = ApprovalStateFragment;

/** A rule as it is in force, or would be. */
export type PublishedRule = PublishedRuleFragment;
export type { RememberInput };

/** What is decided about one. Made by `approve` and `deny`. */
export interface ApprovalAnswer {
  readonly verdict: 'APPROVE' | 'DENY';
  /** Why, for the agent's owner; at most 500 characters. */
  readonly comment?: string;
  /** What the sender is told; at most 500 characters. */
  readonly toSender?: string;
  /** What is to be done in place of what was asked for, where the agent's settings allow it. */
  readonly params?: Readonly<Record<string, unknown>>;
  /**
   * Publishes a rule that lets the same pass from now on without anybody being asked, for 30 days unless it says
   * otherwise. It takes the owner's key; an approver publishes no rules. What `suggestedRule` of the approval says is what
   * comes of `{ params: [] }`.
   */
  readonly remember?: RememberInput;
}

/** An approval after it was decided about, and the rule that was made of it; null where none was. */
export type DecidedApproval = ApprovalState & { readonly rememberedRule: PublishedRule | null };

type Said = Omit<ApprovalAnswer, 'verdict' | 'params' | 'remember'>;

/** It is to be done; with `params`, in place of those that were asked for; with `remember`, from now on unasked. */
export const approve = (said: string | (Said & Pick<ApprovalAnswer, 'params' | 'remember'>) = {}): ApprovalAnswer => ({
  verdict: 'APPROVE',
  ...(typeof said === 'string' ? { comment: said } : said),
});

/** It is not to be done. */
export const deny = (said: string | Said = {}): ApprovalAnswer => ({
  verdict: 'DENY',
  ...(typeof said === 'string' ? { comment: said } : said),
});

/** What a handler may use. */
export interface ApprovalContext {
  /** Aborted once it is over without the handler, or is about something else by now, and when the approvals are closed. */
  readonly signal: AbortSignal;
}

/** Decides about one approval; undefined leaves it to others. */
export type ApprovalHandler = (
  approval: ApprovalState,
  context: ApprovalContext,
) => Promise<ApprovalAnswer | undefined> | ApprovalAnswer | undefined;

/** How somebody who decides connects. */
export interface ClawciergeApprovalsOptions {
  /** The platform, as in `http://localhost:8000`; several where it has several, of which one that answers is used. */
  readonly url: PlatformUrl;
  /** An approver's key, `clw_approver_…`, or an owner's. */
  readonly apiKey: string;
  /** Only what is asked of this agent. */
  readonly agentId?: string;
  /**
   * How many handlers run at a time; the others wait.
   * @default 8
   */
  readonly concurrency?: number;
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
   * What is told what went wrong with one approval, and when the connection comes and goes.
   * @default to the console
   */
  readonly logger?: Logger;
  /** For tests. */
  readonly clock?: Clock;
  /** For tests: from 0 up to, not including, 1. */
  readonly random?: () => number;
  /** For tests and proxies: how HTTP requests are made. */
  readonly fetch?: Fetch;
}

/** An approval that changes all the time is asked about so often at most. */
const ASKED_MAX = 3;
/** A decision is sent so often at most where the platform cannot be reached. */
const TRIES_MAX = 5;
/** Answers that are remembered, so that nobody is asked twice about the same. */
const ANSWERED_MAX = 10_000;
const PAGE = 20;
const KEEP_ALIVE_MS = 15_000;
const SILENCE_MS = 45_000;
const BACKOFF = { baseMs: 250, capMs: 30_000 };

/** A handler that is under way, and what it was asked. */
type Asking = { readonly digest: string; readonly withdraw: AbortController };

/**
 * Somebody who decides what is held for approval, be it a person at a terminal or a bot. What is pending comes first, also
 * after each lost connection, so that nothing is missed by either side's restart.
 *
 * ```ts
 * const approvals = new ClawciergeApprovals({ url: 'http://localhost:8000', apiKey });
 * approvals.on('requested', async ({ request }) => (await ask(request)) ? approve() : deny('Not today'));
 * await approvals.run();
 * ```
 */
export class ClawciergeApprovals {
  readonly #http: GraphqlHttpOptions;
  readonly #agentId: string | null;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #logger: Logger;
  readonly #limiter: Limiter;
  readonly #asking = new Map<string, Asking>();
  /** What was answered, by the digest that it was about, so that a replay asks nobody again. */
  readonly #answered = new Map<string, string>();
  readonly #closing = new AbortController();
  readonly #handlings = new Set<Promise<void>>();
  #handler: ApprovalHandler | undefined;
  #socket: GraphqlSocket | undefined;

  constructor(options: ClawciergeApprovalsOptions) {
    this.#http = {
      urls: new PlatformUrls(options.url),
      apiKey: checkedKey(options.apiKey),
      fetch: options.fetch ?? globalThis.fetch,
      timeoutMs: options.timeoutMs ?? 30_000,
      maxAnswerBytes: answerLimit(options.maxAnswerBytes),
    };
    this.#agentId = options.agentId ?? null;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#logger = options.logger ?? consoleLogger();
    this.#limiter = new Limiter(options.concurrency ?? 8);
  }

  /** Asks the handler about each approval that this key may decide about. There is one handler; a second call replaces it. */
  on(_event: 'requested', handler: ApprovalHandler): this {
    this.#handler = handler;
    return this;
  }

  /** Those in one of the states, newest first; the pending ones unless told. */
  async list(status: readonly ApprovalStatus[] = ['PENDING']): Promise<readonly ApprovalState[]> {
    const found: ApprovalState[] = [];
    for (let after: string | null | undefined = null; after !== undefined; ) {
      const page = await this.#page(status, after);
      found.push(...page.found);
      after = page.next;
    }
    return found;
  }

  /** The approval as it is now. Throws ApprovalNotFoundError, also for one that the key may not see. */
  async read(approvalId: string): Promise<ApprovalState> {
    const { approval } = await this.#execute(ReadApprovalDocument, { approvalId });
    if (!approval) throw new ApprovalNotFoundError('There is no such approval, or the key may not see it.');
    return approval;
  }

  /**
   * Decides about an approval as it was read. Throws ApprovalChangedError where it is about something else by now, and
   * ApprovalDecidedError where it is over.
   */
  async decide({ id, digest }: Pick<ApprovalState, 'id' | 'digest'>, answer: ApprovalAnswer): Promise<DecidedApproval> {
    const input = { approvalId: id, digest, ...answer };
    const { decideApproval } = await this.#execute(DecideApprovalDocument, { input });
    const { approval, rememberedRule } = successOf(decideApproval);
    return { ...approval, rememberedRule };
  }

  /**
   * Follows what is asked, and asks the handler, until `close`. Connects again by itself; rejects with AgentStoppedError
   * where the platform turns the key away.
   */
  async run(): Promise<void> {
    const backoff = new Backoff({ ...BACKOFF, random: this.#random });
    const { urls } = this.#http;
    let inVain = 0;
    while (!this.#closing.signal.aborted) {
      const at = urls.current;
      inVain += 1;
      const end = await this.#follow(() => {
        backoff.reset();
        inVain = 0;
      });
      if (inVain > 0) urls.leave(at);
      if (this.#closing.signal.aborted) break;
      const verdict =
        end.kind === 'completed' ? { retry: 'backoff' as const, code: '', reason: 'it ended' } : judge(end);
      if (verdict.retry === 'never') {
        await this.close();
        throw new AgentStoppedError(verdict.code, verdict.reason);
      }
      // Between rounds of all URLs.
      const waitMs = inVain % urls.count > 0 ? jittered(BACKOFF.baseMs, this.#random) : backoff.next();
      this.#logger.warn(`approvals: the connection is lost (${verdict.reason}), and opened again in ${waitMs} ms`);
      await pause(this.#clock, waitMs, this.#closing.signal).catch(() => {});
    }
    await Promise.all(this.#handlings);
  }

  /** Stops following; handlers that are under way are told, and what they answer then is not sent. */
  async close(): Promise<void> {
    this.#closing.abort(new ConnectionError('The approvals are closed.'));
    for (const { withdraw } of this.#asking.values()) withdraw.abort(this.#closing.signal.reason);
    await this.#socket?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** One connection; answers why it ended. */
  #follow(onActivity: () => void): Promise<End> {
    return new Promise((resolve) => {
      const socket = new GraphqlSocket({
        url: this.#http.urls.current.graphqlSocket,
        apiKey: this.#http.apiKey ?? '',
        clock: this.#clock,
        maxAnswerBytes: this.#http.maxAnswerBytes,
        keepAliveMs: KEEP_ALIVE_MS,
        silenceMs: SILENCE_MS,
        idleMs: 0,
      });
      this.#socket = socket;
      socket.subscribe(
        ApprovalActivityDocument,
        { agentId: this.#agentId },
        {
          next: ({ approvalActivity: approval }) => {
            onActivity();
            this.#heard(approval);
          },
          ended: (end) => {
            void socket.close();
            resolve(end);
          },
        },
      );
    });
  }

  #heard(approval: ApprovalState): void {
    const { id, digest, status } = approval;
    const asking = this.#asking.get(id);
    if (asking && (status !== 'PENDING' || asking.digest !== digest)) {
      asking.withdraw.abort(new ApprovalChangedError('The approval has changed.', { digest }));
    }
    if (status !== 'PENDING') {
      this.#answered.delete(id);
      return;
    }
    const isKnown = asking?.digest === digest || this.#answered.get(id) === digest;
    if (isKnown || !approval.mayDecide || this.#handler === undefined) return;
    const handling = this.#handle(approval, this.#handler).finally(() => this.#handlings.delete(handling));
    this.#handlings.add(handling);
  }

  async #handle(approval: ApprovalState, handler: ApprovalHandler): Promise<void> {
    const withdraw = new AbortController();
    const asking = { digest: approval.digest, withdraw };
    this.#asking.set(approval.id, asking);
    try {
      await this.#limiter.run(() => this.#askUntilDecided(approval, handler, withdraw.signal), approval.request.handle);
    } catch (error) {
      if (!withdraw.signal.aborted) this.#logger.error(`approvals: ${approval.id} is not decided: ${String(error)}`);
    } finally {
      if (this.#asking.get(approval.id) === asking) this.#asking.delete(approval.id);
    }
  }

  /** What is about something else by the time that it is decided is asked again, as it is then. */
  async #askUntilDecided(first: ApprovalState, handler: ApprovalHandler, signal: AbortSignal): Promise<void> {
    let approval: ApprovalState | null = first;
    for (let asked = 1; approval?.status === 'PENDING' && !signal.aborted; asked += 1) {
      const answer = await handler(approval, { signal });
      if (signal.aborted) return;
      this.#remember(approval);
      if (answer === undefined) return;
      try {
        await this.#send(approval, answer, signal);
        return;
      } catch (error) {
        if (error instanceof ApprovalDecidedError || error instanceof ApprovalNotFoundError) return;
        if (!(error instanceof ApprovalChangedError) || asked >= ASKED_MAX) throw error;
      }
      ({ approval = null } = await this.#execute(ReadApprovalDocument, { approvalId: approval.id }));
    }
  }

  #remember({ id, digest }: ApprovalState): void {
    this.#answered.delete(id);
    this.#answered.set(id, digest);
    const [oldest] = this.#answered.keys();
    if (this.#answered.size > ANSWERED_MAX && oldest !== undefined) this.#answered.delete(oldest);
  }

  /** Tries again where the platform cannot be reached, or takes no more from this key just now: it decides once. */
  async #send(approval: ApprovalState, answer: ApprovalAnswer, signal: AbortSignal): Promise<void> {
    const backoff = new Backoff({ ...BACKOFF, random: this.#random });
    for (let tries = 1; ; tries += 1) {
      try {
        await this.decide(approval, answer);
        return;
      } catch (error) {
        const mayTryAgain = error instanceof ConnectionError || error instanceof RateLimitedError;
        if (!mayTryAgain || tries >= TRIES_MAX) throw error;
        const waitMs = error instanceof RateLimitedError ? error.retryAfterSeconds * 1_000 : backoff.next();
        await pause(this.#clock, waitMs, signal);
      }
    }
  }

  /** `next` is where the next page begins; undefined where there is none. */
  async #page(status: readonly ApprovalStatus[], after: string | null) {
    const asked = { status: [...status], agentId: this.#agentId, first: PAGE, after };
    const { approvals } = await this.#execute(ListApprovalsDocument, asked);
    const { hasNextPage, endCursor } = approvals.pageInfo;
    return {
      found: approvals.edges.map(({ node }) => node),
      next: hasNextPage && endCursor != null ? endCursor : undefined,
    };
  }

  #execute<Data, Variables>(document: Document<Data, Variables>, variables: Variables) {
    return executeOverHttp(this.#http, document, variables, this.#closing.signal);
  }
}
