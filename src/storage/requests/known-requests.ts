import { LRUCache } from 'lru-cache';
import { JsonText } from '../../domain/json/json-text.ts';
import { isFinal, type Request } from '../../domain/request.ts';

/** Requests that are kept, open and finished, and what they may weigh together, in bytes. */
const KEPT_MAX = 4_000;
const KEPT_MAX_BYTES = 16 * 1024 * 1024;
/** What a request weighs besides what was asked and answered. */
const WEIGHT_OF_THE_REST = 2_048;
/** No node deletes a request within a day of its end, so none outlives its row by being kept for so long. */
const KEPT_MS = 60_000;
/** A read waits so long for what is being written, in milliseconds; so many may wait at once. */
const JOIN_MAX_MS = 1_000;
const JOINED_MAX = 10_000;
/** Requests of which a change may be waited for before it begins. */
const AWAITED_MAX = 10_000;

/** A change of one request that this node is making. */
export type Write<Change> = {
  readonly change: Change;
  /** It may be committed from here on. */
  isSent: boolean;
};

type UnderWay = { readonly write: Write<unknown>; readonly changed: Promise<Request | null> };

/**
 * What this node knows of requests without asking the database: the rows that it has seen last, and the changes that it
 * is writing (docs/decisions/0030). Only those that it has finished itself are answered from memory, since they never
 * change. An open one may have been changed by another node: it only saves reading back what a change did not touch.
 */
export class KnownRequests {
  readonly #rows = new LRUCache<string, Request>({
    max: KEPT_MAX,
    maxSize: KEPT_MAX_BYTES,
    sizeCalculation: ({ params, effectiveParams, result }) =>
      WEIGHT_OF_THE_REST + 2 * (params.text.length + (effectiveParams?.text.length ?? 0) + (result?.text.length ?? 0)),
    ttl: KEPT_MS,
    ttlResolution: 1_000,
  });
  /** By id, the one that was begun last. */
  readonly #underWay = new Map<string, UnderWay>();
  /** By id, what those wait for who wait for a change to begin. */
  readonly #awaited = new Map<string, PromiseWithResolvers<void>>();
  #joined = 0;

  /** This node has written the request so, or has read that it is open; committed, in both cases. */
  keep(request: Request): void {
    const known = this.#rows.get(request.id);
    if (known === undefined || known.revision < request.revision) this.#rows.set(request.id, unparsed(request));
  }

  /** Their rows are deleted. */
  forget(ids: readonly string[]): void {
    for (const id of ids) this.#rows.delete(id);
  }

  /** The request as this node saw it last, if it was open then; to be believed only if its revision still is the same. */
  lastOpen(id: string): Request | null {
    const known = this.#rows.get(id);
    return known && !isFinal(known.status) ? known : null;
  }

  /** This node is writing the change; `changed` is the row that it leaves, or null where it changes nothing. */
  begin(id: string, write: Write<unknown>, changed: Promise<Request | null>): void {
    const underWay = { write, changed };
    this.#underWay.set(id, underWay);
    this.#awaited.get(id)?.resolve();
    const end = () => {
      if (this.#underWay.get(id) === underWay) this.#underWay.delete(id);
    };
    changed.then(end, end);
  }

  /**
   * The request as it is now, as far as that is known here or will be when what is being written is committed; null
   * where the database is to be asked. Waits for a change to begin, so many milliseconds at most.
   */
  async find(id: string, waitMs = 0): Promise<Request | null> {
    const finished = this.#finished(id);
    if (finished) return finished;
    if (waitMs > 0 && !this.#underWay.has(id)) await this.#untilBegun(id, waitMs);
    return this.#underWay.has(id) ? this.#join(id) : null;
  }

  #finished(id: string): Request | null {
    const known = this.#rows.get(id);
    return known && isFinal(known.status) ? known : null;
  }

  /** Whoever waits for the same one is let go together, so that some wait for less. */
  async #untilBegun(id: string, waitMs: number): Promise<void> {
    const awaited = this.#awaited.get(id);
    if (awaited) return awaited.promise;
    if (this.#awaited.size >= AWAITED_MAX) return;
    const begun = Promise.withResolvers<void>();
    this.#awaited.set(id, begun);
    const timer = setTimeout(begun.resolve, waitMs);
    await begun.promise;
    clearTimeout(timer);
    this.#awaited.delete(id);
  }

  /**
   * Waits for the change that is being written, and for those that follow it meanwhile. A change that was sent before
   * may have been committed long ago, and another node may have changed the request since: it says what is so now only
   * if it is the last one of all.
   */
  async #join(id: string): Promise<Request | null> {
    if (this.#joined >= JOINED_MAX) return null;
    this.#joined += 1;
    const first = this.#underWay.get(id);
    const sentBefore = first?.write.isSent ? first : null;
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(late.resolve, JOIN_MAX_MS);
    let latest: Request | null = null;
    try {
      for (let next = first; next; next = this.#underWay.get(id)) {
        const changed = await Promise.race([next.changed, late.promise]);
        if (changed === undefined) break;
        if (next !== sentBefore) latest = changed ?? latest;
      }
    } catch {
      // Whether it was committed is not known; the database knows.
      latest = null;
    } finally {
      clearTimeout(timer);
      this.#joined -= 1;
    }
    return this.#finished(id) ?? latest;
  }
}

/** Texts alone are kept: a parsed value may be many times as large. */
const unparsed = (request: Request): Request => ({
  ...request,
  params: new JsonText(request.params.text),
  effectiveParams: request.effectiveParams && new JsonText(request.effectiveParams.text),
  result: request.result && new JsonText(request.result.text),
});
