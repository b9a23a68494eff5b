export type RateLimit =
  | 'registrations'
  | 'submissions'
  | 'publications'
  | 'new-keys'
  | 'webhook-tests'
  | 'decisions'
  | 'failed-logins'
  | 'failed-logins-of-device'
  | 'failed-logins-in-all'
  | 'failed-key-logins'
  | 'failed-codes';

/** A point of a limit whose number may change: so many `points` within a window that begins with the first one taken. */
export type Claim = {
  /** Which limit, among those of one window. */
  readonly policy: string;
  readonly key: string;
  readonly points: number;
  readonly windowSeconds: number;
};

/** How many requests that a claim is about were stored within its window up to now; null where they are too many to be counted. */
export type StoredOf<Known extends Claim = Claim> = (claim: Known) => Promise<number | null>;

/** How a limit stands: what is left of it, and in how many seconds it begins anew. */
export type Standing = { readonly remaining: number; readonly resetSeconds: number };

/** What became of a point: how the limit stands, and 0 or in how many seconds to try again. */
export type Taken = Standing & {
  readonly quota: number;
  readonly windowSeconds: number;
  readonly retryAfterSeconds: number;
};

/**
 * Points per minute and key. Fail closed: a limiter that cannot answer throws, and the caller refuses.
 */
export interface RateLimiter {
  /** Takes one point, if there is one. */
  take(limit: RateLimit, key: string): Promise<Taken>;
  /** Refunds one point, taken for something that is not to be counted after all. */
  refund(limit: RateLimit, key: string): Promise<void>;
  /** How the limit stands; takes nothing. */
  look(limit: RateLimit, key: string): Promise<Omit<Taken, 'retryAfterSeconds'>>;
  /**
   * Takes a point of each claim, or of none where one refuses: how each stands, and whether it is the one. Nodes that cannot
   * count together for now go by what is stored.
   */
  takeAll<Known extends Claim>(
    claims: readonly Known[],
    storedOf: StoredOf<Known>,
  ): Promise<readonly (Standing & { readonly isRefused: boolean })[]>;
  refundAll(claims: readonly Claim[]): Promise<void>;
  lookAtAll(claims: readonly Claim[]): Promise<readonly Standing[]>;
}
