import { holderIdOf, type KeyPrincipal, type Principal } from '../../domain/principal.ts';
import type { AgentStorage, OwnStorage, PlatformStorage, StorageHolder, StorageUse } from '../../domain/storage.ts';
import {
  forbidden,
  isOwnerItself,
  requireAdmin,
  requireKeysManager,
  requireManagerOf,
  requirePrincipal,
  requireSenderItself,
} from '../access.ts';
import type { Directory } from '../agents/directory.ts';
import type { StorageStore } from '../ports/storage-store.ts';
import type { StorageTotals } from './storage-totals.ts';

type Dependencies = {
  readonly storage: Pick<StorageStore, 'entriesOf'>;
  readonly storageTotals: StorageTotals;
  readonly directory: Pick<Directory, 'ownerOf'>;
};

/** An agent's own requests count as a sender's. */
const HELD_AS = { sender: ['SENDER'], agent: ['AGENT', 'SENDER'], owner: ['OWNER'] } as const;

/** What is stored, as this node counted it last. */
export function createReadStorage({ storage, storageTotals, directory }: Dependencies) {
  /** By the agent, its owner or an admin. Not counted yet as long as either of both is not. */
  async function ofAgent(principal: Principal | null, agentId: string): Promise<AgentStorage> {
    await requireManagerOf(principal, agentId, directory.ownerOf);
    const [auditEntries = 0] = await storage.entriesOf([agentId]);
    const held = storageTotals.of('AGENT', agentId);
    const { bytes: sentBytes, maxBytes: sentMaxBytes, countedAt: sentCountedAt } = storageTotals.of('SENDER', agentId);
    return { ...held, countedAt: sentCountedAt && held.countedAt, sentBytes, sentMaxBytes, auditEntries };
  }

  /** By the sender or an admin. */
  function ofSender(principal: Principal | null, senderId: string): StorageUse {
    requireSenderItself(principal, senderId);
    return storageTotals.of('SENDER', senderId);
  }

  /** By the owner or an admin. */
  function ofOwner(principal: Principal | null, ownerId: string): StorageUse {
    const known = requirePrincipal(principal);
    if (!isOwnerItself(known, ownerId)) throw forbidden(known, 'ownerItself');
    return storageTotals.of('OWNER', ownerId);
  }

  /** Of whoever asks by a key that manages its holder, by each bound that the holder's calls are held to. */
  async function own(principal: KeyPrincipal): Promise<readonly OwnStorage[]> {
    const holder = requireKeysManager(principal);
    const id = holderIdOf(holder);
    const kinds = HELD_AS[holder.kind];
    return kinds.map((kind) => ({ kind, id, ...storageTotals.of(kind, id) }));
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

  return { ofAgent, ofSender, ofOwner, own, inAll, largest };
}
