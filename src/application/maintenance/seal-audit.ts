import type { AuditSealer } from '../audit/sealer.ts';
import type { MaintenanceTask } from './task.ts';

/** Seals what was written into the audit trail since. */
export const sealAudit = ({
  sealer,
  sealEveryMs,
}: {
  readonly sealer: AuditSealer;
  readonly sealEveryMs: number;
}): MaintenanceTask => ({
  name: 'seal audit trail',
  everyMs: sealEveryMs,
  run: (signal) => sealer.run(signal),
});
