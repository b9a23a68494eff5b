import type { StorageTotals } from '../../storage/storage-totals.ts';
import type { AdmissionCheck } from './admit.ts';

/** What is stored has a bound: of the sender, of the agent, of its owner and in all. */
export const refuseStorageFull =
  ({ storageTotals }: { readonly storageTotals: Pick<StorageTotals, 'refuse'> }): AdmissionCheck =>
  ({ senderId, agent }) => {
    storageTotals.refuse(null, { senderId, agentId: agent.id, ownerId: agent.ownerId });
    return undefined;
  };
