import type { OPEN_STATUSES } from '../../domain/request.ts';

export type OpenStatus = (typeof OPEN_STATUSES)[number];

/** What is open, on all nodes together. */
export type OpenRequests = {
  /** How many are in each state, none left out. */
  readonly counts: Readonly<Record<OpenStatus, number>>;
  /** When the one that has been PENDING for longest was submitted; null where none is. */
  readonly oldestPendingAt: Date | null;
};

/**
 * Looks at so many open requests at most, those that expire first: beyond that the counts are of what was looked at. One
 * statement over an index, whatever number of requests is finished. Throws where the database does not answer.
 */
export type LookAtOpenRequests = (lookedAtMax: number) => Promise<OpenRequests>;

/** What is to be told, on all nodes together. */
export type OutboxDepth = {
  /** Messages, those included that are told again later. */
  readonly messages: number;
  /** Since when the one is due that has been so for longest; it may be under way. Null where there is none at all. */
  readonly firstDueAt: Date | null;
};

/** Counts so many messages at most. Throws where the database does not answer. */
export type LookAtOutbox = (countedMax: number) => Promise<OutboxDepth>;

/** Connections to the database, and calls that wait for one. */
export type PoolUse = {
  readonly used: number;
  readonly idle: number;
  readonly waiting: number;
  /** Connections at most. */
  readonly max: number;
};
