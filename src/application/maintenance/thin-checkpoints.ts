import type { AuditSealer } from '../audit/sealer.ts';
import type { AuditStore } from '../ports/audit-store.ts';
import type { MaintenanceTask } from './task.ts';

const EVERY_MS = 10 * 60_000;
/** So many of the newest stay: about a day of them, where there is one a second. */
const NEWEST_KEPT = 86_400;
/** Of older ones one stays in so many entries of the tree: as many as stand between two of an export. */
const ENTRIES_TO_ONE = 256;
/** Checkpoints that one transaction looks at. */
const BATCH = 1_000;

type Dependencies = {
  readonly audit: Pick<AuditStore, 'checkpointBefore' | 'thinCheckpoints'>;
  readonly sealer: Pick<AuditSealer, 'isRight'>;
  /** @default what production keeps */
  readonly newestKept?: number;
};

/**
 * Deletes older checkpoints: every round of the sealer adds one, and the newest proves what those before it did, with the tree. It
 * begins at the first one once, and then goes on from where it was. Where the trail is not known to be right nothing is deleted, so that all is there to be looked into.
 */
export function thinCheckpoints({ audit, sealer, newestKept = NEWEST_KEPT }: Dependencies): MaintenanceTask {
  let after = -1;
  return {
    name: 'thin audit checkpoints',
    everyMs: EVERY_MS,
    isDue: () => sealer.isRight,
    async run(signal) {
      const upTo = await audit.checkpointBefore(newestKept);
      while (upTo !== null && sealer.isRight && !signal.aborted) {
        const last = await audit.thinCheckpoints({ after, upTo, span: ENTRIES_TO_ONE, max: BATCH });
        if (last === null) break;
        after = last;
      }
    },
  };
}
