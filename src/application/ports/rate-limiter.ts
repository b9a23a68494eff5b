export type RateLimit =
  | 'registrations'
  | 'submissions'
  | 'publications'
  | 'new-keys'
  | 'webhook-tests'
  | 'failed-logins'
  | 'failed-logins-of-device'
  | 'failed-logins-in-all'
  | 'failed-codes';

/**
 * Points per minute and key. Fail closed: a limiter that cannot answer throws, and the caller refuses.
 */
export interface RateLimiter {
  /** Takes one point. Answers 0, or in how many seconds to try again. */
  take(limit: RateLimit, key: string): Promise<number>;
  /** Refunds one point, taken for something that is not to be counted after all. */
  refund(limit: RateLimit, key: string): Promise<void>;
}
