import { FINAL_STATUSES, maxLossesOf, type RequestStatus, SUSPECT_LOSSES } from '../../src/domain/request.ts';

/** One request, as the design describes it. Times are plain numbers. */
export type Row = {
  readonly agentId: string;
  readonly senderId: string;
  readonly expiresAt: number;
  status: RequestStatus;
  attempts: number;
  channelId: string | null;
  leaseExpiresAt: number | null;
  revision: number;
  updatedAt: number;
  /** Deliveries that nobody acked in time, with the one that is not acked yet. */
  unacked: number;
  /** Channels that it lost in a row, and when it lost the last one. */
  losses: number;
  lostAt: number;
  /** When its agent reported its outcome. */
  reportedAt: number | null;
  /** The channel of each attempt. */
  deliveredTo: string[];
};

export type Operation =
  | { readonly kind: 'claim'; readonly id: string; readonly seenAttempts: number; readonly channelId: string }
  | {
      readonly kind: 'acknowledge' | 'complete' | 'fail';
      readonly id: string;
      readonly agentId: string;
      /** Where it is known. */
      readonly channelId: string | null;
    }
  | { readonly kind: 'cancel'; readonly id: string; readonly senderId: string | null }
  | { readonly kind: 'release'; readonly channelId: string; readonly isLoss: boolean }
  | { readonly kind: 'release-unacked'; readonly channelId: string }
  | { readonly kind: 'remove-channel'; readonly channelId: string }
  | { readonly kind: 'expire' }
  | { readonly kind: 'give-up' }
  | { readonly kind: 'read'; readonly id: string; readonly waitMs: number };

/** What an operation answers: an outcome, or the requests that it changed. */
export type Answer = string | readonly string[];

export const LEASE_MS = 1_000;
export const ATTEMPTS_MAX = 3;

export const LOSSES_MAX = maxLossesOf(ATTEMPTS_MAX);

const isOver = ({ status }: Row): boolean => (FINAL_STATUSES as readonly RequestStatus[]).includes(status);

/** The whole state of the world, small enough to be read in one sitting. The stores are held to it. */
export class Reference {
  readonly rows = new Map<string, Row>();
  /** Channel to agent. */
  readonly channels = new Map<string, string>();
  now = 0;

  copy(): Reference {
    const copy = new Reference();
    for (const [id, row] of this.rows) copy.rows.set(id, { ...row, deliveredTo: [...row.deliveredTo] });
    for (const [id, agentId] of this.channels) copy.channels.set(id, agentId);
    copy.now = this.now;
    return copy;
  }

  /**
   * What the operation does and answers, alone in the world; undefined where `answered` is impossible. Sweeps and claims
   * pass over what somebody else is changing: while others are at it, fewer rows than could be may have changed.
   */
  apply(operation: Operation, answered: Answer, amongOthers: boolean): boolean {
    switch (operation.kind) {
      case 'claim':
        return this.#claim(operation, answered, amongOthers);
      case 'acknowledge':
        return this.#settle(
          operation.id,
          answered,
          ({ agentId }) => agentId === operation.agentId,
          (row) => {
            if (row.status !== 'DISPATCHED') return false;
            if (operation.channelId !== null && operation.channelId !== row.channelId) return false;
            row.status = 'ACKED';
            row.leaseExpiresAt = row.expiresAt;
            row.unacked = 0;
            return true;
          },
        );
      case 'complete':
      case 'fail':
        return this.#settle(
          operation.id,
          answered,
          ({ agentId }) => agentId === operation.agentId,
          (row) => {
            if (row.attempts === 0) return false;
            row.status = operation.kind === 'complete' ? 'COMPLETED' : 'FAILED';
            row.reportedAt = this.now;
            return true;
          },
        );
      case 'cancel':
        return this.#settle(
          operation.id,
          answered,
          ({ senderId }) => operation.senderId === null || senderId === operation.senderId,
          (row) => {
            row.status = 'CANCELLED';
            return true;
          },
        );
      case 'release':
      case 'release-unacked': {
        // All that a channel holds is released in one moment.
        const before = this.copy();
        return this.#sweep(answered, false, (row, id) => {
          const isPicked = operation.kind === 'release' ? 'DISPATCHED ACKED' : 'DISPATCHED';
          if (row.channelId !== operation.channelId || !isPicked.includes(row.status)) return false;
          if (operation.kind === 'release' && operation.isLoss) {
            row.losses = before.#lossesWithOneMore(id);
            row.lostAt = this.now;
          }
          if (row.status === 'DISPATCHED') row.unacked -= 1;
          Object.assign(row, { status: 'PENDING', channelId: null, leaseExpiresAt: null });
          return true;
        });
      }
      case 'remove-channel':
        this.channels.delete(operation.channelId);
        return true;
      case 'expire':
        return this.#sweep(answered, amongOthers, (row) => {
          if (isOver(row) || row.expiresAt > this.now) return false;
          row.status = 'TIMEOUT';
          return true;
        });
      case 'give-up':
        return this.#sweep(answered, amongOthers, (row) => {
          if (!this.isClaimable(row) || !this.#isGivenUp(row, amongOthers)) return false;
          row.status = 'FAILED';
          return true;
        });
      case 'read': {
        const row = this.rows.get(operation.id);
        return answered === `${row?.status} ${row?.revision}`;
      }
    }
  }

  isClaimable(row: Row): boolean {
    if (isOver(row) || row.expiresAt <= this.now) return false;
    if (row.status === 'PENDING') return true;
    if (row.status === 'DISPATCHED' && (row.leaseExpiresAt ?? 0) <= this.now) return true;
    return !this.#isThere(row.channelId);
  }

  /** Nobody acked it often enough, on channels that are still there; or it lost them often enough in a row. */
  #isGivenUp({ status, unacked, losses, channelId }: Row, amongOthers: boolean): boolean {
    // What others do at the same moment may or may not be seen when losses are counted.
    if (status === 'PENDING') return losses >= (amongOthers ? SUSPECT_LOSSES : LOSSES_MAX);
    return status === 'DISPATCHED' && unacked >= ATTEMPTS_MAX && this.#isThere(channelId);
  }

  /** One more, from the beginning if another one of the agent was done since; a suspect's only if it was alone. */
  #lossesWithOneMore(id: string): number {
    const row = this.rows.get(id);
    if (!row) return 0;
    const others = [...this.rows].filter(([each, { agentId }]) => each !== id && agentId === row.agentId);
    const isCleared = others.some(([, { reportedAt }]) => reportedAt !== null && reportedAt > row.lostAt);
    const losses = isCleared ? 0 : row.losses;
    const wasBesideOthers = others.some(
      ([, other]) =>
        !isOver(other) && (other.status === 'DISPATCHED' || other.status === 'ACKED' || other.lostAt >= row.updatedAt),
    );
    return losses < SUSPECT_LOSSES || !wasBesideOthers ? losses + 1 : losses;
  }

  #isThere(channelId: string | null): boolean {
    return channelId !== null && this.channels.has(channelId);
  }

  #claim(
    { id, seenAttempts, channelId }: Extract<Operation, { kind: 'claim' }>,
    answered: Answer,
    amongOthers: boolean,
  ): boolean {
    const row = this.rows.get(id);
    const isPossible =
      row?.attempts === seenAttempts && this.isClaimable(row) && this.channels.get(channelId) === row.agentId;
    if (!row || answered !== 'changed') return (!isPossible || amongOthers) && answered === this.#refusal(row, true);
    if (!isPossible) return false;
    // What went with its channel, and nobody said so, is no fault of the request.
    if (row.status !== 'DISPATCHED' || this.#isThere(row.channelId)) row.unacked += 1;
    row.status = 'DISPATCHED';
    row.attempts += 1;
    row.channelId = channelId;
    row.leaseExpiresAt = this.now + LEASE_MS;
    this.#touch(row);
    row.deliveredTo.push(channelId);
    return true;
  }

  #settle(id: string, answered: Answer, isTheirs: (row: Row) => boolean, change: (row: Row) => boolean): boolean {
    const row = this.rows.get(id);
    if (row && isTheirs(row) && !isOver(row) && row.expiresAt > this.now && change(row)) {
      this.#touch(row);
      return answered === 'changed';
    }
    return answered === this.#refusal(row, row !== undefined && isTheirs(row));
  }

  #refusal(row: Row | undefined, isTheirs: boolean): string {
    if (!row || !isTheirs) return 'not-found';
    if (isOver(row)) return `finished ${row.status}`;
    return row.expiresAt <= this.now ? 'finished TIMEOUT' : 'unchanged';
  }

  #touch(row: Row): void {
    row.revision += 1;
    row.updatedAt = this.now;
  }

  /** Applies the change to every row that fits, and says whether those and no others are what was answered. */
  #sweep(answered: Answer, maySkip: boolean, change: (row: Row, id: string) => boolean): boolean {
    const unexpected = new Set(answered);
    for (const [id, row] of this.rows) {
      if (maySkip && !unexpected.has(id)) continue;
      if (!change(row, id)) continue;
      this.#touch(row);
      if (!unexpected.delete(id)) return false;
    }
    return unexpected.size === 0;
  }
}
