import type { AuditCheckpoint } from '../ports/audit-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Outbound } from '../ports/outbound.ts';

/** A checkpoint a second would bury the rest of the log: of those of a minute it has the first. */
const LOG_EVERY_MS = 60_000;

type Dependencies = {
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly log: Log;
  /** Null for nowhere. */
  readonly url: string | null;
};

/**
 * Tells checkpoints where they outlive the database: whoever rewrote it could not take them back. One call out at a time: while
 * one is under way the newest waits for it, and those between are left out, which it proves as well.
 */
export const createAnchor = ({ outbound, clock, log, url }: Dependencies): ((checkpoint: AuditCheckpoint) => void) => {
  let loggedAt = Number.NEGATIVE_INFINITY;
  let waiting: AuditCheckpoint | null = null;
  let isCalling = false;
  let hasFailed = false;

  const call = async (to: string): Promise<void> => {
    isCalling = true;
    while (waiting !== null) {
      const { note, size } = waiting;
      waiting = null;
      const problem = await outbound.post(to, { 'content-type': 'text/plain; charset=utf-8' }, note).then(
        (status) => (status < 300 ? null : `status ${status}`),
        (error: unknown) => error,
      );
      if (problem === null && hasFailed) log.info({ size }, 'checkpoints of the audit trail are anchored again');
      if (problem !== null && !hasFailed)
        log.warn({ err: problem, size }, 'a checkpoint of the audit trail is not anchored');
      hasFailed = problem !== null;
    }
    isCalling = false;
  };

  return (checkpoint) => {
    const now = clock.monotonic();
    if (now - loggedAt >= LOG_EVERY_MS) {
      loggedAt = now;
      log.info({ size: checkpoint.size, note: checkpoint.note }, 'audit checkpoint');
    }
    if (url === null) return;
    waiting = checkpoint;
    if (!isCalling) void call(url);
  };
};
