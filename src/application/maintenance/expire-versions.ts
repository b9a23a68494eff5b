import type { FollowedTime } from '../cluster/followed-time.ts';
import type { Clock } from '../ports/clock.ts';
import type { DocumentStore, VersionedDocument } from '../ports/document-store.ts';
import type { Log } from '../ports/log.ts';
import { type MaintenanceTask, SURE_AFTER_MS } from './task.ts';

const EVERY_MS = 10 * 60_000;
/** Agents that one statement finds. */
const AGENTS = 100;
/** Versions that one statement looks at. */
const VERSIONS = 100;
/** What was replaced later may still be what a node goes by that heard of nothing, or what is being decided under. */
const REPLACED_FOR_MS = 60 * 60_000;

type Dependencies = {
  readonly documents: Pick<DocumentStore, 'agentsWithMoreVersions' | 'expireVersions'>;
  readonly time: Pick<FollowedTime, 'setFarAgoMs'>;
  readonly clock: Clock;
  readonly log: Log;
  /** How many versions of each agent's contract, and of its policies, are kept in any case; 0 for all. */
  readonly versionsKept: number;
};

/** Deletes versions of contracts and policies beyond the newest ones: whoever may publish could fill the database. */
export function expireVersions({ documents, time, clock, log, versionsKept }: Dependencies): MaintenanceTask {
  async function ofAgent(what: VersionedDocument, agentId: string, signal: AbortSignal): Promise<void> {
    const at = clock.now();
    const terms = { kept: versionsKept, replacedBefore: new Date(at.getTime() - REPLACED_FOR_MS), at, limit: VERSIONS };
    let after: number | null = null;
    let count = 0;
    do {
      const { expired, next } = await documents.expireVersions(what, agentId, { ...terms, after });
      count += expired;
      after = next;
    } while (after !== null && !signal.aborted);
    if (count > 0) log.info({ agentId, document: what, versions: count }, 'versions expired');
  }

  /** Where a run ended that was told to leave the rest to the next one. */
  const reached: Record<VersionedDocument, string | null> = { contract: null, policies: null };

  async function ofAll(what: VersionedDocument, signal: AbortSignal): Promise<void> {
    for (;;) {
      const agentIds = await documents.agentsWithMoreVersions(what, {
        kept: versionsKept,
        after: reached[what],
        limit: AGENTS,
      });
      for (const agentId of agentIds) {
        if (signal.aborted) return;
        await ofAgent(what, agentId, signal);
        reached[what] = agentId;
      }
      if (agentIds.length < AGENTS) break;
    }
    reached[what] = null;
  }

  return {
    name: 'expire versions',
    everyMs: EVERY_MS,
    isDue: () => versionsKept > 0 && time.setFarAgoMs >= SURE_AFTER_MS,
    async run(signal) {
      await ofAll('contract', signal);
      if (!signal.aborted) await ofAll('policies', signal);
    },
  };
}
