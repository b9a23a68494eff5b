import { readFileSync } from 'node:fs';

/** The resident memory of a process, in MiB, on Linux. */
export const memoryMiB = (pid: number): number => ofStatus(pid, /^VmRSS:\s+(\d+) kB$/m);

/** The most that it has had. */
export const peakMemoryMiB = (pid: number): number => ofStatus(pid, /^VmHWM:\s+(\d+) kB$/m);

function ofStatus(pid: number, line: RegExp): number {
  const kib = line.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib ?? Number.NaN) / 1_024;
}
