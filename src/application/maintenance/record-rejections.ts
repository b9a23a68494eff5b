import type { KeptRejections } from '../requests/kept-rejections.ts';
import type { MaintenanceTask } from './task.ts';

const EVERY_MS = 2_000;

/** Stores how many requests were rejected and not kept. */
export const recordRejections = ({
  keptRejections,
}: {
  readonly keptRejections: Pick<KeptRejections, 'flush'>;
}): MaintenanceTask => ({
  name: 'record rejections',
  everyMs: EVERY_MS,
  run: () => keptRejections.flush(),
});
