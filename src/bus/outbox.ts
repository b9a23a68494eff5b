/** PostgreSQL takes payloads of fewer than 8,000 bytes. */
const PAYLOAD_MAX_BYTES = 7_900;
/** What is sent in one statement. */
const PAYLOADS_MAX = 16;
/** Hints that wait while the statement before is under way. */
const WAITING_MAX = 10_000;

/**
 * Hints on their way out, each as JSON, bounded: over the bound all that wait are dropped, since whoever has missed one
 * has to reconcile everything anyway.
 */
export class Outbox {
  #waiting: string[] = [];
  readonly #from: string;

  /** `from` names the sender in each payload. */
  constructor(from: string) {
    this.#from = JSON.stringify(from);
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Answers false when there was no room: this one and all that waited are dropped. */
  add(hint: string): boolean {
    if (this.#waiting.length < WAITING_MAX) {
      this.#waiting.push(hint);
      return true;
    }
    this.clear();
    return false;
  }

  clear(): void {
    this.#waiting = [];
  }

  /** Takes what fits into one statement: payloads of the form `[from, hint, hint, …]`, in order. */
  take(): readonly string[] {
    const payloads: string[] = [];
    let hints: string[] = [];
    let bytes = 0;
    let taken = 0;
    for (const hint of this.#waiting) {
      const size = Buffer.byteLength(hint) + 1;
      if (bytes + size > PAYLOAD_MAX_BYTES && hints.length > 0) {
        payloads.push(this.#payload(hints));
        if (payloads.length === PAYLOADS_MAX) break;
        [hints, bytes] = [[], this.#from.length + 2];
      }
      hints.push(hint);
      bytes += size;
      taken += 1;
    }
    if (payloads.length < PAYLOADS_MAX && hints.length > 0) payloads.push(this.#payload(hints));
    this.#waiting.splice(0, taken);
    return payloads;
  }

  #payload(hints: readonly string[]): string {
    return `[${this.#from},${hints.join(',')}]`;
  }
}
