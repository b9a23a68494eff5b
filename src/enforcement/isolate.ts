import type { JsonObject, JsonValue } from '../domain/contract.ts';
import type { PolicyAction, PolicyRule } from '../domain/policy.ts';
import type { Facts } from '../domain/verdict.ts';
import type { DocumentCheck } from './publication/answer-check.ts';

/**
 * Work whose cost the uploader decides. It is computed away from the event loop, under a budget that ends it.
 * Jobs and answers are plain data: they cross a thread boundary.
 */
export type IsolateJob =
  | { readonly kind: 'checkSchema'; readonly schema: JsonObject }
  | { readonly kind: 'generateValidator'; readonly schema: JsonObject }
  | { readonly kind: 'validate'; readonly schema: JsonObject; readonly value: JsonValue }
  | { readonly kind: 'checkRules'; readonly rules: readonly PolicyRule[] }
  | { readonly kind: 'checkDocuments'; readonly check: DocumentCheck }
  | {
      readonly kind: 'decideByRules';
      readonly rules: readonly PolicyRule[];
      readonly defaultAction: PolicyAction;
      readonly facts: Omit<Facts['request'], 'contract' | 'policies'>;
    };

/**
 * Why a job has no answer.
 * - budget: it computed longer than it may, and was ended
 * - late: it was waited for longer than it may be, although it had not computed for as long, and was ended
 * - memory: it needed more memory than it may, and was ended
 * - busy: too many jobs wait already, in all or of whose it is, or it could not be begun in time; this one was not begun
 * - closed: the isolate was closed
 * - aborted: the caller's signal was aborted
 * - crashed: anything else that ended it
 */
export type IsolateFailureKind = 'budget' | 'memory' | 'late' | 'busy' | 'closed' | 'aborted' | 'crashed';

/** A job that has no answer, and why. */
export class IsolateFailure extends Error {
  readonly kind: IsolateFailureKind;
  constructor(kind: IsolateFailureKind, cause?: unknown) {
    super(`An isolated job has no answer: ${kind}`, { cause });
    this.kind = kind;
  }
}

/** Whose job it is, and what is known of its cost by. */
export type JobFor = {
  /** The agent whose documents decide what it costs. */
  readonly owner: string;
  /** What its cost is remembered by, such as an action of a version of a contract. */
  readonly document?: string;
  /** The published version that decides, by the id of a contract or a policy set: what ends it counts against that. */
  readonly version?: string;
  /** Whether the agent itself asks, as with its results, so that its owner alone pays. @default false */
  readonly isByOwner?: boolean;
};

/** What is checked before it is published: what that costs is remembered by whose it is. */
export const ofChecks = (owner: string): JobFor => ({ owner, document: `drafts of ${owner}` });

/** Where jobs are computed. One implementation runs them in worker threads. */
export interface Isolate {
  /**
   * Computes one job. Resolves with whatever the far side answered, which the caller must check; rejects with an
   * IsolateFailure, never later than the budget after the job began. An aborted signal takes a waiting job out of
   * the queue and ends a running one. What waits is served by what it costs, its owner and whoever asked for it. Rejects
   * with an error for outsiders where one of them has used up what they may.
   */
  run(job: IsolateJob, signal?: AbortSignal, jobFor?: JobFor): Promise<unknown>;
  /** Ends everything at once; jobs without an answer are rejected. */
  close(): Promise<void>;
}
