import {
  type ActionDefinition,
  type ActionHandler,
  type ActionSchema,
  capabilityOf,
  checkDefinition,
  type ParamsOf,
  type ResultOf,
} from './action-definition.ts';
import { type AgentSettings, agentSettings, type ClawciergeAgentOptions } from './agent-options.ts';
import { type AuditWatch, auditWatch } from './audit-watch.ts';
import { type Clock, pause } from './clock.ts';
import { type ChannelListener, ConnectionLoop } from './connection-loop.ts';
import { deferred } from './deferred.ts';
import { AgentStoppedError } from './errors.ts';
import { type HandledRequest, handleHere, type RequestToHandle } from './handle-here.ts';
import type { HandlingOptions } from './handled-request.ts';
import { ANY_ACTION, type Handler, HandlerRegistry } from './handlers.ts';
import { OutcomeReporter } from './outcome-reporter.ts';
import { type PublishedContract, publishCapabilities } from './publish.ts';
import { RequestRunner } from './request-runner.ts';
import { checkOf } from './schema-check.ts';
import type { CapabilityInput, ResultFormat } from './types.ts';

/** Characters of all remembered results together. */
const MEMORY_MAX_CHARACTERS = 32 * 1024 * 1024;
const OPEN_TIMEOUT_MS = 30_000;
const STABLE_AFTER_MS = 10_000;
const DRAIN_MS = 10_000;

type Hook = 'onConnected' | 'onDisconnected' | 'onStopped';

const stoppedEarly = () => new Error('The agent was stopped before its channel was open.');

export interface StopOptions {
  /**
   * How long running handlers may go on, and their outcomes may take to be reported.
   * @default 10000
   */
  readonly drainMs?: number;
}

export interface PublishOptions {
  /**
   * Publishes a new version also where the platform has the same already.
   * @default false
   */
  readonly force?: boolean;
}

/**
 * An agent's side of its channel: connects and stays connected, acks what comes, runs the handlers and reports their
 * outcomes.
 *
 * ```ts
 * const agent = new ClawciergeAgent({ url: 'http://localhost:8000', apiKey });
 * agent.on('calendar.schedule', async ({ params }) => book(params));
 * await agent.run();
 * ```
 */
export class ClawciergeAgent {
  /** Resolves when the agent has stopped as asked; rejects with AgentStoppedError when it was turned away. */
  readonly closed: Promise<void>;
  readonly #settings: AgentSettings;
  readonly #options: ClawciergeAgentOptions;
  readonly #handlers = new HandlerRegistry();
  readonly #handling: HandlingOptions & { readonly clock: Clock };
  readonly #reporter: OutcomeReporter;
  readonly #runner: RequestRunner;
  readonly #loop: ConnectionLoop;
  readonly #audit: AuditWatch | null;
  readonly #opened = deferred<void>();
  readonly #closed = deferred<void>();
  #isStarted = false;
  #stopping: Promise<void> | undefined;

  constructor(options: ClawciergeAgentOptions) {
    this.#options = options;
    this.#settings = agentSettings(options);
    const { clock, random, logger, transports, rememberFinished: maxEntries, maxAnswerBytes } = this.#settings;
    const { concurrency, queueLimit, maxResultBytes, describeError, backoffBaseMs, backoffCapMs } = this.#settings;
    const memory = { maxEntries, maxCharacters: MEMORY_MAX_CHARACTERS };
    this.#reporter = new OutcomeReporter({ clock, random, logger, memory });
    this.#handling = { handlers: this.#handlers, clock, logger, maxResultBytes, describeError };
    this.#runner = new RequestRunner({ ...this.#handling, reporter: this.#reporter, concurrency, queueLimit });
    this.#loop = new ConnectionLoop({
      transports,
      clock,
      random,
      backoffBaseMs,
      backoffCapMs,
      openTimeoutMs: OPEN_TIMEOUT_MS,
      stableAfterMs: STABLE_AFTER_MS,
      listener: this.#listener(),
    });
    const { url, apiKey, audit, fetch = globalThis.fetch } = options;
    const refuse = (error: Error) => this.#loop.stop(error);
    this.#audit = auditWatch({ url, apiKey, fetch, maxAnswerBytes, audit, clock, random, logger, refuse });
    this.closed = this.#closed.promise;
    // Whoever does not await `closed` or `start` has onStopped and the log; neither may end the process.
    this.closed.catch(() => {});
    this.#opened.promise.catch(() => {});
  }

  /**
   * Has the action's requests handled. One handler per action; it may be added while the agent runs. The types of the
   * params are the author's word: the platform has checked them against the published contract.
   */
  on<Params extends object = Readonly<Record<string, unknown>>>(action: string, handler: Handler<Params>): this {
    this.#handlers.add(action, handler as Handler);
    return this;
  }

  /**
   * Defines an action: its schemas, what is published of it, and what does it. Where a schema is one of zod, valibot or
   * another library that speaks Standard Schema, params are checked with it before the handler gets what it makes of them,
   * and what the handler returns before it is reported. `publish` publishes what was defined.
   *
   * ```ts
   * const params = z.object({ title: z.string().max(80) });
   * agent.action('calendar.schedule', { params, description: 'Books a slot' }, ({ params }) => book(params.title));
   * ```
   */
  action<
    const Params extends ActionSchema | undefined = undefined,
    const Result extends ActionSchema | undefined = undefined,
    const Format extends ResultFormat = 'JSON',
  >(
    action: string,
    definition: ActionDefinition<Params, Result, Format>,
    handler: ActionHandler<ParamsOf<Params>, ResultOf<Result, Format>>,
  ): this {
    if (action === ANY_ACTION) throw new TypeError('an action that is defined has a name of its own');
    checkDefinition(action, definition);
    this.#handlers.add(action, handler as unknown as Handler, {
      capability: capabilityOf(action, definition),
      params: checkOf(definition.params),
      result: checkOf(definition.result),
    });
    return this;
  }

  /** What `publish` publishes: the actions that were defined, in that order. */
  get capabilities(): readonly CapabilityInput[] {
    return this.#handlers.capabilities;
  }

  /**
   * Has the defined actions in force as the agent's contract: publishes a new version where they differ from the active
   * one, and answers the version in force. Needs a key that may publish; with its owner's, `publishCapabilities` does the
   * same with `capabilities`.
   */
  async publish({ force = false }: PublishOptions = {}): Promise<PublishedContract> {
    const { url, apiKey, fetch } = this.#options;
    const { capabilities } = this;
    if (capabilities.length === 0) throw new TypeError('no action is defined: define those to publish with action()');
    const options = { url, apiKey, logger: this.#settings.logger, force, capabilities };
    return publishCapabilities(fetch ? { ...options, fetch } : options);
  }

  /** Has every request handled whose action has no handler of its own; the same as `on('*', …)`. */
  onAny(handler: Handler): this {
    return this.on(ANY_ACTION, handler);
  }

  /**
   * Has one request handled here, for tests of handlers: as one that was delivered is, with the checks of its action's
   * schemas, and without a connection. Answers what its sender would read, once the handler is done; never rejects.
   */
  handle(request: RequestToHandle): Promise<HandledRequest> {
    return handleHere(this.#handling, request);
  }

  /**
   * Connects, and keeps connected until `stop`. Resolves when the channel is open for the first time, however many tries
   * that takes; rejects with AgentStoppedError when the platform turns the agent away.
   */
  start(): Promise<void> {
    if (!this.#isStarted && !this.#stopping) {
      this.#isStarted = true;
      void this.#keepConnected();
    }
    return this.#opened.promise;
  }

  /** `start`, and then resolves or rejects as `closed` does. */
  async run(): Promise<void> {
    void this.start();
    await this.closed;
  }

  /**
   * Takes no new requests, lets the running ones finish and reports them, then closes the channel. What is not done
   * after `drainMs` is aborted and left to the platform, which delivers it again. Resolves when all is over.
   */
  stop(options: StopOptions = {}): Promise<void> {
    this.#stopping ??= this.#drainAndClose(options.drainMs ?? DRAIN_MS);
    return this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #keepConnected(): Promise<void> {
    try {
      await this.#loop.run();
      this.#closed.resolve();
      this.#opened.reject(stoppedEarly());
    } catch (error) {
      this.#runner.drain();
      this.#runner.abandon();
      this.#opened.reject(error);
      this.#closed.reject(error);
      this.#settings.logger.error(error instanceof Error ? error.message : String(error));
      if (error instanceof AgentStoppedError) this.#call('onStopped', error);
    } finally {
      this.#reporter.detach();
      void this.#audit?.stop();
    }
  }

  async #drainAndClose(drainMs: number): Promise<void> {
    this.#runner.drain();
    if (!this.#isStarted) {
      this.#closed.resolve();
      this.#opened.reject(stoppedEarly());
      return;
    }
    const over = new AbortController();
    const drained = this.#runner.whenIdle().then(() => this.#reporter.whenIdle());
    const deadline = pause(this.#settings.clock, drainMs, over.signal).catch(() => {});
    await Promise.race([drained, deadline, this.closed.catch(() => {})]);
    over.abort();
    this.#runner.abandon();
    this.#loop.stop();
    await this.closed.catch(() => {});
  }

  /** An error in a hook is its author's, and no reason to lose the channel. */
  #call<Name extends Hook>(name: Name, ...args: Parameters<NonNullable<ClawciergeAgentOptions[Name]>>): void {
    const hook = this.#options[name] as ((...args: unknown[]) => unknown) | undefined;
    const call = async () => hook?.(...args);
    call().catch((error: unknown) => this.#settings.logger.error(`${name} failed`, { reason: String(error) }));
  }

  #listener(): ChannelListener {
    const { logger, transports } = this.#settings;
    return {
      opened: (channel, { transport, base }) => {
        const where = transports.length > 1 ? { url: base } : {};
        logger.info('connected', { transport: transport.name, ...where });
        this.#reporter.attach(channel);
        this.#opened.resolve();
        this.#audit?.connected();
        this.#call('onConnected');
      },
      lost: (verdict, retryInMs) => {
        logger.warn('not connected', { code: verdict.code, reason: verdict.reason, retryInMs });
        this.#reporter.detach();
        this.#audit?.disconnected();
        this.#call('onDisconnected', verdict, retryInMs);
      },
      received: (channel, delivery) => this.#runner.received(channel, delivery),
      cancelled: (requestId, reason) => this.#runner.cancelled(requestId, reason),
      answered: (requestId, answer) => {
        if (this.#reporter.has(requestId)) this.#reporter.answered(requestId, answer);
        else this.#runner.answered(requestId, answer);
      },
    };
  }
}
