import { LRUCache } from 'lru-cache';
import type { Request } from '../../domain/request.ts';
import type { Changes } from '../changes/changes.ts';
import type { Clock } from '../ports/clock.ts';

/** A poll waits so long for the end of its request, in milliseconds: about as long as quick agents take over two nodes. */
const WAIT_MS = 25;
/** Requests that are kept in mind. */
const KEPT_MAX = 10_000;

type Given = { wait: { readonly over: Promise<void>; readonly end: () => void } | null };

/**
 * Open requests that this node took from their senders, and that channels of other nodes got. It cannot see their outcome
 * being written, as it does with its own, but is told when they are over. Whoever has waited for that reads what is
 * stored, so a hint that is lost costs some milliseconds, and one that is forged a read.
 */
export class GivenAway {
  readonly #nodeId: string;
  readonly #clock: Clock;
  readonly #given = new LRUCache<string, Given>({ max: KEPT_MAX });

  constructor({ nodeId, changes, clock }: { nodeId: string; changes: Changes; clock: Clock }) {
    this.#nodeId = nodeId;
    this.#clock = clock;
    changes.subscribe('outcome', nodeId, ({ requestId }) => {
      this.#given.get(requestId)?.wait?.end();
      this.#given.delete(requestId);
    });
  }

  /** This node has stored the request. Answers whether a channel of another node got it. */
  add({ id, nodeId }: Request): boolean {
    if (nodeId === null || nodeId === this.#nodeId) return false;
    this.#given.set(id, { wait: null });
    return true;
  }

  has(requestId: string): boolean {
    return this.#given.has(requestId.toLowerCase());
  }

  /** Waits for the end of the request, WAIT_MS at most. Whoever waits for the same one is let go together. */
  async untilOver(requestId: string): Promise<void> {
    const given = this.#given.get(requestId.toLowerCase());
    if (!given) return;
    given.wait ??= this.#begin(given);
    await given.wait.over;
  }

  #begin(given: Given): NonNullable<Given['wait']> {
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const end = () => {
      stop();
      given.wait = null;
      resolve();
    };
    const stop = this.#clock.after(WAIT_MS, end);
    return { over, end };
  }
}
