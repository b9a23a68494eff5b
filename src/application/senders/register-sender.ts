import { Type } from 'typebox';
import {
  InvalidInputError,
  RateLimitedError,
  RegistrationClosedError,
  WorkRequiredError,
} from '../../domain/errors.ts';
import type { InputValueOf } from '../../domain/fields.ts';
import { newId } from '../../domain/new-id.ts';
import type { Principal } from '../../domain/principal.ts';
import { SENDER, type Sender } from '../../domain/sender.ts';
import { actOf } from '../audit/act.ts';
import { InputIssues } from '../input-issues.ts';
import {
  INVITATION_CODE,
  invalidInvitation,
  invitationNeeded,
  requireOpenRegistration,
} from '../invitations/admission.ts';
import { PROOF_OF_WORK, type RegistrationWork } from '../invitations/proof-of-work.ts';
import type { KeyEnds } from '../keys/key-ends.ts';
import { newApiKey } from '../keys/new-api-key.ts';
import { takePoint } from '../limits/take-point.ts';
import type { Clock } from '../ports/clock.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import type { SenderStore } from '../ports/sender-store.ts';
import type { ApplicationSettings } from '../settings.ts';
import type { StorageTotals } from '../storage/storage-totals.ts';

export const REGISTER_SENDER = Type.Object({
  ...Type.Pick(SENDER, ['displayName']).properties,
  invitation: INVITATION_CODE,
  proofOfWork: PROOF_OF_WORK,
});
export type RegisterSenderInput = InputValueOf<typeof REGISTER_SENDER>;

type Dependencies = {
  readonly senders: SenderStore;
  readonly storageTotals: Pick<StorageTotals, 'refuse'>;
  readonly rateLimiter: RateLimiter;
  readonly keyEnds: KeyEnds;
  readonly registrationWork: Pick<RegistrationWork, 'checkWork'>;
  readonly clock: Clock;
  readonly settings: Pick<ApplicationSettings, 'registration'>;
};

/** What registering a sender throws. */
export const REGISTER_SENDER_ERRORS = [
  InvalidInputError,
  RegistrationClosedError,
  WorkRequiredError,
  RateLimitedError,
] as const;

/**
 * Registers a sender and answers it with its first key. Open to everybody, unless REGISTRATION says otherwise; with an
 * owner's key it is that owner's. Throws REGISTER_SENDER_ERRORS.
 */
export function createRegisterSender({
  senders,
  storageTotals,
  rateLimiter,
  keyEnds,
  registrationWork,
  clock,
  settings,
}: Dependencies) {
  return async (principal: Principal | null, input: RegisterSenderInput, address: string) => {
    requireOpenRegistration(settings.registration, principal, input.invitation);
    const issues = new InputIssues();
    issues.texts(REGISTER_SENDER, input);
    issues.throwIfAny();
    const ownerId = principal?.kind === 'owner' ? principal.ownerId : null;
    storageTotals.refuse(principal, { ownerId });
    const spendProof = await registrationWork.checkWork(principal, input.proofOfWork);
    await takePoint(rateLimiter, 'registrations', address);
    const codeHash = invitationNeeded(settings.registration, principal, input.invitation);
    const at = clock.now();
    const sender: Sender = { id: newId(), displayName: input.displayName, createdAt: at };
    const { key, text } = newApiKey('SENDER', keyEnds.usual(at));
    await spendProof?.();
    if (!(await senders.insert(sender, key, { ownerId, codeHash, act: actOf(principal, at) })))
      throw invalidInvitation();
    return { sender, apiKey: text };
  };
}
