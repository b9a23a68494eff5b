import { ActionError } from '@clawcierge/agent-sdk';
import { whenAborted } from './when-aborted.ts';

/** What a sender's calls go to, and nobody else's. */
export interface Session {
  /** Resolves when it works no longer. */
  readonly ended: Promise<unknown>;
  close(): Promise<void>;
}

export interface SessionsOptions<Each extends Session> {
  open(signal: AbortSignal): Promise<Each>;
  /** How many there are at a time. */
  readonly max: number;
  /** A session that nobody used for so long is closed. */
  readonly idleMs: number;
  /** How long a sender waits for one, where there are as many as there may be. */
  readonly waitMs: number;
  /** How many calls may wait; more are `busy` at once, so that those with a session are served meanwhile. */
  readonly waitersMax: number;
}

interface Place<Each> {
  readonly session: Promise<Each>;
  users: number;
  callOffIdle: () => void;
}

/** A session for each sender, made when it is needed: servers keep state, and one sender's is none of the next one's business. */
export class Sessions<Each extends Session> {
  readonly #options: SessionsOptions<Each>;
  readonly #places = new Map<string, Place<Each>>();
  readonly #closing = new Set<Promise<void>>();
  readonly #waiters = new Set<() => void>();
  readonly #over = new AbortController();

  constructor(options: SessionsOptions<Each>) {
    this.#options = options;
  }

  /** Does the work with the sender's session. Throws an ActionError `busy` where there is none to be had. */
  async use<Value>(sender: string, signal: AbortSignal, work: (session: Each) => Promise<Value>): Promise<Value> {
    const place = await this.#placeOf(sender, signal);
    place.users += 1;
    place.callOffIdle();
    try {
      // Whoever gives up meanwhile holds nobody else up: a server may take minutes to start.
      return await work(await Promise.race([place.session, whenAborted(signal)]));
    } finally {
      place.users -= 1;
      if (place.users === 0) this.#closeWhenIdle(sender, place);
    }
  }

  /** Closes all of them; there are no others afterwards. */
  async close(): Promise<void> {
    this.#over.abort(new Error('The bridge ends.'));
    for (const [sender, place] of this.#places) this.#leave(sender, place);
    await Promise.all(this.#closing);
  }

  async #placeOf(sender: string, signal: AbortSignal): Promise<Place<Each>> {
    const until = Date.now() + this.#options.waitMs;
    for (;;) {
      this.#over.signal.throwIfAborted();
      const found = this.#places.get(sender);
      if (found) return found;
      if (this.#places.size < this.#options.max) return this.#make(sender);
      const left = until - Date.now();
      if (left <= 0 || this.#waiters.size >= this.#options.waitersMax) {
        throw new ActionError('busy', 'As many senders as it can serve at a time are being served. Try again later.');
      }
      await this.#aPlace(left, signal);
    }
  }

  #make(sender: string): Place<Each> {
    const session = this.#options.open(this.#over.signal);
    const place: Place<Each> = { session, users: 0, callOffIdle: () => {} };
    this.#places.set(sender, place);
    session.then(
      ({ ended }) => ended.then(() => this.#leave(sender, place)),
      () => this.#leave(sender, place),
    );
    return place;
  }

  #closeWhenIdle(sender: string, place: Place<Each>): void {
    const timer = setTimeout(() => this.#leave(sender, place), this.#options.idleMs);
    timer.unref();
    place.callOffIdle = () => clearTimeout(timer);
  }

  /** The sender's next call gets another one. */
  #leave(sender: string, place: Place<Each>): void {
    if (this.#places.get(sender) !== place) return;
    place.callOffIdle();
    this.#places.delete(sender);
    const closed = place.session.then(
      (session) => session.close(),
      () => {},
    );
    this.#closing.add(closed);
    void closed.catch(() => {}).then(() => this.#closing.delete(closed));
    for (const wake of this.#waiters) wake();
  }

  /** Resolves when there may be a place, or after `ms`; rejects when the signal fires. */
  #aPlace(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (settle: () => void) => () => {
        clearTimeout(timer);
        this.#waiters.delete(wake);
        signal.removeEventListener('abort', giveUp);
        settle();
      };
      const wake = done(resolve);
      const giveUp = done(() => reject(signal.reason));
      const timer = setTimeout(wake, ms);
      this.#waiters.add(wake);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }
}
