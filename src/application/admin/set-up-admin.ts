import { newId } from '../../domain/new-id.ts';
import { actOf } from '../audit/act.ts';
import type { AdminStore } from '../ports/admin-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { sha256 } from '../sha256.ts';
import type { LoginCaller } from './login-devices.ts';
import type { createNamedLogins } from './named-logins.ts';
import type { PasskeyAnswer, Passkeys } from './passkeys.ts';
import { hashPassword, PASSWORD_MAX_LENGTH } from './password-hash.ts';
import type { OpenedAdminSession } from './password-logins.ts';
import { PASSWORD_MIN_LENGTH } from './password-strength.ts';
import { newRecoveryCodes, recoveryHashOf } from './recovery-codes.ts';
import { isToken } from './token.ts';
import { newTotpSecret, totpSecretOf, totpStepOf, totpUri } from './totp.ts';

type Dependencies = {
  readonly admins: AdminStore;
  readonly passkeys: Pick<Passkeys, 'offerAtSetup' | 'madeAtSetup'>;
  readonly logins: Pick<ReturnType<typeof createNamedLogins>, 'openSession'>;
  readonly clock: Clock;
  readonly log: Log;
};

/** What the page of a link shows: whose it is, a secret to give to an authenticator, and what a browser is asked for a passkey. */
export type SetupOffer = {
  readonly name: string;
  readonly secret: string;
  readonly uri: string;
  /** Null where no browser would make one. */
  readonly passkeyOptions: string | null;
};

/** What was chosen on it: a passkey, or else the secret that was offered with a code of it. */
export type SetupChoice = {
  readonly password: string;
  readonly secret: string;
  readonly code: string;
  /** Empty where none was made. */
  readonly passkey: PasskeyAnswer;
};

/** A new administrator's first way in: a link, with which it chooses a password and a second factor. */
export function createSetUpAdmin({ admins, passkeys, logins, clock, log }: Dependencies) {
  const invited = async (token: string) => (isToken(token) ? admins.bySetupHash(sha256(token), clock.now()) : null);

  /**
   * Changes nothing: links are opened by more than people. The secret is `chosen`, or else a new one. Null for a link that
   * was used, has expired or never was.
   */
  async function setupOf(token: string, origin: string, chosen?: string): Promise<SetupOffer | null> {
    const found = await invited(token);
    if (found === null) return null;
    const secret = chosen !== undefined && totpSecretOf(chosen) !== null ? chosen : newTotpSecret();
    const passkeyOptions = await passkeys.offerAtSetup(token, found.name, origin);
    return { name: found.name, secret, uri: totpUri(secret, found.name), passkeyOptions };
  }

  /**
   * Logs the administrator in, and answers recovery codes, which are known only here. `password`, `code` or `passkey` where
   * that is not good; null for a link that was used, has expired or never was.
   */
  async function setUpAdmin(
    token: string,
    { password, passkey: answer, ...choice }: SetupChoice,
    caller: LoginCaller,
  ): Promise<
    | { readonly session: OpenedAdminSession; readonly recoveryCodes: readonly string[] }
    | 'password'
    | 'code'
    | 'passkey'
    | null
  > {
    if ((await invited(token)) === null) return null;
    if ([...password].length < PASSWORD_MIN_LENGTH || password.length > PASSWORD_MAX_LENGTH) return 'password';
    const isPasskey = answer.response !== '';
    const passkey = isPasskey ? await passkeys.madeAtSetup(token, answer) : null;
    if (isPasskey && passkey === null) return 'passkey';
    const totp = isPasskey ? NO_TOTP : totpOf(choice);
    if (totp === null) return 'code';
    const recoveryCodes = newRecoveryCodes();
    const at = clock.now();
    const admin = await admins.setUp(
      sha256(token),
      {
        passwordHash: await hashPassword(password),
        ...totp,
        recoveryHashes: recoveryCodes.flatMap((each) => recoveryHashOf(each) ?? []),
        version: newId(),
      },
      passkey,
      at,
      actOf(null, at),
    );
    if (admin === null) return null;
    log.info({ adminId: admin.id, admin: admin.name }, 'an administrator set its password and second factor');
    return { session: await logins.openSession(admin, caller), recoveryCodes };
  }

  /** The secret that was chosen, and the step of its code; null where they do not go together. */
  function totpOf({ secret, code }: Pick<SetupChoice, 'secret' | 'code'>) {
    const totpSecret = totpSecretOf(secret);
    const totpStep = totpSecret && totpStepOf(totpSecret, code, clock.now());
    return totpSecret === null || totpStep === null ? null : { totpSecret, totpStep };
  }

  return { setupOf, setUpAdmin };
}

const NO_TOTP = { totpSecret: null, totpStep: null };
