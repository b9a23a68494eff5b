/**
 * Who is served first where a node has more to do than it can, highest first: agents' channels and answers, whoever has a
 * live key or session, and everybody else. `/health` and the metrics stand above them all and are never kept waiting.
 */
export const LEVELS = ['agents', 'senders', 'anonymous'] as const;
export type Level = (typeof LEVELS)[number];

/** Somebody's budget of cost, by whose it is. */
export type Budget = {
  readonly key: string;
  readonly perMinute: number;
  /** Whether there is all of it also while a node is late. @default there is less */
  readonly isFixed?: boolean;
};

/** Whom a call is counted under, and who pays for it. */
export type Payer = {
  readonly level: Level;
  /** Whose calls take turns with those of others: a key's holder, else a network. */
  readonly flow: string;
  /** What its calls are charged to: all of them, and none may be used up. */
  readonly budgets: readonly Budget[];
  /** What an agent's acks, progress and outcomes are charged to, where they come to nothing. */
  readonly answers: readonly Budget[];
};
