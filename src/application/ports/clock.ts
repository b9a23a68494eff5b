/** Time, injected so that tests can own it. */
export interface Clock {
  /** The time of day. */
  now(): Date;
  /**
   * From here on `now` goes on from that time, by what is measured to have passed since, whatever becomes of the
   * machine's own time of day. A clock that a test owns stays as it is.
   */
  follow(time: Date): void;
  /** Milliseconds that never go back; only differences mean anything. */
  monotonic(): number;
  /** Calls back every so many milliseconds until the returned function is called. Never keeps the process alive. */
  every(ms: number, tick: () => void): () => void;
  /** Calls back once after so many milliseconds unless the returned function is called first. Never keeps the process alive. */
  after(ms: number, tick: () => void): () => void;
}
