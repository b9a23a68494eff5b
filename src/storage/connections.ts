import type pg from 'pg';
import { UnansweredError } from './storage-errors.ts';

/** A connection that somebody has, until it is given back. */
export class Taken {
  /** Since when, by `performance.now()`. */
  readonly since = performance.now();
  /** By when the answer to what was asked last must be there, by `performance.now()`. */
  answerBy = Number.POSITIVE_INFINITY;
  /** Whether it was given up because an answer did not come in time. */
  isUnanswered = false;
  /** What limits how long it may be had, in a hurry. */
  limit: NodeJS.Timeout | undefined = undefined;
  /** What plans, columns and the like are kept by. */
  readonly client: pg.PoolClient;
  readonly #answerWithinMs: number;

  constructor(client: pg.PoolClient, answerWithinMs: number) {
    this.client = client;
    this.#answerWithinMs = answerWithinMs;
  }

  /** The connection, for one statement, whose answer is waited for from now on. */
  asking(): pg.PoolClient {
    this.answerBy = performance.now() + this.#answerWithinMs;
    return this.client;
  }

  /** The node stood still for so long: it could not hear the answer, which gets that time once more. */
  stoodStill(ms: number): void {
    if (this.answerBy === Number.POSITIVE_INFINITY) return;
    // What was asked after it woke has its time already.
    this.answerBy = Math.min(this.answerBy + ms, performance.now() + this.#answerWithinMs);
  }
}

/** How often it is looked for answers that did not come in time, in milliseconds: so much later it may be noticed. */
const LOOK_EVERY_MS = 250;
/** A look that is later than that is one of a node that stood still, as on a machine that slept. */
const STOOD_STILL_MS = 2_000;

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
  readonly #answerWithinMs: number;
  #isWatched = false;

  /** @param answerWithinMs how long an answer is waited for, unless whoever asks says otherwise */
  constructor(pool: pg.Pool, answerWithinMs: number) {
    this.#pool = pool;
    this.#answerWithinMs = answerWithinMs;
  }

  /** How many there may be. */
  get max(): number {
    return this.#pool.options.max;
  }

  /**
   * Runs the work on a connection; `isHarmless` says of which of its failures the connection is as good as before. Throws
   * what the driver throws, within the pool's time for connecting, and UnansweredError.
   */
  async use<Result>(
    work: (taken: Taken) => Promise<Result>,
    isHarmless: (error: unknown) => boolean,
    answerWithinMs = this.#answerWithinMs,
  ): Promise<Result> {
    const taken = await this.#take(answerWithinMs);
    try {
      const result = await work(taken);
      this.#giveBack(taken, true);
      return result;
    } catch (error) {
      if (taken.isUnanswered) throw new UnansweredError();
      this.#giveBack(taken, isHarmless(error));
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
      this.#giveBack(each, false);
    }
  }

  /** One that waited since then has no answer: the database is lost, unless it is only slow with that one. */
  #noteUnanswered(since: number): void {
    if (this.#answeredAt < since) this.#lostSince = Math.min(this.#lostSince, performance.now());
  }

  async #take(answerWithinMs: number): Promise<Taken> {
    for (;;) {
      const client = await this.#connect();
      if ((this.#usableAt.get(client) ?? Number.POSITIVE_INFINITY) < this.#silentSince) {
        client.release(true);
        continue;
      }
      const taken = new Taken(client, answerWithinMs);
      this.#taken.add(taken);
      if (this.#hurryMs !== null) taken.limit = setTimeout(() => this.#giveUp([taken]), this.#hurryMs).unref();
      this.#watch();
      return taken;
    }
  }

  /** `isUsable`: whether it may be used again. The first call counts. */
  #giveBack(taken: Taken, isUsable: boolean): void {
    if (!this.#taken.delete(taken)) return;
    clearTimeout(taken.limit);
    if (isUsable) {
      this.#answeredAt = performance.now();
      this.#usableAt.set(taken.client, this.#answeredAt);
    }
    taken.client.release(!isUsable);
  }

  /** One timer looks after all that are taken: the driver's own is one for each statement. */
  #watch(): void {
    if (this.#isWatched) return;
    this.#isWatched = true;
    const lookAt = performance.now() + LOOK_EVERY_MS;
    setTimeout(() => {
      this.#isWatched = false;
      const now = performance.now();
      if (now - lookAt > STOOD_STILL_MS) for (const each of this.#taken) each.stoodStill(now - lookAt);
      for (const each of this.#taken) if (each.answerBy <= now) this.#giveUpUnanswered(each);
      if (this.#taken.size > 0) this.#watch();
    }, LOOK_EVERY_MS).unref();
  }

  /** What it was asked fails, as its connection ends. */
  #giveUpUnanswered(taken: Taken): void {
    taken.isUnanswered = true;
    this.#distrustSilent(taken.since);
    this.#giveBack(taken, false);
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
