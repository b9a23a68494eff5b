/** Milliseconds between one attempt and the next, and from then on the last of them each time. */
const WAITS_MS = [5_000, 300_000, 1_800_000, 7_200_000, 18_000_000] as const;
/** Those that failed together do not come together again. */
const JITTER = 0.1;

/** What tells of an end is not tried for longer: there is no end of that. */
export const ATTEMPTS_OF_AN_END = WAITS_MS.length + 1;

/** When to try again what has failed for so many times. */
export function retryAt(attempts: number, now: Date): Date {
  const wait = WAITS_MS[Math.min(attempts, WAITS_MS.length) - 1] ?? WAITS_MS[0];
  const jitter = 1 + JITTER * (2 * Math.random() - 1);
  return new Date(now.getTime() + Math.round(wait * jitter));
}
