import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { type Isolate, IsolateFailure, type IsolateFailureKind } from '../enforcement/isolate.ts';
import { FairQueue } from './fair-queue.ts';
import { JobWorker, type PendingJob } from './job-worker.ts';

export type WorkerIsolateOptions = {
  /** How long one job may compute, in milliseconds of CPU time. */
  readonly cpuBudgetMs: number;
  /** At most so many threads. @default 2 to 4, by the machine's cores */
  readonly size?: number;
  /** At most so many jobs wait; then whoever has most of them waiting has one rejected as busy. @default 256 */
  readonly queueMax?: number;
  /** How much memory a thread may use, in MiB. @default 96 */
  readonly heapMb?: number;
  /** A thread must be able to take jobs within so many milliseconds, on a busy machine too. @default 30000 */
  readonly startTimeoutMs?: number;
  /** What the threads run; it calls serveJobs. @default the contract worker */
  readonly entry?: URL;
  /** Hears why a thread was ended or ended by itself, for the log. */
  readonly onThreadLost?: (kind: IsolateFailureKind, cause: unknown) => void;
  /** Hears how each job ended. */
  readonly onJobEnd?: (outcome: 'answered' | IsolateFailureKind) => void;
};

/** What its threads do, and what waits for them. */
export type IsolateUse = {
  readonly busyThreads: number;
  readonly idleThreads: number;
  readonly waitingJobs: number;
};

/** A job in the queue or in a thread, and whether its caller has given up. */
type Waiting = PendingJob & { isSettled: boolean };

/**
 * An isolate of worker threads. A thread that computes too long, takes too much memory or crashes is ended, its job
 * rejected, and another thread takes its place. Jobs of one owner begin in the order of their calls, the owners in turn. The first thread is started
 * at once, the others when they are needed; idle threads do not keep the process alive.
 */
export function createWorkerIsolate(options: WorkerIsolateOptions): Isolate & { use(): IsolateUse } {
  const {
    cpuBudgetMs,
    size = Math.min(4, Math.max(2, availableParallelism() - 1)),
    queueMax = 256,
    heapMb = 96,
    startTimeoutMs = 30_000,
    // Beside this module among the sources, and beside what both are built to.
    entry = new URL(`./contract-worker${extname(import.meta.url)}`, import.meta.url),
    onThreadLost,
    onJobEnd,
  } = options;
  const workers = new Set<JobWorker>();
  const queue = new FairQueue<Waiting>(queueMax);
  let isClosed = false;

  function start(): void {
    workers.add(new JobWorker({ entry, cpuBudgetMs, heapMb, startTimeoutMs, onIdle: serve, onGone: replace }));
  }

  function serve(worker: JobWorker): void {
    while (worker.isIdle) {
      const next = queue.take();
      if (next === undefined) return;
      if (!next.isSettled) worker.begin(next);
    }
  }

  function replace(worker: JobWorker, kind: IsolateFailureKind, cause: unknown): void {
    workers.delete(worker);
    if (isClosed) return;
    onThreadLost?.(kind, cause);
    if (worker.isReady) {
      if (workers.size === 0 || queue.size > 0) start();
      return;
    }
    // It never came up, so its successor may not either: nobody should wait for that. The next job tries again.
    if (workers.size > 0) return;
    for (const each of queue.clear()) each.reject(new IsolateFailure('crashed', cause));
  }

  function run(job: unknown, signal?: AbortSignal, owner = ''): Promise<unknown> {
    if (isClosed) return Promise.reject(new IsolateFailure('closed'));
    if (signal?.aborted) return Promise.reject(new IsolateFailure('aborted', signal.reason));
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const settle = (outcome: 'answered' | IsolateFailureKind) => {
      if (!waiting.isSettled) onJobEnd?.(outcome);
      waiting.isSettled = true;
      signal?.removeEventListener('abort', abort);
    };
    const waiting: Waiting = {
      job,
      isSettled: false,
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
      queue.remove(owner, waiting);
      const worker = [...workers].find((each) => each.isRunning(waiting));
      if (worker) void worker.end('aborted', signal?.reason);
      else waiting.reject(new IsolateFailure('aborted', signal?.reason));
    };
    signal?.addEventListener('abort', abort);
    queue.add(owner, waiting)?.reject(new IsolateFailure('busy'));
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
