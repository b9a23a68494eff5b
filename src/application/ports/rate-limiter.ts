/**
 * Points per minute and key. Fail closed: a limiter that cannot answer throws, and the caller refuses.
 */
export interface RateLimiter {
  /** Takes one point. Answers 0, or in how many seconds to try again. */
  take(limit: 'registrations' | 'submissions' | 'failed-logins', key: string): Promise<number>;
}
