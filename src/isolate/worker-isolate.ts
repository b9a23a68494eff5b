import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import {
  type Isolate,
  IsolateFailure,
  type IsolateFailureKind,
  type IsolateJob,
  type JobFor,
} from '../enforcement/isolate.ts';
import { JobCosts } from './job-costs.ts';
import { JobQueue, type QueuedJob } from './job-queue.ts';
import { JobWorker, type PendingJob } from './job-worker.ts';

export type WorkerIsolateOptions = {
  /** How long one job may compute, in milliseconds of CPU time. */
  readonly cpuBudgetMs: number;
  /** At most so many threads. @default 2 to 4, by the machine's cores */
  readonly size?: number;
  /** At most so many jobs wait, half of them one owner's, a quarter one payer's; then the dearest is rejected as busy. @default 512 */
  readonly queueMax?: number;
  /** What a signal may end is rejected as busy at once where it would be begun no sooner, in milliseconds. @default 5000 */
  readonly waitMaxMs?: number;
  /** How much memory a thread may use, in MiB. @default 96 */
  readonly heapMb?: number;
  /** A thread must be able to take jobs within so many milliseconds, on a busy machine too. @default 30000 */
  readonly startTimeoutMs?: number;
  /** What the threads run; it calls serveJobs. @default the contract worker */
  readonly entry?: URL;
  /** Hears why a thread was ended or ended by itself, for the log. */
  readonly onThreadLost?: (kind: IsolateFailureKind, cause: unknown) => void;
  /** Hears how each job ended. */
  readonly onJobEnd?: (outcome: JobOutcome) => void;
};

/** What its threads do, and what waits for them. */
export type IsolateUse = {
  readonly busyThreads: number;
  readonly idleThreads: number;
  readonly waitingJobs: number;
};

export type JobOutcome = 'answered' | IsolateFailureKind;

/** Whose job it is, who asked for it, and what hears of its end. */
export type PaidFor = JobFor & {
  /** Whoever asked for it; null where that is nobody in particular. @default null */
  readonly payer?: string | null;
  /** Whether it comes after all others. @default false */
  readonly isLast?: boolean;
  /** Hears once, of a job that was begun, how it ended and what it cost, in milliseconds of the thread. */
  readonly onSpent?: (ms: number, outcome: JobOutcome) => void;
};

/** An isolate that is told who pays, and how it is used. */
export type WorkerIsolate = Omit<Isolate, 'run'> & {
  run(job: IsolateJob, signal?: AbortSignal, paidFor?: PaidFor): Promise<unknown>;
  use(): IsolateUse;
};

/** A job in the queue or in a thread, and whether its caller has given up. */
type Waiting = PendingJob & QueuedJob & { isSettled: boolean };

/** What is expected to cost no more has a thread kept for it. */
const CHEAP_MS = 25;

const NOBODY: PaidFor = { owner: '' };

/**
 * An isolate of worker threads. A thread that computes too long, takes too much memory or crashes is ended, its job
 * rejected, and another thread takes its place. What waits begins by what it costs (JobQueue), and one thread of several
 * computes only what is expected to be cheap. The first thread is started at once, the others when they are needed; idle
 * threads do not keep the process alive.
 */
export function createWorkerIsolate(options: WorkerIsolateOptions): WorkerIsolate {
  const {
    cpuBudgetMs,
    size = Math.min(4, Math.max(2, availableParallelism() - 1)),
    queueMax = 512,
    waitMaxMs = 5_000,
    heapMb = 96,
    startTimeoutMs = 30_000,
    // Beside this module among the sources, and beside what both are built to.
    entry = new URL(`./contract-worker${extname(import.meta.url)}`, import.meta.url),
    onThreadLost,
    onJobEnd,
  } = options;
  const workers = new Set<JobWorker>();
  const now = () => performance.now();
  const costs = new JobCosts(now);
  const queue = new JobQueue<Waiting>({ max: queueMax, usedBy: costs.usedBy, now });
  /** Jobs in threads that may take long. */
  const dear = new Set<Waiting>();
  const dearMax = Math.max(1, size - 1);
  const mayBegin = ({ expectedMs }: Waiting) => expectedMs <= CHEAP_MS || dear.size < dearMax;
  let isClosed = false;

  function start(): void {
    workers.add(new JobWorker({ entry, cpuBudgetMs, heapMb, startTimeoutMs, onIdle: serve, onGone: replace }));
  }

  function serve(worker: JobWorker): void {
    while (worker.isIdle) {
      const next = queue.take(mayBegin);
      if (next === undefined) return;
      if (next.isSettled) continue;
      if (next.expectedMs > CHEAP_MS) dear.add(next);
      worker.begin(next);
    }
  }

  function replace(worker: JobWorker, kind: IsolateFailureKind, cause: unknown): void {
    workers.delete(worker);
    if (isClosed) return;
    onThreadLost?.(kind, cause);
    if (worker.isReady) {
      if (workers.size === 0 || queue.size > 0) start();
      for (const each of workers) serve(each);
      return;
    }
    // It never came up, so its successor may not either: nobody should wait for that. The next job tries again.
    if (workers.size > 0) return;
    for (const each of queue.clear()) each.reject(new IsolateFailure('crashed', cause));
  }

  function run(job: IsolateJob, signal?: AbortSignal, paidFor = NOBODY): Promise<unknown> {
    if (isClosed) return Promise.reject(new IsolateFailure('closed'));
    if (signal?.aborted) return Promise.reject(new IsolateFailure('aborted', signal.reason));
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const { owner, payer = null, document, isLast = false, onSpent } = paidFor;
    let spentMs: number | null = null;
    const settle = (outcome: JobOutcome) => {
      if (waiting.isSettled) return;
      waiting.isSettled = true;
      dear.delete(waiting);
      onJobEnd?.(outcome);
      if (spentMs !== null) onSpent?.(spentMs, outcome);
      signal?.removeEventListener('abort', abort);
    };
    const waiting: Waiting = {
      job,
      isSettled: false,
      owner,
      payer,
      isLast,
      expectedMs: costs.expected(job.kind, document),
      spent(ms) {
        spentMs = ms;
        dear.delete(waiting);
        costs.learn(job.kind, document, ms);
        costs.charge(owner, ms);
        if (payer !== null && payer !== owner) costs.charge(payer, ms);
      },
      resolve(answer) {
        settle('answered');
        resolve(answer);
      },
      reject(failure) {
        settle(failure.kind);
        reject(failure);
      },
    };
    const abort = () => {
      queue.remove(waiting);
      const worker = [...workers].find((each) => each.isRunning(waiting));
      if (worker) void worker.end('aborted', signal?.reason);
      else waiting.reject(new IsolateFailure('aborted', signal?.reason));
    };
    signal?.addEventListener('abort', abort);
    const threads = waiting.expectedMs > CHEAP_MS ? dearMax : size;
    const isTooLate = signal !== undefined && queue.aheadOf(waiting) / threads > waitMaxMs;
    if (isTooLate) waiting.reject(new IsolateFailure('busy'));
    else queue.add(waiting)?.reject(new IsolateFailure('busy'));
    if (waiting.isSettled) return promise;
    const idle = [...workers].find((each) => each.isIdle);
    if (idle) serve(idle);
    else if (workers.size < size && (workers.size === 0 || [...workers].every((each) => each.isReady))) start();
    return promise;
  }

  start();
  return {
    run,
    use() {
      const idleThreads = [...workers].filter((worker) => worker.isIdle).length;
      return { idleThreads, busyThreads: workers.size - idleThreads, waitingJobs: queue.size };
    },
    async close() {
      isClosed = true;
      for (const each of queue.clear()) each.reject(new IsolateFailure('closed'));
      await Promise.all([...workers].map((worker) => worker.end('closed')));
    },
  };
}
