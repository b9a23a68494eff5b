import { SuspendedError } from '../../../domain/errors.ts';
import type { AdmissionCheck } from './admit.ts';

/** Nobody asks anything while an administrator has stopped them, and nobody asks an agent that is stopped. */
export const refuseSuspended: AdmissionCheck = ({ isSenderSuspended, agent }) => {
  if (isSenderSuspended) throw new SuspendedError('sender');
  if (agent.isSuspended) throw new SuspendedError('agent');
  return undefined;
};
