import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

type Dependencies = {
  readonly clock: Pick<Clock, 'every' | 'monotonic'>;
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
/** At each look the part is so many times what it was while the node is late. */
const LESS = 0.5;
/** Where it was so many times as late as it is to be at most, at all of those looks, all but the least part goes at once. */
const VERY_LATE = 8;
/** Everybody has at least the part of it that is one of so many. */
const LEAST_PART = 16;
/** Where it is late again so soon, in milliseconds, what was too much is still what was so at first. */
const SPELL_MS = 2_000;
/** How quickly the part comes back, for each second cubed: from the least one, half of all in half a minute, and all in a minute and seven seconds. */
const RECOVERY = 1.25e-5;

/**
 * The part of what anybody may have of a node that there is at present: all of it, and ever less while the node is late. So
 * those go without who take the most. It falls at once, and comes back as the congestion window of CUBIC does (RFC 9438): quickly at
 * first, ever more slowly towards half of what was too much, and beyond it ever more quickly again. So what a flood leaves no room for
 * is tried seldom, and each try costs everybody a moment.
 */
export class FairShare {
  #part = 1;
  #lateLooks = 0;
  #farLooks = 0;
  /** When the node was last late, in monotonic milliseconds. */
  #lateAt = Number.NEGATIVE_INFINITY;
  /** To what it fell, and what it comes back to before it tries for more. */
  #floor = 1;
  #plateau = 1;

  /** From a sixteenth to 1. */
  get part(): number {
    return this.#part;
  }

  /** Whether there is half or less. */
  get isShort(): boolean {
    return this.#part <= LESS;
  }

  /** Looks how late the node is from now on, and not how late it was before. Answers what stops it. */
  watch({ clock, log, latenessMs, lateMs }: Dependencies): () => void {
    latenessMs();
    return clock.every(LOOK_EVERY_MS, () => {
      const before = this.#part;
      const late = latenessMs();
      this.#lateLooks = late > lateMs ? this.#lateLooks + 1 : 0;
      const now = clock.monotonic();
      this.#farLooks = late > lateMs * VERY_LATE ? this.#farLooks + 1 : 0;
      if (this.#lateLooks >= LATE_LOOKS) this.#fall(now);
      else if (this.#lateLooks === 0 && before < 1) this.#recover(now);
      if (before === 1 && this.#part < 1) log.warn({ lateMs }, 'a node is late');
      if (before < 1 && this.#part === 1) log.info({}, 'a node is late no more');
    });
  }

  #fall(now: number): void {
    const least = 1 / LEAST_PART;
    const half = Math.max(least, this.#part * LESS);
    if (this.#lateLooks === LATE_LOOKS && now - this.#lateAt > SPELL_MS) this.#plateau = half;
    this.#part = this.#farLooks >= LATE_LOOKS ? least : half;
    this.#floor = this.#part;
    this.#lateAt = now;
  }

  #recover(now: number): void {
    const seconds = (now - this.#lateAt) / 1_000;
    const untilPlateau = Math.cbrt((this.#plateau - this.#floor) / RECOVERY);
    this.#part = Math.min(1, this.#plateau + RECOVERY * (seconds - untilPlateau) ** 3);
  }
}
