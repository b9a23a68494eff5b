import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

type Dependencies = {
  readonly clock: Pick<Clock, 'every'>;
  readonly log: Log;
  /** How late the node was with what it had to do, in milliseconds, since this was asked last. */
  readonly latenessMs: () => number;
  /** How late it is to be at most. */
  readonly lateMs: number;
};

/** How often it is looked how late the node is, in milliseconds. */
const LOOK_EVERY_MS = 50;
/** The node is late once it was so at so many looks on end: one pause, such as of the garbage collector, is no more than one of them. */
const LATE_LOOKS = 2;
/** At each look the part is so many times what it was while the node is late, and so much more while it is not. */
const LESS = 0.5;
const MORE = 0.01;
/** Everybody has at least the part of it that is one of so many. */
const LEAST_PART = 16;

/**
 * The part of what anybody may have of a node that there is at present: all of it, and ever less while the node is late. So
 * those go without who take the most. It falls at once and comes back more slowly, as the congestion window of TCP does (additive
 * increase and multiplicative decrease: Chiu and Jain, 1989), by which all who want more come to equal parts, as many as they
 * may be.
 */
export class FairShare {
  #part = 1;
  #lateLooks = 0;

  /** From a sixteenth to 1. */
  get part(): number {
    return this.#part;
  }

  /** Whether there was half or less a moment ago. */
  get isShort(): boolean {
    return this.#part <= LESS;
  }

  /** Looks how late the node is from now on, and not how late it was before. Answers what stops it. */
  watch({ clock, log, latenessMs, lateMs }: Dependencies): () => void {
    latenessMs();
    return clock.every(LOOK_EVERY_MS, () => {
      const before = this.#part;
      this.#lateLooks = latenessMs() > lateMs ? this.#lateLooks + 1 : 0;
      if (this.#lateLooks >= LATE_LOOKS) this.#part = Math.max(1 / LEAST_PART, before * LESS);
      else if (this.#lateLooks === 0) this.#part = Math.min(1, before + MORE);
      if (before === 1 && this.#part < 1) log.warn({ lateMs }, 'a node is late');
      if (before < 1 && this.#part === 1) log.info({}, 'a node is late no more');
    });
  }
}
