import type { Actor } from '../../domain/actor.ts';
import { newId } from '../../domain/new-id.ts';
import { actBy } from '../audit/act.ts';
import { refundPoint, takePoint } from '../limits/take-point.ts';
import type { AdminAt, AdminStore } from '../ports/admin-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { ConsoleSessionStore, HalfLogin } from '../ports/console-session-store.ts';
import type { Log } from '../ports/log.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import { sha256 } from '../sha256.ts';
import type { LoginAttempts } from './login-attempts.ts';
import type { LoginCaller, LoginDevices, LoginOrigin } from './login-devices.ts';
import type { PasskeyAnswer, Passkeys } from './passkeys.ts';
import { isPasswordOf, NOBODYS_HASH, PASSWORD_MAX_LENGTH } from './password-hash.ts';
import { type OpenedAdminSession, SESSION_LIFETIME_MS } from './password-logins.ts';
import { recoveryHashOf } from './recovery-codes.ts';
import { isToken, newToken } from './token.ts';
import { totpStepOf } from './totp.ts';

type Dependencies = {
  readonly admins: AdminStore;
  readonly consoleSessions: ConsoleSessionStore;
  readonly passkeys: Pick<Passkeys, 'isPasskeyOf'>;
  readonly attempts: LoginAttempts;
  readonly devices: LoginDevices;
  readonly rateLimiter: RateLimiter;
  readonly clock: Clock;
  readonly log: Log;
};

/** How long somebody may take from the password to the second factor. */
const HALF_LIFETIME_MS = 5 * 60 * 1_000;

/** Logging in by name: a password, then a code or a passkey. */
export function createNamedLogins(deps: Dependencies) {
  const { admins, consoleSessions, passkeys, attempts, devices, rateLimiter, clock, log } = deps;

  const sessionFor = (token: string, lifetimeMs: number) => {
    const createdAt = clock.now();
    return {
      id: newId(),
      tokenHash: sha256(token),
      createdAt,
      expiresAt: new Date(createdAt.getTime() + lifetimeMs),
    };
  };

  /**
   * The token of a login that lacks its second factor; null for a wrong name or password, without telling which. Throws
   * RateLimitedError, as `takeAttempt` says.
   */
  async function logInByName(
    { name, password }: { readonly name: string; readonly password: string },
    caller: LoginCaller,
  ): Promise<{ readonly token: string; readonly expiresAt: Date } | null> {
    const origin = await devices.originOf(caller);
    const refund = await attempts.takeAttempt(origin);
    const admin = await admins.byName(name.trim().toLowerCase());
    // For an unknown name a hash is computed, too: how long it takes tells nothing.
    const isRight =
      password.length <= PASSWORD_MAX_LENGTH && (await isPasswordOf(admin?.passwordHash ?? NOBODYS_HASH, password));
    if (!isRight || admin === null) {
      await attempts.failAttempt(origin);
      return null;
    }
    await refund();
    const token = newToken();
    const session = sessionFor(token, HALF_LIFETIME_MS);
    await consoleSessions.insertHalf(admin, session);
    return { token, expiresAt: session.expiresAt };
  }

  /** With a code of the authenticator, or a recovery code. Otherwise as `prove`. */
  const proveByCode = (token: string | null, code: string, caller: LoginCaller) =>
    prove(token, caller, (half, origin) => isSecondFactor(half, code, origin));

  /** With what a passkey answered. Otherwise as `prove`. */
  const proveByPasskey = (token: string | null, answer: PasskeyAnswer, caller: LoginCaller) =>
    prove(token, caller, (half) => passkeys.isPasskeyOf(half, answer));

  /**
   * Opens the session that a login by name becomes with its second factor. `wrong` for any other, `over` where there is no
   * such login any more. Throws RateLimitedError.
   */
  async function prove(
    token: string | null,
    caller: LoginCaller,
    isFactor: (half: HalfLogin, origin: LoginOrigin) => Promise<boolean>,
  ): Promise<OpenedAdminSession | 'wrong' | 'over'> {
    const half =
      token !== null && isToken(token) ? await consoleSessions.halfByTokenHash(sha256(token), clock.now()) : null;
    if (half === null) return 'over';
    const origin = await devices.originOf(caller);
    const refund = await attempts.takeAttempt(origin);
    const isRight = await isFactor(half, origin);
    if (!isRight) {
      await attempts.failAttempt(origin, half.admin.name);
      return 'wrong';
    }
    await refund();
    const sessionToken = newToken();
    const session = sessionFor(sessionToken, SESSION_LIFETIME_MS);
    if (!(await consoleSessions.complete(half, session, loggingIn(half.admin, session)))) return 'over';
    return opened(half.admin, sessionToken, session, origin);
  }

  /** Opens a session for somebody who has just shown both factors. */
  async function openSession(admin: AdminAt, caller: LoginCaller): Promise<OpenedAdminSession> {
    const token = newToken();
    const session = sessionFor(token, SESSION_LIFETIME_MS);
    await consoleSessions.insert(admin, session, loggingIn(admin, session));
    return opened(admin, token, session, await devices.originOf(caller));
  }

  async function opened(
    { name }: AdminAt,
    token: string,
    { id, expiresAt }: { readonly id: string; readonly expiresAt: Date },
    { address, device }: LoginOrigin,
  ): Promise<OpenedAdminSession> {
    log.info({ sessionId: id, admin: name, address }, 'an administrator logged in');
    return { token, expiresAt, deviceToken: await devices.rememberDevice(device) };
  }

  async function isSecondFactor({ admin, totpSecret }: HalfLogin, code: string, origin: LoginOrigin): Promise<boolean> {
    const recoveryHash = recoveryHashOf(code);
    if (recoveryHash !== null) {
      const left = await admins.useRecoveryCode(admin, recoveryHash, actBy(actorOfAdmin(admin), clock.now()));
      if (left !== null) log.warn({ admin: admin.name, left }, 'an administrator used a recovery code');
      return left !== null;
    }
    // Whoever has the password may try codes of six digits: few, wherever from. A known browser has its own few.
    const key = origin.device === null ? admin.id : `${admin.id} ${origin.device.key}`;
    await takePoint(rateLimiter, 'failed-codes', key);
    const step = totpSecret && totpStepOf(totpSecret, code, clock.now());
    if (step === null || !(await admins.useTotpStep(admin, step))) return false;
    await refundPoint(rateLimiter, 'failed-codes', key);
    return true;
  }

  return { logInByName, proveByCode, proveByPasskey, openSession };
}

const actorOfAdmin = ({ id }: AdminAt): Actor => ({ kind: 'admin', id, keyId: null });

const loggingIn = (admin: AdminAt, { id, createdAt }: { readonly id: string; readonly createdAt: Date }) =>
  actBy(actorOfAdmin(admin), createdAt, { session: id });
