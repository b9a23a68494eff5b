import { randomBytes } from 'node:crypto';
import { PASSWORD_ADMIN_NAME } from '../../domain/admin-account.ts';
import { newId } from '../../domain/new-id.ts';
import { actBy } from '../audit/act.ts';
import type { Changes } from '../changes/changes.ts';
import type { AdminCredential, AdminSessionStore } from '../ports/admin-session-store.ts';
import type { AdminStore } from '../ports/admin-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { ApplicationSettings } from '../settings.ts';
import { sha256 } from '../sha256.ts';
import type { LoginAttempts } from './login-attempts.ts';
import type { LoginCaller, LoginDevices } from './login-devices.ts';
import { hashPassword, isPasswordOf, PASSWORD_MAX_LENGTH } from './password-hash.ts';
import { waysIn } from './password-login.ts';
import { newToken } from './token.ts';

type Dependencies = {
  readonly sessions: AdminSessionStore;
  readonly admins: AdminStore;
  readonly attempts: LoginAttempts;
  readonly devices: LoginDevices;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: Pick<ApplicationSettings, 'adminPasswordLogin'>;
};

/** A session that was just opened. The token is known only here and in the cookie of whoever logged in. */
export type OpenedSession = { readonly token: string; readonly expiresAt: Date };

export type OpenedAdminSession = OpenedSession & {
  /** What the browser is known by from now on, whoever else gets a password wrong. */
  readonly deviceToken: string;
};

/** A generated password that lies where only the operator reads it, before it counts. */
export type KeptPassword = {
  /** It counts now. */
  confirm(): void;
  /** Another node was quicker, so it never will. */
  discard(): void;
};

export const SESSION_LIFETIME_MS = 12 * 60 * 60 * 1_000;
const GENERATED_PASSWORD_BYTES = 18;
const NOWHERE: KeptPassword = { confirm: () => undefined, discard: () => undefined };

/** The administrators' one password, and logging in with it. */
export function createPasswordLogins(deps: Dependencies) {
  const { sessions, admins, attempts, devices, changes, clock, log, settings } = deps;
  const { takeAttempt, failAttempt } = attempts;
  const { originOf, rememberDevice } = devices;

  /**
   * Makes the configured password the one that counts, on every node; a new one ends every session. Without a
   * configured one the password stays as it is, or a random one is made and answered, the first time only: once `keep` has
   * it. Where that throws there is none.
   */
  async function prepareAdminPassword(
    configured: string | undefined,
    keep: (password: string) => KeptPassword = () => NOWHERE,
  ): Promise<string | null> {
    const current = await sessions.credential();
    const isNeverUsed = settings.adminPasswordLogin === 'never';
    if (isNeverUsed && !(await admins.isAnyComplete())) {
      log.warn({}, 'nobody can log in as administrator: ADMIN_PASSWORD_LOGIN is "never", and nobody is set up by name');
    }
    if (configured === undefined) {
      if (current !== null || isNeverUsed) return null;
      const generated = randomBytes(GENERATED_PASSWORD_BYTES).toString('base64url');
      const kept = keep(generated);
      const counts = await replace(null, generated).catch((error) => {
        kept.discard();
        throw error;
      });
      if (!counts) kept.discard();
      else kept.confirm();
      return counts ? generated : null;
    }
    if (current !== null && (await isPasswordOf(current.passwordHash, configured))) return null;
    // Where another node was quicker, its password is checked again: it may be the same one.
    if (!(await replace(current, configured))) return prepareAdminPassword(configured);
    if (current !== null) {
      changes.publish('registry', '', { event: 'admin-sessions-ended', sessionIds: null });
      log.info({}, "the administrator's password changed; every session of the old one has ended");
    }
    return null;
  }

  const replace = async (current: AdminCredential | null, password: string): Promise<boolean> =>
    sessions.replaceCredential(
      current?.version ?? null,
      { passwordHash: await hashPassword(password), version: newId() },
      clock.now(),
    );

  /**
   * Opens a session, or answers null for a wrong password, and for any while the one password opens nothing. Failed logins are slowed and counted, as `takeAttempt` says; over
   * the limit it throws RateLimitedError. `deviceToken` is what the browser says it is known by.
   */
  async function logInAdmin(password: string, caller: LoginCaller): Promise<OpenedAdminSession | null> {
    if (!(await waysIn(admins, settings.adminPasswordLogin)).byPassword) return null;
    const origin = await originOf(caller);
    const refund = await takeAttempt(origin);
    const credential = await sessions.credential();
    const isRight =
      credential !== null &&
      password.length <= PASSWORD_MAX_LENGTH &&
      (await isPasswordOf(credential.passwordHash, password));
    if (!isRight) {
      await failAttempt(origin);
      return null;
    }
    await refund();
    const token = newToken();
    const createdAt = clock.now();
    const expiresAt = new Date(createdAt.getTime() + SESSION_LIFETIME_MS);
    const id = newId();
    await sessions.insertSession(
      {
        id,
        tokenHash: sha256(token),
        passwordVersion: credential.version,
        createdAt,
        expiresAt,
      },
      actBy({ kind: 'admin', id: null, keyId: null }, createdAt, { session: id }),
    );
    log.info({ sessionId: id, admin: PASSWORD_ADMIN_NAME, address: caller.address }, 'an administrator logged in');
    return { token, expiresAt, deviceToken: await rememberDevice(origin.device) };
  }

  return { prepareAdminPassword, logInAdmin };
}
