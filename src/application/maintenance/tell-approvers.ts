import type { Teller } from '../telling/teller.ts';
import { type MaintenanceTask, SWEEP_EVERY_MS } from './task.ts';

/** Tells what is due: what other nodes wrote, what failed before, and what was to be told later. */
export const tellApprovers = ({ teller }: { readonly teller: Teller }): MaintenanceTask => ({
  name: 'tell approvers',
  everyMs: SWEEP_EVERY_MS,
  isDue: () => teller.hasRoom,
  run: () => teller.take(),
});
