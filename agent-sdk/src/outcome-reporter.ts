import { jittered } from './backoff.ts';
import type { Answer, Channel } from './channel.ts';
import type { Clock } from './clock.ts';
import { ChannelLostError } from './errors.ts';
import { FinishedRequests, type MemoryBounds } from './finished-requests.ts';
import type { Logger } from './logger.ts';
import { failed, type Outcome } from './outcome.ts';

const RETRY_BASE_MS = 250;
const RETRY_CAP_MS = 10_000;

export interface OutcomeReporterOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly memory: MemoryBounds;
}

/**
 * Sees to it that outcomes reach the platform: over the channel that is open, again and again where that fails, and on the
 * next channel. It remembers them, so that a redelivery is answered with the same one.
 */
export class OutcomeReporter {
  readonly #options: OutcomeReporterOptions;
  readonly #finished: FinishedRequests;
  readonly #underWay = new Map<string, Channel>();
  readonly #retries = new Set<() => void>();
  /** How often outcomes failed to get through on this channel. */
  readonly #tries = new Map<string, number>();
  #channel: Channel | undefined;
  #onIdle = () => {};

  constructor(options: OutcomeReporterOptions) {
    this.#options = options;
    this.#finished = new FinishedRequests(options.memory);
  }

  /** Whether the request has been finished here, as far as is remembered. */
  has(requestId: string): boolean {
    return this.#finished.has(requestId);
  }

  /** Uses the channel from now on; what the platform may not have is said first. */
  attach(channel: Channel): void {
    this.#channel = channel;
    for (const requestId of [...this.#finished.unsettled]) void this.#report(requestId);
  }

  /** The channel is gone. */
  detach(): void {
    this.#channel = undefined;
    for (const callOff of this.#retries) callOff();
    this.#retries.clear();
    this.#tries.clear();
  }

  /** The request is done: remembered, and reported. */
  finish(requestId: string, outcome: Outcome): void {
    this.#finished.remember(requestId, outcome);
    void this.#report(requestId);
  }

  /** The platform has delivered a finished request again: it is told again, now or as soon as a channel is open. */
  repeat(requestId: string): void {
    this.#finished.unsettle(requestId);
    this.#tries.delete(requestId);
    void this.#report(requestId);
  }

  /** The platform's answer to a report; the raw WebSocket brings it later, and only where something is wrong. */
  answered(requestId: string, answer: Answer): void {
    const outcome = this.#finished.get(requestId);
    if (!outcome) return;
    const { logger } = this.#options;
    if (answer.kind === 'not-now') {
      this.#finished.unsettle(requestId);
      this.#tryAgain(requestId, answer.message);
      return;
    }
    if (answer.kind === 'refused' || (answer.kind === 'finished' && answer.path !== undefined)) {
      const { message: reason, path } = answer;
      logger.error('the platform refused an outcome', { requestId, status: outcome.status, path, reason });
    } else if (answer.kind === 'finished') {
      logger.warn('an outcome came too late', { requestId, reason: answer.message });
    }
    if (answer.kind === 'refused' && outcome.status === 'completed') {
      this.finish(requestId, failed('result_refused', `The platform refused the result: ${answer.message}`));
      return;
    }
    this.#finished.settle(requestId);
  }

  /** Resolves when every remembered outcome is with the platform. */
  async whenIdle(): Promise<void> {
    while (this.#finished.unsettled.size > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
  }

  /** Says the remembered outcome on the channel that is open, if there is one. Never rejects. */
  async #report(requestId: string): Promise<void> {
    const channel = this.#channel;
    if (!channel || this.#underWay.get(requestId) === channel) return;
    const outcome = this.#finished.get(requestId);
    if (!outcome) return;
    this.#underWay.set(requestId, channel);
    try {
      const answer = await channel.report(requestId, outcome);
      this.#done(requestId, channel);
      this.answered(requestId, answer);
    } catch (error) {
      this.#done(requestId, channel);
      if (!(error instanceof ChannelLostError)) this.#tryAgain(requestId, error);
    }
    this.#tellWhenIdle();
  }

  #done(requestId: string, channel: Channel): void {
    if (this.#underWay.get(requestId) === channel) this.#underWay.delete(requestId);
  }

  /**
   * An error of the platform: it may pass at any time, and until then nobody else ends the request, which is acked and
   * not delivered again while this channel lives. So it is tried again for as long as that.
   */
  #tryAgain(requestId: string, error: unknown): void {
    const { clock, random, logger, memory } = this.#options;
    const reason = error instanceof Error ? error.message : String(error);
    const tries = (this.#tries.get(requestId) ?? 0) + 1;
    logger.warn('an outcome could not be reported', { requestId, tries, reason });
    if (!this.#channel) return;
    if (this.#tries.size >= memory.maxEntries) this.#tries.clear();
    this.#tries.set(requestId, tries);
    const callOff = clock.after(jittered(Math.min(RETRY_BASE_MS * 2 ** tries, RETRY_CAP_MS), random), () => {
      this.#retries.delete(callOff);
      void this.#report(requestId);
    });
    this.#retries.add(callOff);
  }

  #tellWhenIdle(): void {
    if (this.#finished.unsettled.size === 0) this.#onIdle();
  }
}
