import { setMaxListeners } from 'node:events';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { MaintenanceTask } from './task.ts';

/** How a task has fared. */
export type TaskStatus = {
  readonly name: string;
  readonly everyMs: number;
  readonly runs: number;
  /** Runs that failed since one last succeeded. */
  readonly failuresInARow: number;
  /** Of the last run, in milliseconds; null before the first. */
  readonly lastDurationMs: number | null;
  readonly lastSuccessAt: Date | null;
};

const RUN_MAX_MS = 60_000;

/**
 * Runs each task at its interval and never twice at once, unless a run does not end, which keeps no other from beginning.
 * Tells of failures once, measures, and stops them. Tasks of one interval are spread over it, so that they do not all ask
 * the database in one moment.
 */
export class MaintenanceRunner {
  readonly #tasks: readonly ScheduledTask[];
  readonly #clock: Clock;
  readonly #stopping = new AbortController();
  readonly #stops = new Set<() => void>();

  constructor(deps: { readonly tasks: readonly MaintenanceTask[]; readonly clock: Clock; readonly log: Log }) {
    this.#clock = deps.clock;
    // Each run listens to it.
    setMaxListeners(0, this.#stopping.signal);
    this.#tasks = deps.tasks.map((task) => new ScheduledTask(task, deps));
  }

  start(): void {
    for (const tasks of Map.groupBy(this.#tasks, ({ everyMs }) => everyMs).values()) {
      for (const [index, task] of tasks.entries()) this.#schedule(task, ((index + 1) / tasks.length) * task.everyMs);
    }
  }

  /** Runs nothing any more, and answers when what runs has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const stop of this.#stops) stop();
    await Promise.all(this.#tasks.map((task) => task.ended()));
  }

  status(): readonly TaskStatus[] {
    return this.#tasks.flatMap((task) => task.statuses());
  }

  #schedule(task: ScheduledTask, firstInMs: number): void {
    const run = () => task.runIfDue(this.#stopping.signal);
    const stopFirst = this.#clock.after(firstInMs, () => {
      this.#stops.delete(stopFirst);
      this.#stops.add(this.#clock.every(task.everyMs, run));
      run();
    });
    this.#stops.add(stopFirst);
  }
}

/** One task, with how it has fared. */
class ScheduledTask {
  readonly #task: MaintenanceTask;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #followers: readonly ScheduledTask[];
  #running: Promise<void> | null = null;
  #runs = 0;
  #failuresInARow = 0;
  #lastDurationMs: number | null = null;
  #lastSuccessAt: Date | null = null;

  constructor(task: MaintenanceTask, deps: { readonly clock: Clock; readonly log: Log }) {
    this.#task = task;
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#followers = (task.followers ?? []).map((follower) => new ScheduledTask(follower, deps));
  }

  get everyMs(): number {
    return this.#task.everyMs;
  }

  runIfDue(signal: AbortSignal): void {
    if (this.#running || !(this.#task.isDue?.() ?? true)) return;
    this.#running = this.#run(signal).finally(() => {
      this.#running = null;
    });
  }

  async ended(): Promise<void> {
    await this.#running;
    await Promise.all(this.#followers.map((follower) => follower.ended()));
  }

  /** Its own, and those of what is run after it. */
  statuses(): readonly TaskStatus[] {
    const own = {
      name: this.#task.name,
      everyMs: this.#task.everyMs,
      runs: this.#runs,
      failuresInARow: this.#failuresInARow,
      lastDurationMs: this.#lastDurationMs,
      lastSuccessAt: this.#lastSuccessAt,
    };
    return [own, ...this.#followers.flatMap((follower) => follower.statuses())];
  }

  async #run(signal: AbortSignal): Promise<void> {
    const begun = this.#clock.monotonic();
    try {
      await this.#bounded(signal);
      this.#recordSuccess();
      if (!signal.aborted) for (const follower of this.#followers) follower.runIfDue(signal);
    } catch (error) {
      this.#recordFailure(error);
    } finally {
      this.#runs += 1;
      this.#lastDurationMs = this.#clock.monotonic() - begun;
    }
  }

  /** Runs it; throws when it does not end although it was told to. */
  async #bounded(stopping: AbortSignal): Promise<void> {
    const { maxMs = RUN_MAX_MS } = this.#task;
    const told = new AbortController();
    const tell = () => told.abort();
    stopping.addEventListener('abort', tell);
    const { promise: tooLate, reject } = Promise.withResolvers<never>();
    const stops = [
      this.#clock.after(maxMs, tell),
      this.#clock.after(2 * maxMs, () => reject(new Error(`It did not end within ${2 * maxMs} ms.`))),
    ];
    try {
      await Promise.race([this.#task.run(told.signal), tooLate]);
    } finally {
      for (const stop of stops) stop();
      stopping.removeEventListener('abort', tell);
    }
  }

  #recordSuccess(): void {
    if (this.#failuresInARow > 0) {
      this.#log.info({ task: this.#task.name, failures: this.#failuresInARow }, 'a maintenance task works again');
    }
    this.#failuresInARow = 0;
    this.#lastSuccessAt = this.#clock.now();
  }

  /** While the database is away a task fails twice a second: that is told once, and how often when it works again. */
  #recordFailure(error: unknown): void {
    this.#failuresInARow += 1;
    if (this.#failuresInARow > 1) return;
    this.#log.warn(
      { err: error, task: this.#task.name },
      'a maintenance task failed; its next run makes up for it, and more failures are told when it works again',
    );
  }
}
