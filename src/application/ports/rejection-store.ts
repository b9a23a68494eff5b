import type { RejectionsNotKept, RejectionsOfSender } from '../../domain/rejections-not-kept.ts';

/** What was rejected and is only counted. */
export interface RejectionStore {
  /** Adds to what is counted. */
  add(counts: readonly RejectionsNotKept[]): Promise<void>;
  /** Of an agent, in minutes that begin then or later; most frequent first. */
  ofAgent(agentId: string, since: Date, limit: number): Promise<readonly RejectionsOfSender[]>;
}
