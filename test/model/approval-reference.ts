import type { ApprovalVerdict } from '../../src/application/ports/decision-store.ts';
import type { ApprovalStatus } from '../../src/domain/approval.ts';
import type { RequestStatus } from '../../src/domain/request.ts';

/** A held request and what people are asked about it, as the design describes them. Times are plain numbers. */
export type Item = {
  readonly senderId: string;
  /** Null where its sender said when it ends. */
  readonly lifetimeMs: number | null;
  /** When nobody can decide any more. */
  readonly endsAt: number;
  requestEndsAt: number;
  request: RequestStatus;
  approval: ApprovalStatus;
  /** Of the approval; each change makes it one higher. */
  revision: number;
  /** What it is bound to. */
  version: number;
  quorum: number;
  /** Which params would be done: 0 are those that were asked for. */
  params: number;
  /** How often it was delivered, and until when the agent has it alone. */
  attempts: number;
  leaseEndsAt: number;
  /** Who approved what is now to be done, in the order in which they did. */
  votes: readonly string[];
  /** What each of them said last. */
  said: ReadonlyMap<string, ApprovalVerdict>;
};

export type Operation =
  | {
      readonly kind: 'decide';
      readonly id: string;
      readonly voter: string;
      readonly verdict: ApprovalVerdict;
      /** The revision that was looked at last: another one may be about the same. Null for something made up. */
      readonly shown: Pick<Item, 'version' | 'quorum' | 'params'> | null;
      /** What is to be done in place of it; null for what was looked at. */
      readonly edit: number | null;
    }
  | { readonly kind: 'rebind' | 'refuse'; readonly id: string; readonly seenRevision: number }
  | { readonly kind: 'cancel' | 'cancel-as-before' | 'complete'; readonly id: string }
  /** Its first delivery, or one more once nobody acked the one before. */
  | { readonly kind: 'deliver'; readonly id: string; readonly seenAttempts: number }
  | { readonly kind: 'remove-approver'; readonly voter: string }
  | { readonly kind: 'set-quorum'; readonly quorum: number }
  | { readonly kind: 'publish' | 'expire' | 'delete-agent' };

/** How long a delivery that is not acked is the only one. */
export const LEASE_MS = 1_000;

/** What an operation answers: an outcome, or the requests that it changed. */
export type Answer = string | readonly string[];

const FINAL: readonly RequestStatus[] = ['COMPLETED', 'FAILED', 'REJECTED', 'CANCELLED', 'TIMEOUT'];
const isOver = ({ request }: Item): boolean => FINAL.includes(request);
const ENDS_AS = { APPROVE: 'APPROVED', DENY: 'DENIED' } as const;

/** One agent and what is held of it: the whole state, small enough to be read in one sitting. The stores are held to it. */
export class Reference {
  readonly items = new Map<string, Item>();
  removed: ReadonlySet<string> = new Set();
  isDeleted = false;
  version = 1;
  quorum = 1;
  now = 0;

  copy(): Reference {
    const copy = Object.assign(new Reference(), this, { items: new Map() });
    for (const [id, item] of this.items) copy.items.set(id, { ...item });
    return copy;
  }

  /** Whether the operation, alone in the world, does and answers that. A sweep passes over what others are changing. */
  apply(operation: Operation, answered: Answer, amongOthers: boolean): boolean {
    switch (operation.kind) {
      case 'decide':
        return this.#decide(operation) === answered;
      case 'rebind':
        return this.#rebind(operation) === answered;
      case 'refuse':
        return this.#refuse(operation) === answered;
      case 'cancel':
        return this.#cancel(this.#item(operation.id)) === answered;
      case 'cancel-as-before':
        return this.#cancelAsBefore(this.#item(operation.id)) === answered;
      case 'deliver':
        return this.#deliver(this.#item(operation.id), operation.seenAttempts, answered, amongOthers);
      case 'complete':
        return this.#complete(this.#item(operation.id)) === answered;
      case 'expire':
        return this.#expire(answered, amongOthers);
      case 'remove-approver':
        this.removed = new Set([...this.removed, operation.voter]);
        return true;
      case 'set-quorum':
        if (!this.isDeleted) this.quorum = operation.quorum;
        return true;
      case 'publish':
        if (!this.isDeleted) this.version += 1;
        return true;
      case 'delete-agent':
        this.isDeleted = true;
        for (const item of this.items.values()) {
          if (!isOver(item) && item.requestEndsAt > this.now) this.#end(item, 'CANCELLED', 'CANCELLED');
        }
        return true;
    }
  }

  #item(id: string): Item {
    const item = this.items.get(id);
    if (!item) throw new Error('the reference does not know the request');
    return item;
  }

  #end(item: Item, request: RequestStatus, approval: ApprovalStatus): void {
    item.request = request;
    if (item.approval !== 'PENDING') return;
    item.approval = approval;
    item.revision += 1;
  }

  #decide({ id, voter, verdict, shown, edit }: Extract<Operation, { kind: 'decide' }>): string {
    const item = this.#item(id);
    if (this.isDeleted || this.removed.has(voter)) return 'gone';
    if (item.approval !== 'PENDING') {
      const isSame = edit === null || edit === item.params;
      const isSaidAgain = isSame && item.said.get(voter) === verdict && item.approval === ENDS_AS[verdict];
      return isSaidAgain ? 'again' : `over ${item.approval}`;
    }
    if (item.endsAt <= this.now) return 'over EXPIRED';
    const isShown = shown?.version === item.version && shown.quorum === item.quorum && shown.params === item.params;
    const isInForce = item.version === this.version && item.quorum === this.quorum;
    // What was shown may be denied whatever is in force by now: that lets nothing pass.
    if (!isShown || (verdict === 'APPROVE' && !isInForce)) return 'stale';
    const living = item.votes.filter((each) => !this.removed.has(each));
    const others = living.filter((each) => each !== voter);
    if (verdict === 'APPROVE' && edit === null && others.length < living.length) return 'again';
    item.said = new Map([...item.said, [voter, verdict]]);
    if (verdict === 'DENY') {
      item.votes = others;
      this.#end(item, 'REJECTED', 'DENIED');
      return 'decided';
    }
    item.votes = [...(edit === null ? others : []), voter];
    item.params = edit ?? item.params;
    if (item.votes.length < item.quorum) {
      item.revision += 1;
      return 'counted';
    }
    this.#end(item, 'PENDING', 'APPROVED');
    if (item.lifetimeMs !== null) item.requestEndsAt = this.now + item.lifetimeMs;
    return 'decided';
  }

  #isAsSeen(item: Item, seenRevision: number): boolean {
    return !this.isDeleted && item.approval === 'PENDING' && item.revision === seenRevision;
  }

  #rebind({ id, seenRevision }: { readonly id: string; readonly seenRevision: number }): string {
    const item = this.#item(id);
    if (!this.#isAsSeen(item, seenRevision)) return 'nothing';
    item.version = this.version;
    item.quorum = this.quorum;
    item.votes = [];
    item.revision += 1;
    return 'done';
  }

  #refuse({ id, seenRevision }: { readonly id: string; readonly seenRevision: number }): string {
    const item = this.#item(id);
    if (!this.#isAsSeen(item, seenRevision)) return 'nothing';
    this.#end(item, 'REJECTED', 'REJECTED');
    return 'done';
  }

  #cancel(item: Item): string {
    if (isOver(item)) return `finished ${item.request}`;
    if (item.requestEndsAt <= this.now) return 'finished TIMEOUT';
    this.#end(item, 'CANCELLED', 'CANCELLED');
    return 'changed';
  }

  /** As a node of the release before does, which knows of no approvals. */
  #cancelAsBefore(item: Item): string {
    if (isOver(item)) return 'nothing';
    this.#end(item, 'CANCELLED', 'CANCELLED');
    return 'done';
  }

  #deliver(item: Item, seenAttempts: number, answered: Answer, amongOthers: boolean): boolean {
    const isOut = item.request === 'DISPATCHED' && item.leaseEndsAt > this.now;
    const isToSend = !isOut && (item.request === 'PENDING' || item.request === 'DISPATCHED');
    const isFree = isToSend && !this.isDeleted && item.requestEndsAt > this.now && item.attempts === seenAttempts;
    if (answered !== 'changed') return !isFree || amongOthers;
    item.request = 'DISPATCHED';
    item.attempts += 1;
    item.leaseEndsAt = this.now + LEASE_MS;
    return isFree;
  }

  /** To the agent's own key what nobody approved does not exist. */
  #complete(item: Item): string {
    if (item.approval !== 'APPROVED') return 'not-found';
    if (isOver(item)) return `finished ${item.request}`;
    if (item.requestEndsAt <= this.now) return 'finished TIMEOUT';
    if (item.request !== 'DISPATCHED') return 'unchanged';
    item.request = 'COMPLETED';
    return 'changed';
  }

  #expire(answered: Answer, amongOthers: boolean): boolean {
    const due = [...this.items].filter(([, item]) => !isOver(item) && item.requestEndsAt <= this.now);
    const done = due.filter(([id]) => answered.includes(id));
    for (const [, item] of done) this.#end(item, 'TIMEOUT', 'EXPIRED');
    return answered.length === done.length && (amongOthers || done.length === due.length);
  }
}
