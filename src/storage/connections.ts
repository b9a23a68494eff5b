import type pg from 'pg';
import { isUnanswered } from './storage-errors.ts';

/** A connection that somebody has, until it is given back. */
export type Taken = {
  readonly client: pg.PoolClient;
  /** Since when, by `performance.now()`. */
  readonly since: number;
  /** `isUsable`: whether it may be used again. The first call counts. */
  giveBack(isUsable: boolean): void;
};

/**
 * The pool's connections, of which none is waited for without end. One over which a statement was not answered is given
 * up, and with it every idle one that has been as silent meanwhile: a link that is gone rarely goes alone, and whoever
 * took the next one would wait for as long.
 */
export class Connections {
  readonly #pool: pg.Pool;
  /** When a connection was last given back as usable, by `performance.now()`. */
  readonly #usableAt = new WeakMap<pg.PoolClient, number>();
  readonly #taken = new Set<Taken>();
  #silentSince = Number.NEGATIVE_INFINITY;
  /** In a hurry: what a connection may be kept for, in milliseconds. */
  #hurryMs: number | null = null;
  /** When a connection was last given back as usable, whichever. */
  #answeredAt = Number.NEGATIVE_INFINITY;
  /** Since when, in a hurry, the database has been seen not to answer. */
  #lostSince = Number.POSITIVE_INFINITY;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** How many there may be. */
  get max(): number {
    return this.#pool.options.max;
  }

  /** Throws what the driver throws, within the pool's time for connecting. */
  async take(): Promise<Taken> {
    for (;;) {
      const client = await this.#connect();
      if ((this.#usableAt.get(client) ?? Number.POSITIVE_INFINITY) >= this.#silentSince) return this.#taking(client);
      client.release(true);
    }
  }

  /** Runs the work on a connection; `isHarmless` says of which of its failures the connection is as good as before. */
  async use<Result>(
    work: (client: pg.PoolClient) => Promise<Result>,
    isHarmless: (error: unknown) => boolean,
  ): Promise<Result> {
    const taken = await this.take();
    const begun = performance.now();
    try {
      const result = await work(taken.client);
      taken.giveBack(true);
      return result;
    } catch (error) {
      if (isUnanswered(error)) this.#distrustSilent(begun);
      taken.giveBack(isHarmless(error));
      throw error;
    }
  }

  /**
   * From now on nobody has a connection for longer than that, and once the database has left somebody without an answer,
   * and nobody else had one meanwhile, nobody gets one: the node stops, and stops in time whatever became of its database.
   */
  hurry(ms: number): void {
    this.#hurryMs = ms;
    const taken = [...this.#taken];
    setTimeout(() => this.#giveUp(taken), ms).unref();
  }

  #giveUp(taken: Iterable<Taken>): void {
    for (const each of taken) {
      if (!this.#taken.has(each)) continue;
      this.#noteUnanswered(each.since);
      each.giveBack(false);
    }
  }

  /** One that waited since then has no answer: the database is lost, unless it is only slow with that one. */
  #noteUnanswered(since: number): void {
    if (this.#answeredAt < since) this.#lostSince = Math.min(this.#lostSince, performance.now());
  }

  #taking(client: pg.PoolClient): Taken {
    const taken: Taken = {
      client,
      since: performance.now(),
      giveBack: (isUsable) => {
        if (!this.#taken.delete(taken)) return;
        clearTimeout(timer);
        if (isUsable) {
          this.#answeredAt = performance.now();
          this.#usableAt.set(client, this.#answeredAt);
        }
        client.release(!isUsable);
      },
    };
    this.#taken.add(taken);
    const timer = this.#hurryMs === null ? undefined : setTimeout(() => this.#giveUp([taken]), this.#hurryMs).unref();
    return taken;
  }

  #connect(): Promise<pg.PoolClient> {
    if (this.#hurryMs === null) return this.#pool.connect();
    return this.#connectInAHurry(this.#hurryMs);
  }

  async #connectInAHurry(ms: number): Promise<pg.PoolClient> {
    if (performance.now() > this.#lostSince) throw new Error('Connection terminated: the node stops');
    const begun = performance.now();
    const connecting = this.#pool.connect();
    const { promise: tooLate, resolve } = Promise.withResolvers<null>();
    const timer = setTimeout(resolve, ms, null);
    const client = await Promise.race([connecting, tooLate]).finally(() => clearTimeout(timer));
    if (client !== null) return client;
    this.#noteUnanswered(begun);
    connecting.then(
      (late) => late.release(),
      () => {},
    );
    throw new Error('Connection terminated: the node stops');
  }

  /** Those that nothing was heard over since the middle of the time in which that statement was not answered. */
  #distrustSilent(begun: number): void {
    this.#silentSince = Math.max(this.#silentSince, (begun + performance.now()) / 2);
  }
}
