import type { Principal } from '../../domain/principal.ts';
import { requireApprover } from '../access.ts';
import type { Directory } from '../agents/directory.ts';
import type { Changes } from '../changes/changes.ts';
import type { ApproverStore } from '../ports/approver-store.ts';
import { ApprovalFeed } from './approval-feed.ts';
import type { ReadApprovals } from './read-approvals.ts';

type Dependencies = {
  readonly reads: Pick<ReadApprovals, 'list' | 'ofRequestsSeenBy'>;
  readonly approvers: Pick<ApproverStore, 'byIds'>;
  readonly directory: Pick<Directory, 'ownerOf'>;
  readonly changes: Changes;
};

/** Followers of approvals on this node. */
export class ApprovalWatches {
  readonly #deps: Dependencies;
  readonly #reads: Dependencies['reads'];
  readonly #changes: Changes;
  readonly #feeds = new Set<ApprovalFeed>();

  constructor(deps: Dependencies) {
    this.#deps = deps;
    this.#reads = deps.reads;
    this.#changes = deps.changes;
    deps.changes.onGap(() => this.reconcile());
  }

  /** Whether anybody follows any. */
  get isAnyOpen(): boolean {
    return this.#feeds.size > 0;
  }

  /**
   * All that are pending, but of many only the newest, and then each that changes, of those that the caller sees; of one agent
   * where one is named. What it sees is asked for anew with everything that is read: an approver that is removed, or an agent
   * that is somebody else's by now, is told of nothing more. Nothing is read for what happens at other agents than the caller's.
   */
  open(principal: Principal | null, agentId: string | null): ApprovalFeed {
    const isTheirs = this.#agentsOf(requireApprover(principal, 'approvals:read'));
    const of = agentId === null ? {} : { agentId };
    const feed = new ApprovalFeed({
      pending: async (limit, after) => {
        const page = { limit, ...(after !== undefined && { after }) };
        return (await this.#reads.list(principal, { statuses: ['PENDING'], ...of }, page)).rows;
      },
      ofRequests: (requestIds) => this.#reads.ofRequestsSeenBy(principal, requestIds),
    });
    const stop = this.#changes.subscribe('approval', '', (change) => {
      if (agentId !== null && change.agentId !== agentId) return;
      void isTheirs(change.agentId).then((is) => {
        if (is) feed.changed(change.requestId);
      });
    });
    this.#feeds.add(feed);
    return feed.onEnd(() => {
      stop();
      this.#feeds.delete(feed);
    });
  }

  /** Whether what happens at an agent may concern them, as far as this node knows; it does where nobody can say. */
  #agentsOf(principal: Follower): (agentId: string) => Promise<boolean> {
    if (principal.kind === 'admin') return async () => true;
    const { approvers, directory } = this.#deps;
    let ofApprover: Promise<ReadonlySet<string>> | null = null;
    const read = async (approverId: string) => new Set((await approvers.byIds([approverId]))[0]?.agentIds);
    const isTheirs = async (agentId: string) => {
      if (principal.kind === 'owner') return (await directory.ownerOf(agentId)) === principal.ownerId;
      // Which agents an approver is for is said once, when it is made.
      ofApprover ??= read(principal.approverId);
      return (await ofApprover).has(agentId);
    };
    return (agentId) =>
      isTheirs(agentId).catch(() => {
        ofApprover = null;
        return true;
      });
  }

  /** Each follower is told what it may have missed. */
  reconcile(): void {
    for (const feed of this.#feeds) feed.readAllAgain();
  }
}

type Follower = ReturnType<typeof requireApprover>;
