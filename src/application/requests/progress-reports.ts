import { LRUCache } from 'lru-cache';
import { isFinal, isFurther, type Request, type RequestProgress } from '../../domain/request.ts';
import type { Changes } from '../changes/changes.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { RequestStore, StoredProgress } from '../ports/request-store.ts';

/** What is said of one request is told at most so often, in milliseconds, and stored at most so often. */
const TELL_EVERY_MS = 500;
/** Of so many requests a node tells within that time, so that hints which are needed do not wait behind these, or get lost by them. */
const TOLD_AT_ONCE_MAX = 200;
const STORE_EVERY_MS = 5_000;
/** A number that does not rise is compared with what is stored at most so often. */
const LOOK_EVERY_MS = 1_000;
/** Requests whose progress is kept in mind; what falls out is looked up again. */
const KNOWN_MAX = 10_000;
/** What is stored in one statement. */
const STORED_AT_ONCE = 100;

type Dependencies = {
  readonly nodeId: string;
  readonly requests: Pick<RequestStore, 'storeProgress'>;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly log: Log;
};

/** What was said of one delivery's progress through this node. */
type Known = {
  readonly id: string;
  readonly agentId: string;
  readonly attempt: number;
  /** Null where nothing was said yet. */
  progress: RequestProgress | null;
  lookedAt: number;
  toldAt: number;
  storedAt: number;
  isToTell: boolean;
  isToStore: boolean;
};

/**
 * How far agents say to be. Only the last that was said counts, so it is told and stored once in a while and not each time; what
 * gets lost on the way, with the node or by a hint, costs nothing (docs/decisions/0058).
 */
export class ProgressReports {
  readonly #deps: Dependencies;
  readonly #known = new LRUCache<string, Known>({ max: KNOWN_MAX, dispose: (known) => this.#due.delete(known) });
  /** Of which something is to be told or stored. */
  readonly #due = new Set<Known>();
  /** Since the timer was due last. */
  #told = 0;
  #stopTimer: (() => void) | null = null;
  #isStoring = false;
  #isStopped = false;

  constructor(deps: Dependencies) {
    this.#deps = deps;
    const { changes, nodeId } = deps;
    changes.onOwnRequest((request) => this.#forgetIfOver(request));
    changes.subscribe('node', nodeId, ({ request }) => this.#forgetIfOver(request));
  }

  /**
   * Takes what the agent said of its request, which is acknowledged where this node does not know that. Answers what stands then:
   * another than what was said where its number was not higher. Throws what `acknowledge` does; null where no channel has the request.
   */
  async take(
    agentId: string,
    id: string,
    progress: RequestProgress,
    acknowledge: () => Promise<Request>,
  ): Promise<RequestProgress | null> {
    let known = this.#knownOf(agentId, id);
    const isOld = known !== null && this.#deps.clock.monotonic() - known.lookedAt >= LOOK_EVERY_MS;
    if (known === null || (isOld && !isFurther(progress, known.progress))) {
      const request = await acknowledge();
      if (request.status !== 'DISPATCHED' && request.status !== 'ACKED') return null;
      known = this.#looked(request);
    }
    if (!isFurther(progress, known.progress)) return known.progress;
    known.progress = progress;
    known.isToTell = true;
    known.isToStore = true;
    this.#due.add(known);
    this.#tell(known);
    this.#schedule();
    return progress;
  }

  /** Nothing is told or stored any more. */
  stop(): void {
    this.#isStopped = true;
    this.#stopTimer?.();
  }

  #knownOf(agentId: string, id: string): Known | null {
    const known = this.#known.get(id);
    return known?.agentId === agentId ? known : null;
  }

  #looked({ id, agentId, attempts, progress }: Request): Known {
    const lookedAt = this.#deps.clock.monotonic();
    const before = this.#knownOf(agentId, id);
    if (before?.attempt === attempts) {
      before.lookedAt = lookedAt;
      return before;
    }
    const known: Known = {
      id,
      agentId,
      attempt: attempts,
      progress,
      lookedAt,
      toldAt: Number.NEGATIVE_INFINITY,
      storedAt: Number.NEGATIVE_INFINITY,
      isToTell: false,
      isToStore: false,
    };
    this.#known.set(id, known);
    return known;
  }

  /** It has ended, or waits to be delivered anew, or is, so that its progress begins anew. */
  #forgetIfOver({ id, status, attempts }: Request): void {
    if (this.#known.size === 0) return;
    const known = this.#known.peek(id);
    if (known && (isFinal(status) || status === 'PENDING' || attempts > known.attempt)) this.#known.delete(id);
  }

  #schedule(): void {
    if (this.#isStopped) return;
    this.#stopTimer ??= this.#deps.clock.after(TELL_EVERY_MS, () => {
      this.#stopTimer = null;
      this.#tellAndStore();
      if (this.#due.size > 0) this.#schedule();
    });
  }

  #tellAndStore(): void {
    const now = this.#deps.clock.monotonic();
    const toStore: Known[] = [];
    this.#told = 0;
    for (const known of [...this.#due].sort(byToldAt)) {
      this.#tell(known);
      if (known.isToStore && now - known.storedAt >= STORE_EVERY_MS) toStore.push(known);
      if (!known.isToTell && !known.isToStore) this.#due.delete(known);
    }
    if (toStore.length > 0 && !this.#isStoring) void this.#storeAll(toStore);
  }

  /** Unless it was told of a moment ago, or many others were. */
  #tell(known: Known): void {
    const { changes, clock } = this.#deps;
    const { id, attempt, progress } = known;
    const now = clock.monotonic();
    if (!known.isToTell || progress === null || now - known.toldAt < TELL_EVERY_MS) return;
    if (this.#told >= TOLD_AT_ONCE_MAX) return;
    this.#told += 1;
    known.isToTell = false;
    known.toldAt = now;
    changes.publish('request', id, { progressOf: { id, attempt, progress } });
  }

  async #storeAll(toStore: readonly Known[]): Promise<void> {
    this.#isStoring = true;
    const left = [...toStore];
    while (left.length > 0 && !this.#isStopped) await this.#store(left.splice(0, STORED_AT_ONCE));
    this.#isStoring = false;
  }

  async #store(batch: readonly Known[]): Promise<void> {
    const { requests, clock, log } = this.#deps;
    const now = clock.monotonic();
    const rows: StoredProgress[] = [];
    for (const known of batch) {
      const { id, agentId, attempt, progress } = known;
      if (progress !== null) rows.push({ id, agentId, attempts: attempt, progress });
      known.isToStore = false;
      known.storedAt = now;
    }
    try {
      const stored = new Set(await requests.storeProgress(rows));
      for (const known of batch) {
        if (this.#known.peek(known.id) !== known) continue;
        // Who began to follow since it was told, and read before this was stored, has not heard of it.
        if (stored.has(known.id)) this.#isDue(known, 'isToTell');
        // It has ended or is delivered anew, and this node did not hear of it.
        else this.#known.delete(known.id);
      }
    } catch (error) {
      log.debug({ err: error }, 'the progress of requests could not be stored');
      for (const known of batch) if (this.#known.peek(known.id) === known) this.#isDue(known, 'isToStore');
    }
  }

  #isDue(known: Known, what: 'isToTell' | 'isToStore'): void {
    known[what] = true;
    this.#due.add(known);
    this.#schedule();
  }
}

/** Those that were told of longest ago first, and before them those that never were. */
const byToldAt = (one: Known, other: Known): number => (one.toldAt === other.toldAt ? 0 : one.toldAt - other.toldAt);
