import { Worker } from 'node:worker_threads';
import { IsolateFailure, type IsolateFailureKind } from '../enforcement/isolate.ts';
import type { WorkerMessage } from './worker-protocol.ts';

/** A job that somebody waits for. Only the first of both calls counts. */
export type PendingJob = {
  readonly job: unknown;
  resolve(answer: unknown): void;
  reject(failure: IsolateFailure): void;
  /** What it cost, in milliseconds of the thread: once, where it was begun, before it is answered. */
  spent(ms: number): void;
};

export type JobWorkerOptions = {
  readonly entry: URL;
  readonly cpuBudgetMs: number;
  readonly heapMb: number;
  readonly startTimeoutMs: number;
  /** It can take a job. */
  readonly onIdle: (worker: JobWorker) => void;
  /** It is gone, and why. Called once. */
  readonly onGone: (worker: JobWorker, kind: IsolateFailureKind, cause: unknown) => void;
};

type Running = { readonly pending: PendingJob; readonly startedAt: number; readonly cpuMicros: number };

const YOUNG_GENERATION_MB = 16;
/** A machine that is busy elsewhere gives a thread less time; no job is waited for longer than this many budgets, which says nothing of it. */
const WALL_BUDGETS = 40;
/** A thread that does not say within this time how much it computed is asked again. */
const USAGE_TIMEOUT_MS = 100;

/** One worker thread, computing one job at a time, none for longer than the budget. */
export class JobWorker {
  readonly #options: JobWorkerOptions;
  readonly #worker: Worker;
  readonly #startTimer: NodeJS.Timeout;
  #budgetTimer: NodeJS.Timeout | undefined;
  #running: Running | null = null;
  #cpuMicros = 0;
  #startMs = 0;
  #isReady = false;
  #isGone = false;

  constructor(options: JobWorkerOptions) {
    this.#options = options;
    // Nothing of the process's environment or command line is any business of a thread that runs strangers' schemas.
    this.#worker = new Worker(options.entry, {
      env: {},
      argv: [],
      execArgv: [],
      name: 'isolate',
      resourceLimits: { maxOldGenerationSizeMb: options.heapMb, maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    // As with an answer: a thread is ready that has said so when the timer fires.
    const giveUp = () => {
      if (!this.#isReady) void this.end('crashed', 'did not start in time');
    };
    this.#startTimer = setTimeout(() => setImmediate(giveUp), options.startTimeoutMs);
    this.#worker.on('message', (message: WorkerMessage) => this.#onMessage(message));
    this.#worker.on('messageerror', (error) => this.end('crashed', error));
    this.#worker.on('error', (error) => this.end(isOutOfMemory(error) ? 'memory' : 'crashed', error));
    this.#worker.on('exit', (code) => this.end('crashed', `exited with code ${code}`));
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  get isIdle(): boolean {
    return this.#isReady && !this.#isGone && this.#running === null;
  }

  isRunning(pending: PendingJob): boolean {
    return this.#running?.pending === pending;
  }

  /** Begins a job; only when idle. */
  begin(pending: PendingJob): void {
    try {
      this.#worker.postMessage(pending.job);
    } catch (error) {
      pending.reject(new IsolateFailure('crashed', error));
      this.#options.onIdle(this);
      return;
    }
    this.#worker.ref();
    this.#running = { pending, startedAt: performance.now(), cpuMicros: this.#cpuMicros };
    this.#checkAfter(this.#options.cpuBudgetMs, this.#running);
  }

  /** Ends the thread at once, and with it the job that it runs. Resolves when it is gone. */
  end(kind: IsolateFailureKind, cause?: unknown, usedMs?: number): Promise<unknown> {
    const terminated = this.#worker.terminate();
    if (this.#isGone) return terminated;
    this.#isGone = true;
    clearTimeout(this.#startTimer);
    clearTimeout(this.#budgetTimer);
    const running = this.#running;
    this.#running = null;
    if (running) {
      const wallMs = performance.now() - running.startedAt;
      // Whoever has a thread ended pays for its successor, too. What it had computed by then only the thread knew.
      const ranMs = usedMs ?? Math.min(wallMs, this.#options.cpuBudgetMs);
      running.pending.spent(ranMs + this.#startMs);
      running.pending.reject(new IsolateFailure(kind, cause));
    }
    this.#options.onGone(this, kind, cause);
    return terminated;
  }

  #onMessage(message: WorkerMessage): void {
    if (this.#isGone) return;
    this.#cpuMicros = message.cpuMicros;
    clearTimeout(this.#budgetTimer);
    clearTimeout(this.#startTimer);
    const running = this.#running;
    this.#running = null;
    if (!this.#isReady) this.#startMs = message.cpuMicros / 1_000;
    this.#isReady = true;
    running?.pending.spent((message.cpuMicros - running.cpuMicros) / 1_000);
    if (message.kind === 'answer') running?.pending.resolve(message.answer);
    if (message.kind === 'failure') running?.pending.reject(new IsolateFailure('crashed', message.error));
    this.#worker.unref();
    this.#options.onIdle(this);
  }

  /** An answer that has already arrived when the timer fires is delivered first: hence the step through the loop. */
  #checkAfter(ms: number, running: Running): void {
    this.#budgetTimer = setTimeout(() => setImmediate(() => void this.#checkBudget(running)), ms);
  }

  /** The budget is CPU time, so that a busy machine ends nothing as too costly that computes little; wall time bounds it, too. */
  async #checkBudget(running: Running): Promise<void> {
    if (this.#running !== running) return;
    const { cpuBudgetMs } = this.#options;
    const usedMs = await this.#cpuMsSince(running.cpuMicros);
    if (this.#running !== running) return;
    const wallMs = performance.now() - running.startedAt;
    if (usedMs !== null && usedMs >= cpuBudgetMs) await this.end('budget', undefined, usedMs);
    else if (wallMs >= cpuBudgetMs * WALL_BUDGETS) await this.end('late');
    else this.#checkAfter(Math.max(1, cpuBudgetMs - (usedMs ?? 0)), running);
  }

  /** Null where the thread does not say. */
  async #cpuMsSince(cpuMicros: number): Promise<number | null> {
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), USAGE_TIMEOUT_MS);
    });
    try {
      const usage = await Promise.race([this.#worker.cpuUsage(), silence]);
      return usage && (usage.user + usage.system - cpuMicros) / 1_000;
    } catch {
      return null;
    } finally {
      clearTimeout(timer);
    }
  }
}

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
