import { RateLimitedError } from '../domain/errors.ts';
import type { Isolate } from '../enforcement/isolate.ts';
import { type BudgetStanding, ComputingBudgets } from './computing-budgets.ts';
import type { JobOutcome, WorkerIsolate } from './worker-isolate.ts';

type Dependencies = {
  /** What may be computed in a minute on all nodes together, in milliseconds: for whoever asks, and by documents of one owner. */
  readonly perMinute: { readonly payerMs: number; readonly ownerMs: number };
  /** How many nodes are alive, this one included: they share the budgets. */
  readonly nodes: () => number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Who asks for what is done here; null where that is nobody who has a budget. */
  readonly payerHere: () => string | null;
  /** Whoever asks here goes on without taking a turn on the event loop from others, until there is an answer. */
  readonly standAside?: () => void;
  /** What counts the milliseconds of threads into what is served here, if anything is. */
  readonly meterHere?: () => (ms: number) => void;
  /** Whose the agent is; null for nobody's. */
  readonly ownerOf: (agentId: string) => Promise<string | null>;
  /** Hears how the budget of whoever asks stands, where it is asked for. */
  readonly onStanding?: (standing: BudgetStanding) => void;
  /** Hears whose budget refused something, or put it after all else. */
  readonly onUsedUp?: (whose: 'payer' | 'owner', account: string) => void;
  /** Hears what a job cost, and how it ended. */
  readonly onSpent?: (ms: number, outcome: JobOutcome) => void;
  /** Rejects with the error for outsiders where that version of a document is not evaluated for now. */
  readonly refuseQuarantined?: (agentId: string, version: string) => Promise<void>;
  /** Hears of each version of a document that a job was ended by its budget for. */
  readonly onUsedUpBy?: (agentId: string, version: string) => void;
};

/**
 * Charges what is computed in the isolate to whoever asked for it and to the owner of the documents that it was computed by.
 * Whoever has used up their own is refused, with RateLimitedError; what an owner has used up theirs for comes after all else.
 * Each node gives out its part of both, so that nothing is asked of anybody. Versions of documents that are in quarantine are
 * not computed by, and those that a job is ended by its budget for are told of.
 */
export function createMeteredIsolate(isolate: WorkerIsolate, deps: Dependencies): Isolate {
  const { perMinute, nodes, now, payerHere, standAside, meterHere, ownerOf, onStanding, onUsedUp, onSpent } = deps;
  const { refuseQuarantined, onUsedUpBy } = deps;
  const shareOf = (ms: number) => () => ms / Math.max(1, nodes());
  const payers = new ComputingBudgets({ quotaMs: shareOf(perMinute.payerMs), now });
  const owners = new ComputingBudgets({ quotaMs: shareOf(perMinute.ownerMs), now });

  return {
    async run(job, signal, jobFor) {
      if (jobFor?.version !== undefined) await refuseQuarantined?.(jobFor.owner, jobFor.version);
      const meter = meterHere?.();
      const payer = jobFor?.isByOwner === true ? null : payerHere();
      if (payer !== null) {
        const standing = payers.of(payer);
        // Told as of all nodes, which have as much left as this one, as far as is known here.
        onStanding?.({ ...standing, quotaMs: perMinute.payerMs, leftMs: standing.leftMs * Math.max(1, nodes()) });
        if (standing.retryAfterSeconds > 0) {
          onUsedUp?.('payer', payer);
          throw new RateLimitedError(standing.retryAfterSeconds, USED_UP, ['computing']);
        }
      }
      const owner = jobFor && (await accountOf(jobFor.owner));
      const isLast = owner !== undefined && owners.of(owner).retryAfterSeconds > 0;
      if (isLast) onUsedUp?.('owner', owner);
      standAside?.();
      return isolate.run(job, signal, {
        ...jobFor,
        owner: owner ?? '',
        payer,
        isLast,
        onSpent(ms, outcome) {
          if (payer !== null) payers.charge(payer, ms);
          if (owner !== undefined) owners.charge(owner, ms);
          meter?.(ms);
          onSpent?.(ms, outcome);
          // Of the time of a clock, and of the memory of a thread that others have used as well, no document is to blame.
          if (outcome === 'budget' && jobFor?.version !== undefined) onUsedUpBy?.(jobFor.owner, jobFor.version);
        },
      });
    },
    close: () => isolate.close(),
  };

  /** An agent that is nobody's, or whose owner cannot be read, answers for itself. */
  async function accountOf(agentId: string): Promise<string> {
    const owner = await ownerOf(agentId).catch(() => null);
    return owner ?? agentId;
  }
}

const USED_UP = 'What you ask for has taken as much computing as you may use.';
