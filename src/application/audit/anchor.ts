import type { AuditCheckpoint } from '../ports/audit-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Outbound } from '../ports/outbound.ts';

/** A checkpoint a second would bury the rest of the log: of those of a minute it has the first. */
const LOG_EVERY_MS = 60_000;
/** How long to wait after a call that failed: twice as long after each, up to so long. */
const PAUSE_MS = { first: 1_000, longest: 60_000 };

type Dependencies = {
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly log: Log;
  /** Null for nowhere. */
  readonly url: string | null;
};

/**
 * Tells checkpoints where they outlive the database: whoever rewrote it could not take them back. One call out at a time: while
 * one is under way, or what failed is waited for, the newest waits, and those between are left out, which it proves as well. Nothing
 * else waits for any of it.
 */
export class Anchor {
  readonly #deps: Dependencies;
  readonly #ends = new AbortController();
  #loggedAt = Number.NEGATIVE_INFINITY;
  #waiting: AuditCheckpoint | null = null;
  #isAtIt = false;
  #pauseMs = 0;
  #callOffPause = () => {};

  constructor(deps: Dependencies) {
    this.#deps = deps;
  }

  tell(checkpoint: AuditCheckpoint): void {
    const { clock, log, url } = this.#deps;
    const now = clock.monotonic();
    if (now - this.#loggedAt >= LOG_EVERY_MS) {
      this.#loggedAt = now;
      log.info({ size: checkpoint.size, note: checkpoint.note }, 'audit checkpoint');
    }
    if (url === null) return;
    this.#waiting = checkpoint;
    if (!this.#isAtIt) void this.#callOut(url);
  }

  /** Gives up what is under way. */
  stop(): void {
    this.#callOffPause();
    this.#ends.abort();
  }

  async #callOut(url: string): Promise<void> {
    this.#isAtIt = true;
    while (this.#waiting !== null) {
      const checkpoint = this.#waiting;
      this.#waiting = null;
      const problem = await this.#post(url, checkpoint);
      if (this.#ends.signal.aborted) return;
      this.#say(problem, checkpoint);
      if (problem !== null) {
        this.#waiting ??= checkpoint;
        this.#callOffPause = this.#deps.clock.after(this.#pauseMs, () => void this.#callOut(url));
        return;
      }
    }
    this.#isAtIt = false;
  }

  async #post(url: string, { note }: AuditCheckpoint): Promise<unknown> {
    const headers = { 'content-type': 'text/plain; charset=utf-8' };
    try {
      const status = await this.#deps.outbound.post(url, headers, note, this.#ends.signal);
      return status < 300 ? null : `status ${status}`;
    } catch (error) {
      return error;
    }
  }

  #say(problem: unknown, { size }: AuditCheckpoint): void {
    const { log } = this.#deps;
    const hadFailed = this.#pauseMs > 0;
    if (problem === null && hadFailed) log.info({ size }, 'checkpoints of the audit trail are anchored again');
    if (problem !== null && !hadFailed) {
      log.warn({ err: problem, size }, 'a checkpoint of the audit trail is not anchored');
    }
    const { first, longest } = PAUSE_MS;
    this.#pauseMs = problem === null ? 0 : Math.min(longest, Math.max(first, 2 * this.#pauseMs));
  }
}
