import type { FollowedTime } from '../cluster/followed-time.ts';
import type { ApiKeyStore } from '../ports/api-key-store.ts';
import type { Clock } from '../ports/clock.ts';
import { type MaintenanceTask, SURE_AFTER_MS, SWEEP_BATCH } from './task.ts';

const EVERY_MS = 10_000;

type Dependencies = {
  readonly apiKeys: Pick<ApiKeyStore, 'noteExpired'>;
  readonly time: Pick<FollowedTime, 'isSteady' | 'setFarAgoMs'>;
  readonly clock: Pick<Clock, 'now'>;
};

/** Puts on record which keys have expired: nobody does that, and whoever comes with one may come late or never. */
export const noteExpiredKeys = ({ apiKeys, time, clock }: Dependencies): MaintenanceTask => ({
  name: 'note expired keys',
  everyMs: EVERY_MS,
  // What is on record stays: while a clock may be wrong, no key has ended by it.
  isDue: () => time.isSteady && time.setFarAgoMs >= SURE_AFTER_MS,
  async run(signal) {
    while (!signal.aborted && (await apiKeys.noteExpired(clock.now(), SWEEP_BATCH)) === SWEEP_BATCH);
  },
});
