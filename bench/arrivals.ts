import { within } from '../test/testkit/eventually.ts';

/** How long something may take to arrive, in milliseconds. */
const WITHIN_MS = 30_000;

/** What arrives, and is waited for, by id. */
export class Arrivals {
  repeated = 0;
  readonly #arrived = new Map<string, { at: number; what: string }>();
  readonly #awaited = new Map<string, () => void>();

  note(id: string, what: string): void {
    if (this.#arrived.has(id)) this.repeated += 1;
    else this.#arrived.set(id, { at: performance.now(), what });
    this.#awaited.get(id)?.();
  }

  async of(id: string): Promise<{ at: number; what: string }> {
    if (!this.#arrived.has(id)) {
      const arrival = new Promise<void>((resolve) => this.#awaited.set(id, resolve));
      await within(arrival, `arrival of ${id}`, WITHIN_MS);
    }
    const arrived = this.#arrived.get(id);
    if (!arrived) throw new Error(`${id} did not arrive`);
    return arrived;
  }
}
