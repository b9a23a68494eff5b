import { RateLimitedError } from '../../domain/errors.ts';
import type { FailedAuthentications } from '../audit/failed-authentications.ts';
import { refundPoint, takePoint } from '../limits/take-point.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import type { LoginOrigin } from './login-devices.ts';

/** Every wrong attempt is answered so much later, besides what checking it costs. */
const FAILED_LOGIN_DELAY_MS = 500;

export type LoginAttempts = ReturnType<typeof createLoginAttempts>;

/** Counts attempts to log in, and slows the wrong ones. */
export function createLoginAttempts({
  rateLimiter,
  failedAuthentications,
  clock,
  log,
}: {
  readonly rateLimiter: RateLimiter;
  readonly failedAuthentications: Pick<FailedAuthentications, 'count'>;
  readonly clock: Clock;
  readonly log: Log;
}) {
  /**
   * Counts the attempt before it is made, so that many at once do not slip through; answers what refunds a right one. A
   * browser that somebody was in with has its own count and no other, so that no stranger can use it up; everybody else is
   * counted by address and in all. Throws RateLimitedError over the limit: nothing is even checked then.
   */
  async function takeAttempt({ address, device }: LoginOrigin): Promise<() => Promise<void>> {
    if (device !== null) {
      await takePoint(rateLimiter, 'failed-logins-of-device', device.key);
      return () => refundPoint(rateLimiter, 'failed-logins-of-device', device.key);
    }
    const refundOwn = () => refundPoint(rateLimiter, 'failed-logins', address);
    await takePoint(rateLimiter, 'failed-logins', address);
    // Never told in numbers: what strangers use up is nobody's to know.
    const { retryAfterSeconds } = await rateLimiter.take('failed-logins-in-all', '');
    if (retryAfterSeconds > 0) {
      await refundOwn();
      throw new RateLimitedError(retryAfterSeconds, undefined, ['failed-logins-in-all']);
    }
    return async () => {
      await refundOwn();
      await rateLimiter.refund('failed-logins-in-all', '');
    };
  }

  /**
   * Says that an attempt failed, and answers when whoever made it has waited for it. The name is of an administrator whose
   * password was right.
   */
  async function failAttempt({ address }: LoginOrigin, name?: string): Promise<void> {
    failedAuthentications.count('logins');
    if (name === undefined) log.warn({ address }, 'a login as administrator failed');
    else log.warn({ address, admin: name }, 'a login as administrator had the password and not the second factor');
    await new Promise<void>((resolve) => clock.after(FAILED_LOGIN_DELAY_MS, resolve));
  }

  return { takeAttempt, failAttempt };
}
