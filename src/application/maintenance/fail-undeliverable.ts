import type { RequestFailure } from '../../domain/request.ts';
import type { Changes } from '../changes/changes.ts';
import type { Clock } from '../ports/clock.ts';
import type { RequestStore } from '../ports/request-store.ts';
import { announce } from '../requests/announce.ts';
import { type MaintenanceTask, SWEEP_BATCH, SWEEP_EVERY_MS } from './task.ts';

type Dependencies = {
  readonly maxAttempts: number;
  readonly requests: RequestStore;
  readonly changes: Changes;
  readonly clock: Clock;
};

/** Ends requests that were delivered as often as may be, and are not done. */
export function failUndeliverable({ maxAttempts, requests, changes, clock }: Dependencies): MaintenanceTask {
  const failure: RequestFailure = {
    code: 'undeliverable',
    message: `The agent did not take the request in ${maxAttempts} attempts.`,
  };
  return {
    name: 'fail undeliverable requests',
    everyMs: SWEEP_EVERY_MS,
    async run() {
      const failed = await requests.failUndeliverable(maxAttempts, failure, clock.now(), SWEEP_BATCH);
      for (const request of failed) announce(changes, request);
    },
  };
}
