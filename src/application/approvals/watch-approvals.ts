import type { Principal } from '../../domain/principal.ts';
import { requireApprover } from '../access.ts';
import type { Changes } from '../changes/changes.ts';
import { ApprovalFeed } from './approval-feed.ts';
import type { ReadApprovals } from './read-approvals.ts';

/** Followers of approvals on this node. */
export class ApprovalWatches {
  readonly #reads: Pick<ReadApprovals, 'list' | 'ofRequestsSeenBy'>;
  readonly #changes: Changes;
  readonly #feeds = new Set<ApprovalFeed>();

  constructor(deps: { readonly reads: Pick<ReadApprovals, 'list' | 'ofRequestsSeenBy'>; readonly changes: Changes }) {
    this.#reads = deps.reads;
    this.#changes = deps.changes;
    deps.changes.onGap(() => this.reconcile());
  }

  /** Whether anybody follows any. */
  get isAnyOpen(): boolean {
    return this.#feeds.size > 0;
  }

  /**
   * All that are pending, and then each that changes, of those that the caller sees; of one agent where one is named. What it sees is
   * asked for anew with everything that is read: an approver that is removed, or an agent that is somebody else's by now, is
   * told of nothing more.
   */
  open(principal: Principal | null, agentId: string | null): ApprovalFeed {
    requireApprover(principal, 'approvals:read');
    const of = agentId === null ? {} : { agentId };
    const feed = new ApprovalFeed({
      pending: async (limit, after) => {
        const page = { limit, ...(after !== undefined && { after }) };
        return (await this.#reads.list(principal, { statuses: ['PENDING'], ...of }, page)).rows;
      },
      ofRequests: (requestIds) => this.#reads.ofRequestsSeenBy(principal, requestIds),
    });
    const stop = this.#changes.subscribe('approval', '', (change) => {
      if (agentId === null || change.agentId === agentId) feed.changed(change.requestId);
    });
    this.#feeds.add(feed);
    return feed.onEnd(() => {
      stop();
      this.#feeds.delete(feed);
    });
  }

  /** Each follower is told what it may have missed. */
  reconcile(): void {
    for (const feed of this.#feeds) feed.readAllAgain();
  }
}
