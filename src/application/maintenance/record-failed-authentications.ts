import type { FailedAuthentications } from '../audit/failed-authentications.ts';
import type { MaintenanceTask } from './task.ts';

const EVERY_MS = 10_000;

/** Puts on record how many credentials opened nothing, where that is due. */
export const recordFailedAuthentications = ({
  failedAuthentications,
}: {
  readonly failedAuthentications: Pick<FailedAuthentications, 'flush'>;
}): MaintenanceTask => ({
  name: 'record failed authentications',
  everyMs: EVERY_MS,
  run: () => failedAuthentications.flush(),
});
