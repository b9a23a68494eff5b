import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { RequestStore } from '../ports/request-store.ts';

const LOOK_EVERY_MS = 60_000;
/** Rows that one statement forgets; what is left comes with the next one. */
const BATCH = 1_000;

type Dependencies = {
  readonly requests: RequestStore;
  readonly clock: Clock;
  readonly log: Log;
  /** How long a finished request is kept, in milliseconds; 0 for ever. */
  readonly retentionMs: number;
};

/**
 * Forgets requests that have been finished for long enough, a batch at a time, so that the database does not grow for
 * ever. Every node does it; none waits for another.
 */
export function startRetention({ requests, clock, log, retentionMs }: Dependencies): () => Promise<void> {
  if (retentionMs === 0) return async () => {};
  let running: Promise<void> | null = null;
  let isStopped = false;

  async function forget(): Promise<void> {
    try {
      const before = new Date(clock.now().getTime() - retentionMs);
      while (!isStopped && (await requests.forgetFinished(before, BATCH)) === BATCH);
    } catch (error) {
      log.warn({ err: error }, 'old requests could not be forgotten yet');
    }
  }

  const stop = clock.every(LOOK_EVERY_MS, () => {
    running ??= forget().finally(() => {
      running = null;
    });
  });
  return async () => {
    isStopped = true;
    stop();
    await running;
  };
}
