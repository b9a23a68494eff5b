import { PLATFORM } from '../../domain/actor.ts';
import { createEndAgent } from '../agents/delete-agent.ts';
import type { Directory } from '../agents/directory.ts';
import type { Changes } from '../changes/changes.ts';
import type { FollowedTime } from '../cluster/followed-time.ts';
import type { AgentStore } from '../ports/agent-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { RequestStore } from '../ports/request-store.ts';
import type { SenderStore } from '../ports/sender-store.ts';
import type { Unused, UnusedPage } from '../ports/unused.ts';
import { type MaintenanceTask, SURE_AFTER_MS } from './task.ts';

const EVERY_MS = 30 * 60_000;
/** Identities that one statement looks at. */
const PAGE = 500;

type Dependencies = {
  readonly agents: AgentStore;
  readonly senders: Pick<SenderStore, 'unused' | 'expire'>;
  readonly requests: RequestStore;
  readonly directory: Directory;
  readonly changes: Changes;
  readonly time: Pick<FollowedTime, 'setFarAgoMs'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** How long nobody has used what expires, in milliseconds; 0 for nothing. */
  readonly unusedMs: number;
};

type Kind = { unused(page: UnusedPage): Promise<Unused>; expire(id: string, since: Date): Promise<void> };

/** Deletes agents and senders that were registered and nothing else, as if somebody had done it by hand. */
export function expireIdentities(deps: Dependencies): MaintenanceTask {
  const { agents, senders, changes, time, clock, log, unusedMs } = deps;
  const endAgent = createEndAgent(deps);

  async function expireAgent(id: string, since: Date): Promise<void> {
    const agent = await agents.expire(id, since, clock.now());
    if (agent === null) return;
    log.info({ agentId: id, handle: agent.handle }, 'an unused agent expired');
    await endAgent(agent, PLATFORM);
  }

  async function expireSender(id: string, since: Date): Promise<void> {
    if (!(await senders.expire(id, since, clock.now()))) return;
    log.info({ senderId: id }, 'an unused sender expired');
    changes.publish('registry', '', { event: 'holders-changed', holderIds: new Set([id]) });
  }

  const kinds: readonly Kind[] = [
    { unused: agents.unused, expire: expireAgent },
    { unused: senders.unused, expire: expireSender },
  ];
  /** Where a run ended that was told to leave the rest to the next one. */
  let at = 0;
  let after: string | null = null;
  /** After a standstill, or with an old backup, nobody has used a key for long: whoever still uses one does so by then. */
  const sureAt = clock.monotonic() + SURE_AFTER_MS;

  return {
    name: 'expire unused identities',
    everyMs: EVERY_MS,
    isDue: () => unusedMs > 0 && time.setFarAgoMs >= SURE_AFTER_MS && clock.monotonic() >= sureAt,
    async run(signal) {
      const since = new Date(clock.now().getTime() - unusedMs);
      for (let kind = kinds[at]; kind !== undefined; kind = kinds[at]) {
        if (signal.aborted) return;
        const { ids, next } = await kind.unused({ since, after, limit: PAGE });
        for (const id of ids) {
          if (signal.aborted) return;
          await kind.expire(id, since);
        }
        after = next;
        if (next === null) at += 1;
      }
      at = 0;
    },
  };
}
