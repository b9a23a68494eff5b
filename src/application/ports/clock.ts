/** Time, injected so that tests can own it. */
export interface Clock {
  /** The wall clock. */
  now(): Date;
  /** Milliseconds that never go back; only differences mean anything. */
  monotonic(): number;
  /** Calls back every so many milliseconds until the returned function is called. Never keeps the process alive. */
  every(ms: number, tick: () => void): () => void;
  /** Calls back once after so many milliseconds unless the returned function is called first. Never keeps the process alive. */
  after(ms: number, tick: () => void): () => void;
}
