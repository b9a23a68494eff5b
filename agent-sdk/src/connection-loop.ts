import { Backoff, jittered } from './backoff.ts';
import type { Channel, ChannelEvents, ChannelTransport } from './channel.ts';
import type { Clock } from './clock.ts';
import { type Closure, judge, type Verdict } from './closure.ts';
import { AgentStoppedError } from './errors.ts';

export interface ConnectionLoopOptions {
  readonly transport: ChannelTransport;
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
  opened(channel: Channel): void;
  /** The channel, which may never have opened, is gone, and another is dialled after `retryInMs`. */
  lost(verdict: Verdict, retryInMs: number): void;
  received(channel: Channel, ...args: Parameters<ChannelEvents['received']>): void;
  cancelled: ChannelEvents['cancelled'];
  answered: ChannelEvents['answered'];
}

type Wake =
  | { readonly reason: 'start' | 'retry-due' | 'stop' }
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
  /** Calls off the one timer there is: either the opening's deadline or the next try. */
  #callOffTimer = () => {};

  constructor(options: ConnectionLoopOptions) {
    this.#options = options;
    const { backoffBaseMs: baseMs, backoffCapMs: capMs, random } = options;
    this.#backoff = new Backoff({ baseMs, capMs, random });
  }

  /** Resolves after `stop`; rejects with AgentStoppedError when the platform turns the agent away. To be run once. */
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
            return;
        }
      }
    } finally {
      this.#callOffTimer();
    }
  }

  /** Closes the channel and ends the loop. */
  stop(): void {
    this.#wake({ reason: 'stop' });
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
    const { transport, listener, clock, openTimeoutMs } = this.#options;
    this.#openedAt = undefined;
    const channel: Channel = transport.connect({
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
    this.#options.listener.opened(channel);
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
    this.#callOffTimer = clock.after(retryInMs, () => this.#wake({ reason: 'retry-due' }));
    listener.lost(verdict, retryInMs);
  }

  #delay({ retry, spreadMs = 0 }: Verdict, wasStable: boolean): number {
    const { backoffBaseMs, backoffCapMs, random } = this.#options;
    if (retry === 'slowly') return backoffCapMs / 2 + jittered(backoffCapMs / 2, random);
    // "At once" has jitter too, more where many were sent away together, and only where the channel had lived: a server
    // that shuts down again and again is not to be hammered.
    if (retry === 'at-once' && wasStable) return jittered(Math.max(backoffBaseMs, spreadMs), random);
    return Math.max(this.#backoff.next(), jittered(spreadMs, random));
  }
}
