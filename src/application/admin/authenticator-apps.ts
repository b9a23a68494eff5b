import type { Principal } from '../../domain/principal.ts';
import { actOf } from '../audit/act.ts';
import type { AdminStore } from '../ports/admin-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { logActOfAdmin } from './log-act.ts';
import { requireNamed } from './require-named.ts';
import { newTotpSecret, totpSecretOf, totpStepOf, totpUri } from './totp.ts';

type Dependencies = {
  readonly admins: Pick<AdminStore, 'list' | 'addTotp'>;
  readonly clock: Clock;
  readonly log: Log;
};

/** A secret to give to an authenticator app, as it is typed and as a QR code says it. */
export type AuthenticatorOffer = { readonly secret: string; readonly uri: string };

/** An authenticator app as a further second factor, of a named administrator that has only passkeys. */
export function createAuthenticatorApps({ admins, clock, log }: Dependencies) {
  /** Changes nothing. The secret is `chosen`, or else a new one; null for whoever has an app already. */
  async function offerAuthenticator(principal: Principal | null, chosen: string): Promise<AuthenticatorOffer | null> {
    const { adminId, name } = requireNamed(principal);
    const account = (await admins.list()).find(({ id }) => id === adminId);
    if (account === undefined || account.hasTotp) return null;
    const secret = totpSecretOf(chosen) === null ? newTotpSecret() : chosen;
    return { secret, uri: totpUri(secret, name) };
  }

  /** `wrong` where the code is not of that secret now; `taken` for whoever has an app already. */
  async function addAuthenticator(
    principal: Principal | null,
    { secret, code }: { readonly secret: string; readonly code: string },
  ): Promise<'added' | 'wrong' | 'taken'> {
    const known = requireNamed(principal);
    const totpSecret = totpSecretOf(secret);
    const step = totpSecret && totpStepOf(totpSecret, code, clock.now());
    if (totpSecret === null || step === null) return 'wrong';
    if (!(await admins.addTotp(known.adminId, totpSecret, step, actOf(known, clock.now())))) return 'taken';
    logActOfAdmin(log, known, 'add an authenticator app', {});
    return 'added';
  }

  return { offerAuthenticator, addAuthenticator };
}
