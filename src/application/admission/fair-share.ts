import type { Clock } from '../ports/clock.ts';

type Dependencies = {
  readonly clock: Pick<Clock, 'every'>;
  /** How late the node was with what it had to do, in milliseconds, since this was asked last. */
  readonly latenessMs: () => number;
  /** How late it is to be at most. */
  readonly lateMs: number;
};

/** How often it is looked how late the node is, in milliseconds. */
const LOOK_EVERY_MS = 50;
/** At each look the part is so many times what it was while the node is late, and so much more while it is not. */
const LESS = 0.5;
const MORE = 0.01;
/** Everybody has at least the part of it that is one of so many. */
const LEAST_PART = 16;

/**
 * The part of what anybody may have of a node that there is at present: all of it, and ever less while the node is late. So
 * those go without who take the most, and whoever takes little notices nothing. It falls at once and comes back slowly, as the
 * congestion window of TCP does (additive increase and multiplicative decrease: Chiu and Jain, 1989), by which all who want more come to equal
 * parts, as many as they may be.
 */
export class FairShare {
  #part = 1;

  /** From a sixteenth to 1. */
  get part(): number {
    return this.#part;
  }

  /** Looks how late the node is from now on. Answers what stops it. */
  watch({ clock, latenessMs, lateMs }: Dependencies): () => void {
    return clock.every(LOOK_EVERY_MS, () => {
      this.#part = latenessMs() > lateMs ? Math.max(1 / LEAST_PART, this.#part * LESS) : Math.min(1, this.#part + MORE);
    });
  }
}
