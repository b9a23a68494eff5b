import { Backoff, jittered } from './backoff.ts';
import type { Channel, ChannelEvents, ChannelTransport } from './channel.ts';
import type { Clock } from './clock.ts';
import { type Closure, judge, type Verdict } from './closure.ts';
import { AgentStoppedError } from './errors.ts';

/** Where to dial, and how. */
export interface Dialled {
  readonly base: string;
  readonly transport: ChannelTransport;
}

export interface ConnectionLoopOptions {
  /**
   * Dialled in turn: one that does not answer, or sends the agent elsewhere, is left for the next, and one that works is
   * kept. The backoff is between rounds.
   */
  readonly transports: readonly [Dialled, ...Dialled[]];
  readonly clock: Clock;
  readonly random: () => number;
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
  /** A channel that is not open after so long is given up. */
  readonly openTimeoutMs: number;
  /** A connection that was open for so long shows that all is well: the backoff begins anew. */
  readonly stableAfterMs: number;
  /** Deliveries and the like; `channel` is the one they came on. */
  readonly listener: ChannelListener;
}

export interface ChannelListener {
  opened(channel: Channel, at: Dialled): void;
  /** The channel, which may never have opened, is gone, and another is dialled after `retryInMs`. */
  lost(verdict: Verdict, retryInMs: number): void;
  received(channel: Channel, ...args: Parameters<ChannelEvents['received']>): void;
  cancelled: ChannelEvents['cancelled'];
  answered: ChannelEvents['answered'];
}

type Wake =
  | { readonly reason: 'start' | 'retry-due' }
  | { readonly reason: 'stop'; readonly error: Error | undefined }
  | { readonly reason: 'opened' | 'open-overdue'; readonly channel: Channel }
  | { readonly reason: 'lost'; readonly channel: Channel; readonly closure: Closure };

/**
 * Keeps one channel open: one loop, woken by named reasons, in which all decisions about connecting are made. Timers
 * and sockets only leave a reason and wake it.
 */
export class ConnectionLoop {
  readonly #options: ConnectionLoopOptions;
  readonly #backoff: Backoff;
  readonly #reasons: Wake[] = [];
  #resume = () => {};
  #channel: Channel | undefined;
  #openedAt: number | undefined;
  /** What is dialled now or next. */
  #at: Dialled;
  /** How many were dialled in vain in this round. */
  #inVain = 0;
  /** Calls off the one timer there is: either the opening's deadline or the next try. */
  #callOffTimer = () => {};

  constructor(options: ConnectionLoopOptions) {
    this.#options = options;
    [this.#at] = options.transports;
    const { backoffBaseMs: baseMs, backoffCapMs: capMs, random } = options;
    this.#backoff = new Backoff({ baseMs, capMs, random });
  }

  /** Resolves after `stop`; rejects with AgentStoppedError when the platform turns the agent away, and with what `stop` was given. To be run once. */
  async run(): Promise<void> {
    this.#wake({ reason: 'start' });
    try {
      for (;;) {
        const wake = await this.#nextReason();
        switch (wake.reason) {
          case 'start':
          case 'retry-due':
            this.#dial();
            break;
          case 'opened':
            if (wake.channel === this.#channel) this.#opened(wake.channel);
            break;
          case 'open-overdue':
            wake.channel.abandon('the channel did not open in time');
            break;
          case 'lost':
            if (wake.channel === this.#channel) this.#lost(wake.closure);
            break;
          case 'stop':
            await this.#channel?.close();
            if (wake.error) throw wake.error;
            return;
        }
      }
    } finally {
      this.#callOffTimer();
    }
  }

  /** Closes the channel and ends the loop, with the error where there is one. */
  stop(error?: Error): void {
    this.#wake({ reason: 'stop', error });
  }

  #wake(wake: Wake): void {
    this.#reasons.push(wake);
    this.#resume();
  }

  async #nextReason(): Promise<Wake> {
    for (;;) {
      const wake = this.#reasons.shift();
      if (wake) return wake;
      await new Promise<void>((resume) => {
        this.#resume = resume;
      });
    }
  }

  #dial(): void {
    const { listener, clock, openTimeoutMs } = this.#options;
    this.#openedAt = undefined;
    const channel: Channel = this.#at.transport.connect({
      opened: () => this.#wake({ reason: 'opened', channel }),
      received: (delivery) => listener.received(channel, delivery),
      cancelled: (requestId, reason) => listener.cancelled(requestId, reason),
      answered: (requestId, answer) => listener.answered(requestId, answer),
      closed: (closure) => this.#wake({ reason: 'lost', channel, closure }),
    });
    this.#channel = channel;
    this.#callOffTimer = clock.after(openTimeoutMs, () => this.#wake({ reason: 'open-overdue', channel }));
  }

  #opened(channel: Channel): void {
    this.#callOffTimer();
    this.#openedAt = this.#options.clock.now();
    this.#options.listener.opened(channel, this.#at);
  }

  #lost(closure: Closure): void {
    const { clock, listener, stableAfterMs } = this.#options;
    this.#callOffTimer();
    this.#channel = undefined;
    const verdict = judge(closure);
    if (verdict.retry === 'never') throw new AgentStoppedError(verdict.code, verdict.reason);
    const wasStable = this.#openedAt !== undefined && clock.now() - this.#openedAt >= stableAfterMs;
    if (wasStable) this.#backoff.reset();
    const retryInMs = this.#delay(verdict, wasStable);
    // What had worked and was only cut is tried again first.
    if (!wasStable || verdict.retry === 'at-once') this.#goOn();
    this.#callOffTimer = clock.after(retryInMs, () => this.#wake({ reason: 'retry-due' }));
    listener.lost(verdict, retryInMs);
  }

  #goOn(): void {
    const { transports } = this.#options;
    const next = (transports.indexOf(this.#at) + 1) % transports.length;
    this.#at = transports[next] ?? this.#at;
  }

  #delay({ retry, spreadMs = 0 }: Verdict, wasStable: boolean): number {
    const { transports, backoffBaseMs, backoffCapMs, random } = this.#options;
    if (retry === 'slowly') return backoffCapMs / 2 + jittered(backoffCapMs / 2, random);
    this.#inVain = wasStable ? 0 : this.#inVain + 1;
    // "At once" has jitter too, more where many were sent away together, and only where the channel had lived: a server
    // that shuts down again and again is not to be hammered.
    const isAtOnce = wasStable && retry === 'at-once';
    const isWithinRound = this.#inVain % transports.length > 0;
    if (isAtOnce || isWithinRound) return jittered(Math.max(backoffBaseMs, spreadMs), random);
    return Math.max(this.#backoff.next(), jittered(spreadMs, random));
  }
}
