import { BlockedError } from '../../../domain/errors.ts';
import type { AdmissionCheck } from './admit.ts';

/** The agent's owner takes nothing from whom it blocked, and does not say why. */
export const refuseBlocked: AdmissionCheck = ({ senderId, rules }) => {
  if (rules.senders.get(senderId)?.blocked === true) throw new BlockedError();
  return undefined;
};
