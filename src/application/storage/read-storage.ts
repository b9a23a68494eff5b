import type { Principal } from '../../domain/principal.ts';
import type { AgentStorage, PlatformStorage, StorageHolder } from '../../domain/storage.ts';
import { requireAdmin, requireManagerOf } from '../access.ts';
import type { Directory } from '../agents/directory.ts';
import type { StorageStore } from '../ports/storage-store.ts';
import type { StorageTotals } from './storage-totals.ts';

type Dependencies = {
  readonly storage: Pick<StorageStore, 'entriesOf'>;
  readonly storageTotals: StorageTotals;
  readonly directory: Pick<Directory, 'ownerOf'>;
};

/** What is stored, as this node counted it last. */
export function createReadStorage({ storage, storageTotals, directory }: Dependencies) {
  /** By the agent, its owner or an admin. */
  async function ofAgent(principal: Principal | null, agentId: string): Promise<AgentStorage> {
    await requireManagerOf(principal, agentId, directory.ownerOf);
    const [auditEntries = 0] = await storage.entriesOf([agentId]);
    return { ...storageTotals.ofAgent(agentId), auditEntries };
  }

  function inAll(principal: Principal | null): PlatformStorage {
    requireAdmin(principal);
    return storageTotals.inAll();
  }

  /** Senders, agents and owners of whom most is stored, so many. */
  function largest(principal: Principal | null, limit: number): readonly StorageHolder[] {
    requireAdmin(principal);
    return storageTotals.largest(limit);
  }

  return { ofAgent, inAll, largest };
}
