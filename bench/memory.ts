import { readFileSync } from 'node:fs';

/** The most resident memory that a process has had, in MiB, on Linux. */
export function peakMemoryMiB(pid: number): number {
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(peak ?? Number.NaN) / 1_024;
}
