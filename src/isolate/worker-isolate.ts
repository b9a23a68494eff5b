import type { Isolate } from '../enforcement/isolate.ts';
import { IsolateFailure } from '../enforcement/isolate.ts';

export type WorkerIsolateOptions = {
  /** How long one job may compute, in milliseconds. */
  readonly cpuBudgetMs: number;
};

/** Computes jobs in worker threads. */
export function createWorkerIsolate(_options: WorkerIsolateOptions): Isolate {
  return { run: () => Promise.reject(new IsolateFailure('closed')), close: async () => {} };
}
