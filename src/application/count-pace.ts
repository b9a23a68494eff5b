/** How often a node counts what is on the whole platform, in milliseconds; or as often as takes a twentieth of the time at most. */
export const COUNT_EVERY_MS = 2_000;
const COUNT_EVERY_TIMES = 20;

/** For so long after the next count was due, in milliseconds, the last one is believed. */
export const BELIEVED_MS = 30_000;

/** How long after a count that took `tookMs` the next one is due, in milliseconds: at least `everyMs`. */
export const nextCountInMs = (tookMs: number, everyMs: number = COUNT_EVERY_MS): number =>
  Math.max(everyMs, COUNT_EVERY_TIMES * tookMs);
