import type { ApiKey } from '../../domain/api-key.ts';
import { instantText } from '../../domain/instant-text.ts';

const DAY_MS = 86_400_000;

/**
 * When keys that are made now expire. A key that expires makes none that outlives it, or whoever has it would keep it up
 * for ever; but for one that was made for the platform's whole lifetime (KEY_LIFETIME_DAYS), which may make the next of that
 * lifetime: otherwise every holder would end with its first key (docs/decisions/0046). One that was replaced has its next already,
 * and only goes on for the overlap.
 */
export class KeyEnds {
  readonly #lifetimeMs: number | null;

  /** 0 days: keys do not expire unless somebody says when. */
  constructor(lifetimeDays: number) {
    this.#lifetimeMs = lifetimeDays === 0 ? null : lifetimeDays * DAY_MS;
  }

  /** Of a key that nobody said anything about; null for never. */
  usual(at: Date): Date | null {
    return this.#lifetimeMs === null ? null : after(at, this.#lifetimeMs);
  }

  /** The latest end of what that key makes; null where there is none. `maker` is null for an administrator. */
  latest(maker: ApiKey | null, at: Date): Date | null {
    if (maker === null || maker.expiresAt === null) return null;
    const isWhole =
      this.#lifetimeMs !== null && !maker.isReplaced && lengthOf(maker, maker.expiresAt) >= this.#lifetimeMs;
    return isWhole ? latestOf(maker.expiresAt, this.usual(at)) : maker.expiresAt;
  }

  /** Of a key that the maker makes without saying when. */
  ofNext(maker: ApiKey | null, at: Date): Date | null {
    return earliestOf(this.usual(at), this.latest(maker, at));
  }

  /** Of the key that replaces this one: it lives as long as that was to live, but no longer than one that is made now. */
  ofReplacement(former: ApiKey, maker: ApiKey | null, at: Date): Date | null {
    const asLong = former.expiresAt === null ? null : after(at, lengthOf(former, former.expiresAt));
    return earliestOf(asLong, this.ofNext(maker, at));
  }
}

/** Why a key is not made that is to expire then; null where nothing is wrong with that. */
export function problemOfEnd(expiresAt: Date, latest: Date | null, at: Date): string | null {
  if (expiresAt <= at) return 'must be in the future';
  if (latest === null || expiresAt <= latest) return null;
  return `must not be later than ${instantText(latest)}: a key that expires makes none that outlives it`;
}

const lengthOf = ({ createdAt }: ApiKey, expiresAt: Date): number => expiresAt.getTime() - createdAt.getTime();

const after = (at: Date, ms: number): Date => new Date(at.getTime() + ms);

const earliestOf = (a: Date | null, b: Date | null): Date | null => (a === null || (b !== null && b < a) ? b : a);

const latestOf = (a: Date, b: Date | null): Date => (b !== null && b > a ? b : a);
