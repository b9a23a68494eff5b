import { LRUCache } from 'lru-cache';
import type { Claim, Standing, StoredOf } from '../application/ports/rate-limiter.ts';

/** Windows that a node remembers; whoever has not been heard of for longest begins anew. */
const WINDOWS_MAX = 100_000;
/** That nothing was left is believed for so long, in milliseconds, so that a flood is not asked for one by one. */
const REFUSED_MS = 1_000;
/** What is stored is read so often at most, in milliseconds, while nodes cannot count together. */
const READ_MS = 1_000;

/** What nodes count in together. */
export type SharedCounts = {
  /** Counts one more, or one fewer: how many that makes, and in how many milliseconds the count begins anew. */
  add(claim: Claim, points: 1 | -1): Promise<Counted>;
  /** How many there are; null where there is no count. */
  look(claim: Claim): Promise<Counted | null>;
};
export type Counted = { readonly count: number; readonly msBeforeNext: number };

type Window = {
  count: number;
  readonly until: number;
  /** What all nodes had when they could last be asked; what came since is this node's alone. */
  base: number;
  refusedUntil: number;
  /** How many of the count this node let in since it last read what is stored, and when that was; null where it did not yet. */
  sinceRead: number;
  readAt: number | null;
  /** The read that is under way. */
  reading: Promise<void> | null;
};

const UNREAD = { sinceRead: 0, readAt: null, reading: null };
const NOTHING_TO_DO = Promise.resolve();

type Taken = Standing & { readonly isRefused: boolean };

/**
 * Counts of limits whose numbers change: a count is of its key and its window, and what it may be is asked with each claim.
 * Nodes count together where they can. Where they cannot, for now, each goes by what is stored, reads that again and again, and
 * has its share of what is left of the number by then, rounded up, so that all together let in one more for each further node at
 * most, whichever of them is asked. Nodes that never count together have each their share of the whole.
 */
export class Windows {
  readonly #shared: SharedCounts | null;
  readonly #nodes: () => number;
  readonly #windows = new LRUCache<string, Window>({ max: WINDOWS_MAX });

  /** `nodes` is how many are alive, this one included. */
  constructor(shared: SharedCounts | null, nodes: () => number) {
    this.#shared = shared;
    this.#nodes = nodes;
  }

  /** Takes a point of each, or of none: how each stands, and whether that one refused. */
  async take<Known extends Claim>(claims: readonly Known[], storedOf: StoredOf<Known>): Promise<readonly Taken[]> {
    const known = claims.map((claim) => this.#knownRefusal(claim));
    if (known.some((each) => each !== null)) {
      return claims.map((claim, at) => known[at] ?? { ...this.#standing(claim), isRefused: false });
    }
    const taken = await Promise.all(claims.map((claim) => this.#takeOne(claim, () => storedOf(claim))));
    if (!taken.some(({ isRefused }) => isRefused)) return taken;
    await this.refund(claims.filter((_, at) => taken[at]?.isRefused === false));
    return claims.map((claim, at) => ({ ...this.#standing(claim), isRefused: taken[at]?.isRefused ?? false }));
  }

  /** Gives back a point of each. */
  async refund(claims: readonly Claim[]): Promise<void> {
    await Promise.all(claims.map((claim) => this.#giveBack(claim)));
  }

  /** How each stands; takes nothing. */
  async look(claims: readonly Claim[]): Promise<readonly Standing[]> {
    return Promise.all(
      claims.map(async (claim) => {
        const counted = await this.#shared?.look(claim).catch(() => null);
        if (counted) this.#note(claim, counted);
        return this.#standing(claim);
      }),
    );
  }

  async #takeOne(claim: Claim, stored: () => Promise<number | null>): Promise<Taken> {
    const counted = await this.#shared?.add(claim, 1).catch(() => null);
    if (!counted) {
      if (this.#shared !== null) await this.#readStored(claim, stored);
      return this.#takeAlone(claim);
    }
    const window = this.#note(claim, counted);
    if (counted.count <= claim.points) return { ...this.#standing(claim), isRefused: false };
    window.refusedUntil = performance.now() + REFUSED_MS;
    await this.#giveBack(claim);
    return { ...this.#standing(claim), isRefused: true };
  }

  #takeAlone(claim: Claim): Taken {
    const window = this.#windowOf(claim);
    const isRefused = window.count + 1 > this.#mayHave(claim, window);
    if (!isRefused) {
      window.count += 1;
      window.sinceRead += 1;
    }
    return { ...this.#standing(claim), isRefused };
  }

  /**
   * What all nodes have let in, by what is stored: what this one let in a moment ago may be on its way there, so it counts
   * besides. Where that cannot be read, or is more than is ever counted, what is known stays.
   */
  #readStored(claim: Claim, stored: () => Promise<number | null>): Promise<void> {
    const window = this.#windowOf(claim);
    const isFresh = window.readAt !== null && window.readAt + READ_MS > performance.now();
    if (isFresh || window.reading) return window.reading ?? NOTHING_TO_DO;
    const read = stored().then((count) => {
      if (count === null) return;
      const known = window.readAt === null ? window.count : 0;
      window.base = Math.max(known, count + window.sinceRead);
      window.count = window.base;
      window.sinceRead = 0;
    });
    window.reading = read
      .catch(() => {})
      .finally(() => {
        window.readAt = performance.now();
        window.reading = null;
      });
    return window.reading;
  }

  async #giveBack(claim: Claim): Promise<void> {
    const counted = await this.#shared?.add(claim, -1).catch(() => null);
    if (counted) this.#note(claim, counted);
    else {
      const window = this.#windowOf(claim);
      window.count = Math.max(0, window.count - 1);
    }
  }

  #knownRefusal(claim: Claim): (Standing & { readonly isRefused: true }) | null {
    const window = this.#windows.get(nameOf(claim));
    const now = performance.now();
    const isKnown = window !== undefined && window.until > now && window.refusedUntil > now;
    return isKnown && window.count >= claim.points ? { ...this.#standing(claim), isRefused: true } : null;
  }

  #note(claim: Claim, { count, msBeforeNext }: Counted): Window {
    const refusedUntil = this.#windows.get(nameOf(claim))?.refusedUntil ?? 0;
    const until = performance.now() + Math.max(1, msBeforeNext);
    const window = { ...UNREAD, count, base: count, until, refusedUntil };
    this.#windows.set(nameOf(claim), window);
    return window;
  }

  #windowOf(claim: Claim): Window {
    const known = this.#windows.get(nameOf(claim));
    if (known && known.until > performance.now()) return known;
    const until = performance.now() + claim.windowSeconds * 1_000;
    const fresh = { ...UNREAD, count: 0, base: 0, until, refusedUntil: 0 };
    this.#windows.set(nameOf(claim), fresh);
    return fresh;
  }

  /** How many this node may count: all that there are while it counts with the others, its share of what was left alone. */
  #mayHave({ points }: Claim, { base }: Window): number {
    return base + Math.ceil(Math.max(0, points - base) / Math.max(1, this.#nodes()));
  }

  #standing(claim: Claim): Standing {
    const window = this.#windows.get(nameOf(claim));
    const now = performance.now();
    if (!window || window.until <= now) return { remaining: claim.points, resetSeconds: claim.windowSeconds };
    return {
      remaining: Math.max(0, claim.points - window.count),
      resetSeconds: Math.max(1, Math.ceil((window.until - now) / 1_000)),
    };
  }
}

const nameOf = ({ policy, key, windowSeconds }: Claim): string => `${policy}:${windowSeconds}:${key}`;
