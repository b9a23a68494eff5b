/** How many requests of a sender to an agent a stage said no to within a minute that are not kept. */
export type RejectionsNotKept = {
  /** When the minute begins. */
  readonly startsAt: Date;
  readonly agentId: string;
  readonly senderId: string;
  readonly stage: string;
  readonly count: number;
};

/** The same since a moment. */
export type RejectionsOfSender = Pick<RejectionsNotKept, 'senderId' | 'stage' | 'count'>;

/** What was rejected and is only counted. */
export interface RejectionStore {
  /** Adds to what is counted. */
  add(counts: readonly RejectionsNotKept[]): Promise<void>;
  /** Of an agent, in minutes that begin then or later; most frequent first. */
  ofAgent(agentId: string, since: Date, limit: number): Promise<readonly RejectionsOfSender[]>;
}
