import { setTimeout as pause } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import {
  ActionError,
  AgentStoppedError,
  Backoff,
  type CapabilityInput,
  ClawciergeAgent,
  ClawciergeError,
  fileCheckpoints,
  type HandlerContext,
  type Logger,
  publishCapabilities,
  type ReceivedRequest,
} from '@clawcierge/agent-sdk';
import { checkpointsFolder } from '../trust.ts';
import { holdDestructive } from './hold-destructive.ts';
import type { Journal } from './journal.ts';
import { isRepeatable, type Narrowing, narrowed } from './narrowing.ts';
import { Pace } from './pace.ts';
import { NothingOfferedError, publishWhatIsTaken } from './publisher.ts';
import { type BridgeSource, type CallIo, type Say, UnusableSourceError } from './source.ts';
import { whenAborted } from './when-aborted.ts';

export interface BridgeOptions {
  readonly url: string;
  readonly apiKey: string;
  readonly maxAnswerBytes?: number;
  readonly source: BridgeSource;
  readonly narrowing: Narrowing;
  /** Whether a person decides about what may destroy something. */
  readonly holdsDestructive: boolean;
  /** How many requests are worked on at a time. */
  readonly concurrency: number;
  /** Opens what says which requests were begun; null where a request that comes again is simply done again. */
  openJournal(): Promise<Journal | null>;
  readonly resultMaxBytes: number;
  readonly say: Say;
}

const BACKOFF_BASE_MS = 500;
const BACKOFF_CAP_MS = 30_000;
/** What worked for so long has not failed again: the next delay is a short one. */
const GOOD_AFTER_MS = 10_000;
const DRAIN_MS = 10_000;

/** Makes a source an agent: publishes what it can do, and holds the agent's channel for as long as the source works. */
export class Bridge {
  readonly #options: BridgeOptions;
  readonly #backoff = new Backoff({ baseMs: BACKOFF_BASE_MS, capMs: BACKOFF_CAP_MS, random: Math.random });
  #offered: ReadonlyMap<string, CapabilityInput> = new Map();
  #journal: Journal | null | undefined;
  #hasRun = false;

  constructor(options: BridgeOptions) {
    this.#options = options;
  }

  /**
   * Runs until the signal fires; what is being worked on then may end. A source that ends is opened again, for ever. Throws
   * where going on makes no sense: the platform turned the key away, or the source can never work.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { source, say } = this.#options;
    // Throws for a key that is none, and the like: to try that again would be of no use.
    this.#agent();
    while (!signal.aborted) {
      const since = Date.now();
      try {
        await this.#live(signal);
      } catch (error) {
        if (signal.aborted) return;
        if (this.#isFinal(error)) throw error;
        say((error as Error).message);
      } finally {
        await source.close();
      }
      if (signal.aborted) return;
      if (Date.now() - since >= GOOD_AFTER_MS) this.#backoff.reset();
      await pause(this.#backoff.next(), undefined, { signal }).catch(() => {});
    }
  }

  /** From the source's opening to its end. */
  async #live(signal: AbortSignal): Promise<void> {
    const { source, say } = this.#options;
    const ended = new Promise<string>((resolve) => source.onEnd(resolve));
    await source.open(signal);
    await this.#untilPossible(signal, async () => {
      if (this.#journal === undefined) this.#journal = await this.#options.openJournal();
      await this.#publish();
    });
    const agent = this.#agent();
    const pace: Pace = new Pace(() =>
      this.#publish().catch((error: Error) => {
        say(`not published: ${error.message}`);
        if (error instanceof ClawciergeError && error.retryable) pace.ask();
      }),
    );
    const forgetChanges = source.onChange(() => pace.ask());
    const stopped = Promise.withResolvers<string>();
    const stop = () => stopped.resolve('the bridge ends; what is being done has ten seconds');
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    try {
      void agent.start().catch(() => {});
      const closed = agent.closed.then(() => 'the channel is closed');
      say(await Promise.race([ended, stopped.promise, closed]));
    } finally {
      signal.removeEventListener('abort', stop);
      forgetChanges();
      pace.end();
      await agent.stop({ drainMs: DRAIN_MS });
    }
  }

  /** Tries again while the platform cannot be reached, with the source as it is. */
  async #untilPossible(signal: AbortSignal, run: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await Promise.race([run(), whenAborted(signal)]);
      } catch (error) {
        if (!(error instanceof ClawciergeError && error.retryable)) throw error;
        this.#options.say(`${error.message} It is tried again.`);
        await pause(this.#backoff.next(), undefined, { signal });
      }
    }
  }

  /** Has in force what the source can do now, as far as it is to be offered and the platform takes it. */
  async #publish(): Promise<void> {
    const { source, narrowing, holdsDestructive, say } = this.#options;
    const platform = this.#platform();
    const { offered: wanted, idle } = narrowed(await source.describe(), narrowing);
    for (const glob of idle) say(`“${glob}” matches nothing that the source can do`);
    const logger = sayingLogger(say);
    if (holdsDestructive) await holdDestructive({ ...platform, logger }, wanted);
    const publish = (capabilities: readonly CapabilityInput[]) =>
      publishCapabilities({ ...platform, capabilities, logger });
    const { contract, offered } = await publishWhatIsTaken(wanted, publish, say);
    this.#offered = new Map(offered.map((capability) => [capability.action, capability]));
    this.#hasRun = true;
    say(`offered: ${offered.length} of ${wanted.length} capabilities, version ${contract.version} of the contract`);
  }

  #platform() {
    const { url, apiKey, maxAnswerBytes } = this.#options;
    return { url, apiKey, ...(maxAnswerBytes !== undefined && { maxAnswerBytes }) };
  }

  #agent(): ClawciergeAgent {
    const { concurrency, resultMaxBytes: maxResultBytes, say } = this.#options;
    const logger = sayingLogger(say);
    const onConnected = () => say('the channel is open');
    const audit = { store: fileCheckpoints(checkpointsFolder()) };
    const agent = new ClawciergeAgent({ ...this.#platform(), concurrency, maxResultBytes, logger, onConnected, audit });
    return agent.onAny((request, context) => this.#handle(request, context));
  }

  async #handle(request: ReceivedRequest, { signal }: HandlerContext): Promise<unknown> {
    const { source } = this.#options;
    const { id, action, attempt } = request;
    const capability = this.#offered.get(action);
    // It may have been asked for under an earlier contract.
    if (!capability) throw new ActionError('not_offered', `The bridge does not offer “${action}” any more.`);
    if (this.#journal && !isRepeatable(capability)) await this.#begin(this.#journal, id, attempt);
    const call = { ...request, contextId: request.contextId ?? null };
    const progress: CallIo['progress'] = (value, { message, ...said } = {}) =>
      request.progress(value, message === undefined ? said : { ...said, message: stripVTControlCharacters(message) });
    return source.perform(call, { signal, progress }).catch((error: unknown) => {
      throw error instanceof ActionError ? new ActionError(error.code, stripVTControlCharacters(error.message)) : error;
    });
  }

  /** Writes down that it is begun, unless it was before: then nobody knows how far that went. */
  async #begin(journal: Journal, id: string, attempt: number): Promise<void> {
    const { say } = this.#options;
    try {
      if (attempt > 1 && (await journal.has(id))) throw new ActionError('interrupted', INTERRUPTED);
      await journal.begin(id);
    } catch (error) {
      if (error instanceof ActionError) throw error;
      say(`the journal cannot be written: ${(error as Error).message}`);
      throw new ActionError('journal_failed', 'The bridge could not note that it begins this, so it has not begun.');
    }
  }

  #isFinal(error: unknown): boolean {
    if (error instanceof UnusableSourceError || error instanceof AgentStoppedError) return true;
    const isOfPlatform = error instanceof ClawciergeError && !error.retryable && error.code !== 'suspended';
    return !this.#hasRun && (isOfPlatform || error instanceof NothingOfferedError);
  }
}

const INTERRUPTED = 'The bridge was ended while it did this. It may have happened. Ask again if it has not.';

/** What the SDK logs, from warnings upwards. */
function sayingLogger(say: Say): Logger {
  const line = (message: string, fields?: object) => say(fields ? `${message} ${JSON.stringify(fields)}` : message);
  return { debug: () => {}, info: () => {}, warn: line, error: line };
}
