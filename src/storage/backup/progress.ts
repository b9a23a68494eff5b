/** Where a backup or a restore is. */
export type Progress = { readonly table: string; readonly rows: number; readonly bytes: number };

/** Hears of it every few seconds while there is something to tell. */
export type OnProgress = (progress: Progress) => void;

const TELL_EVERY_MS = 5_000;

/** Counts what passes, and tells of it now and then. */
export class ProgressMeter {
  readonly #onProgress: OnProgress | undefined;
  #toldAt = performance.now();
  #table = '';
  #rows = 0;
  #bytes = 0;

  constructor(onProgress: OnProgress | undefined) {
    this.#onProgress = onProgress;
  }

  begin(table: string): void {
    this.#table = table;
    this.#rows = 0;
    this.#bytes = 0;
  }

  add(rows: number, bytes: number): void {
    this.#rows += rows;
    this.#bytes += bytes;
    const now = performance.now();
    if (now - this.#toldAt < TELL_EVERY_MS) return;
    this.#toldAt = now;
    this.#onProgress?.({ table: this.#table, rows: this.#rows, bytes: this.#bytes });
  }
}
