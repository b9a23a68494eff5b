import type { Answer, Channel, Delivery } from './channel.ts';
import { type Clock, LONGEST_TIMER_MS } from './clock.ts';
import {
  AgentStoppingError,
  ChannelLostError,
  type ClawciergeError,
  RequestCancelledError,
  RequestExpiredError,
} from './errors.ts';
import { type HandlingOptions, outcomeOfRequest } from './handled-request.ts';
import { Limiter, type Turn } from './limiter.ts';
import type { OutcomeReporter } from './outcome-reporter.ts';
import { ProgressSayer } from './progress.ts';
import { traceParentOf } from './trace-parent.ts';

export interface RequestRunnerOptions extends HandlingOptions {
  readonly reporter: OutcomeReporter;
  readonly clock: Clock;
  /** Handlers that run at a time. */
  readonly concurrency: number;
  /**
   * Requests that wait for a handler; what is beyond is left to the platform, unacked. A tenth is for senders that have
   * none waiting, and no sender has more than half while others wait.
   */
  readonly queueLimit: number;
}

interface Held {
  readonly abort: AbortController;
  /** The one that delivered it last. */
  channel: Channel;
  /** Its place among those that wait for a handler, and then its slot. */
  readonly turn: Turn;
  /** Calls off the timer that waits for its expiry. */
  readonly callOffExpiry: () => void;
  /** Its state is final at the platform: whatever the handler says now, nobody would hear it. */
  isFinal: boolean;
  isRunning: boolean;
}

/** Takes deliveries, runs their handlers, each request's once, and passes the outcomes to the reporter. */
export class RequestRunner {
  readonly #options: RequestRunnerOptions;
  readonly #limiter: Limiter;
  readonly #held = new Map<string, Held>();
  #draining = false;
  #onIdle = () => {};

  constructor(options: RequestRunnerOptions) {
    this.#options = options;
    this.#limiter = new Limiter(options.concurrency);
  }

  received(channel: Channel, delivery: Delivery): void {
    const { reporter, logger, queueLimit } = this.#options;
    const { requestId, action, attempt, senderId } = delivery;
    logger.debug('received', { requestId, action, attempt });
    const held = this.#held.get(requestId);
    if (reporter.has(requestId)) {
      this.#acknowledge(channel, delivery);
      reporter.repeat(requestId);
    } else if (held) {
      held.channel = channel;
      this.#acknowledge(channel, delivery);
    } else if (this.#draining) {
      logger.debug('stopping, so a request is left to another channel', { requestId });
    } else if (!this.#hasPlaceFor(senderId)) {
      const waiting = this.#limiter.waiting;
      const why = waiting < queueLimit ? 'its sender has its share of the queue' : 'the queue is full';
      logger.warn(`${why}, so a request is left unacked`, { requestId, senderId, waiting, queueLimit });
    } else {
      this.#acknowledge(channel, delivery);
      void this.#run(channel, delivery);
    }
  }

  /** The sender or the platform gave the request up. */
  cancelled(requestId: string, reason: string): void {
    this.#giveUp(requestId, new RequestCancelledError(reason || 'The request was cancelled.'));
  }

  /** What the platform answered to an ack. */
  answered(requestId: string, answer: Answer): void {
    if (answer.kind === 'finished') {
      this.#giveUp(requestId, new RequestCancelledError(answer.message || 'The request is already final.'));
    }
  }

  /** Takes nothing new from now on. Requests that wait for a handler are left to the platform's redelivery. */
  drain(): void {
    this.#draining = true;
    for (const [requestId, held] of this.#held) if (!held.isRunning) this.#release(requestId, held);
  }

  /** Resolves when no handler runs. */
  async whenIdle(): Promise<void> {
    while (this.#held.size > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
  }

  /** Aborts what still runs. Nothing is reported of it, so that the platform delivers it to another channel. */
  abandon(): void {
    for (const requestId of [...this.#held.keys()]) {
      this.#giveUp(requestId, new AgentStoppingError('The agent stops.'));
    }
  }

  #hasPlaceFor(senderId: string): boolean {
    const { queueLimit } = this.#options;
    const { hasSlot, waiting } = this.#limiter;
    if (hasSlot) return true;
    const own = this.#limiter.waitingOf(senderId);
    if (own === 0) return waiting < queueLimit;
    const half = Math.max(1, Math.floor(queueLimit / 2));
    const isAlone = own === waiting;
    return waiting < queueLimit - Math.floor(queueLimit / 10) && (isAlone || own < half);
  }

  #acknowledge(channel: Channel, { requestId, traceparent, tracestate }: Delivery): void {
    channel.acknowledge(requestId, traceParentOf(traceparent, tracestate)).then(
      (answer) => {
        this.#options.logger.debug(answer.kind === 'taken' ? 'acked' : 'not acked', { requestId });
        // A remembered request's answer is the reporter's business.
        if (!this.#options.reporter.has(requestId)) this.answered(requestId, answer);
      },
      (error: Error) => {
        // Not acked means delivered again, and then acked again.
        if (error instanceof ChannelLostError) return;
        this.#options.logger.warn('a request could not be acked', { requestId, reason: error.message });
      },
    );
  }

  #giveUp(requestId: string, reason: ClawciergeError): void {
    const held = this.#held.get(requestId);
    if (!held) return;
    held.isFinal = true;
    // A handler that ignores its signal would keep the timer, and with it the process, to the request's last moment.
    held.callOffExpiry();
    if (!held.isRunning) this.#release(requestId, held);
    held.abort.abort(reason);
  }

  async #run(channel: Channel, delivery: Delivery): Promise<void> {
    const { requestId, senderId } = delivery;
    const abort = new AbortController();
    const callOffExpiry = abortAtExpiry(this.#options.clock, delivery, abort);
    const turn = this.#limiter.turn(senderId);
    const held: Held = { channel, abort, turn, callOffExpiry, isFinal: false, isRunning: false };
    this.#held.set(requestId, held);
    try {
      if (turn.coming) await turn.coming;
      // Else it was given up, or left to others, while it waited.
      if (this.#held.get(requestId) === held) await this.#handle(delivery, held);
    } finally {
      this.#release(requestId, held);
    }
  }

  async #handle(delivery: Delivery, held: Held): Promise<void> {
    const { requestId, action } = delivery;
    held.isRunning = true;
    const said = new ProgressSayer({
      clock: this.#options.clock,
      say: async (progress) => void (held.isFinal || (await held.channel.progress(requestId, progress))),
    });
    const outcome = await outcomeOfRequest(this.#options, delivery, held.abort.signal, said.report);
    said.stop();
    if (held.isFinal) return;
    const code = outcome.status === 'failed' ? { code: outcome.code } : {};
    this.#options.logger.debug('finished', { requestId, action, status: outcome.status, ...code });
    this.#options.reporter.finish(requestId, outcome);
  }

  /** It is over here: its slot, or its place among those that wait, is another's. */
  #release(requestId: string, held: Held): void {
    held.turn.leave();
    held.callOffExpiry();
    if (this.#held.get(requestId) === held) this.#held.delete(requestId);
    if (this.#held.size === 0) this.#onIdle();
  }
}

/**
 * The platform says `request.cancel` at expiry; the own timer covers for a connection that is down then. A request that
 * seems expired on arrival shows a clock that is ahead, and is left to the platform's.
 */
export function abortAtExpiry(clock: Clock, { expiresAt }: Delivery, abort: AbortController): () => void {
  const left = Date.parse(expiresAt) - clock.now();
  if (!(left > 0 && left <= LONGEST_TIMER_MS)) return () => {};
  return clock.after(left, () => abort.abort(new RequestExpiredError('The request’s time is over.')));
}
