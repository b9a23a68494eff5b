/** Something that a node does again and again, for as long as it runs. Every node does it; none waits for another. */
export type MaintenanceTask = {
  /** As it is called in the log and in the status. */
  readonly name: string;
  /** Milliseconds between two runs, or between two questions whether one is due. */
  readonly everyMs: number;
  /** Asked before each run. @default always */
  readonly isDue?: () => boolean;
  /** What is run after each of its runs that did not fail, where it is due; nothing waits for any of them. */
  readonly followers?: readonly MaintenanceTask[];
  /**
   * Milliseconds after which a run is told to leave the rest to the next one. One that has not ended after as many again is
   * not waited for any longer. @default a minute
   */
  readonly maxMs?: number;
  /**
   * Throws what went wrong; the next run makes up for it. Ends early when the signal says so: the node stops, or the run
   * takes too long.
   */
  run(signal: AbortSignal): Promise<void>;
};

/** How often what is over, or may have been missed, is looked for, in milliseconds. */
export const SWEEP_EVERY_MS = 500;

/** Rows that one sweep changes in one statement; what is left comes with the next one. */
export const SWEEP_BATCH = 500;

/** After the time was set far, or was far from the node's own as that started, nothing is forgotten for so long: it may have been set wrong, and what is gone is gone. */
export const SURE_AFTER_MS = 60 * 60_000;
