import { LRUCache } from 'lru-cache';
import { RateLimitedError } from '../../domain/errors.ts';
import type { Changes } from '../changes/changes.ts';
import type { ClusterView } from '../cluster/cluster-view.ts';
import type { Release } from '../counted-keys.ts';
import type { Clock } from '../ports/clock.ts';
import type { RequestStore } from '../ports/request-store.ts';

export const RETRY_AFTER_SECONDS = 5;
/** For so long, in milliseconds, slots that were counted may be given away. */
const COUNT_LASTS_MS = 1_000;
/** That a queue is full is remembered for so long, or for so many times what the count took, up to a second. */
const FULL_LASTS_MS = 100;
const FULL_LASTS_TIMES = 20;
const FULL_LASTS_MAX_MS = 1_000;
/** It is forgotten sooner once this part of the queue has become free here. */
const FREED_PART = 16;
/** Agents whose queues are remembered. */
const QUEUES_MAX = 10_000;

type Dependencies = {
  readonly requests: Pick<RequestStore, 'countWaiting'>;
  readonly changes: Pick<Changes, 'onOwnRequest'>;
  readonly cluster: Pick<ClusterView, 'otherNodes'>;
  readonly clock: Clock;
};

/**
 * Slots among the requests that wait for an agent (docs/decisions/0042). They are counted once for many requests: what a
 * count found free is given away without another one, and that nothing was free is remembered for a moment. A node alone
 * never gives more than there are; of several each has no more than a share of what is free out at a time, so that
 * together they go over the bound by half of it at most.
 */
export class QueueSlots {
  readonly #deps: Dependencies;
  readonly #max: number;
  /** By agent: those that something acquired a slot in and is not stored yet. They are not forgotten. */
  readonly #underWay = new Map<string, Queue>();
  readonly #queues = new LRUCache<string, Queue>({ max: QUEUES_MAX });

  constructor(deps: Dependencies, max: number) {
    this.#deps = deps;
    this.#max = max;
    deps.changes.onOwnRequest(({ agentId, status }) => {
      if (status !== 'PENDING' && status !== 'ACKED') this.#queues.get(agentId)?.noteFreed();
    });
  }

  /**
   * Acquires a slot for a request of that name; repetitions of one request have one name and share a slot. Answers the
   * function that says that it is stored, or not to be. Throws RateLimitedError when there is none left.
   */
  async acquire(agentId: string, name: string): Promise<Release> {
    const queue = this.#queueOf(agentId);
    const release = queue.hold(name);
    const releaseQueue = () => {
      release();
      if (queue.isIdle) this.#underWay.delete(agentId);
    };
    try {
      if (await queue.isGranted(name)) return releaseQueue;
      throw new RateLimitedError(RETRY_AFTER_SECONDS);
    } catch (error) {
      releaseQueue();
      throw error;
    }
  }

  /** Whether the queue was full a moment ago, so that nobody has to decide about a request that would wait in it. */
  isKnownFull(agentId: string): boolean {
    return this.#queues.get(agentId)?.isKnownFull ?? false;
  }

  #queueOf(agentId: string): Queue {
    const known = this.#underWay.get(agentId) ?? this.#queues.get(agentId);
    const queue = known ?? new Queue(this.#deps, agentId, this.#max);
    this.#underWay.set(agentId, queue);
    this.#queues.set(agentId, queue);
    return queue;
  }
}

type Name = { holders: number; isGranted: Promise<boolean> | null };

/** What one node knows of one agent's queue. */
class Queue {
  readonly #deps: Dependencies;
  readonly #agentId: string;
  readonly #max: number;
  readonly #names = new Map<string, Name>();
  /** Names that have a slot and are not stored yet, as far as is known. */
  #storing = 0;
  /** Slots that may be given away without another count. */
  #free = 0;
  /** Nothing was free, as was counted. */
  #isFull = false;
  /** Until when both are so, in monotonic milliseconds. */
  #lastsUntil = Number.NEGATIVE_INFINITY;
  /** Slots that became free here since they were counted. */
  #freed = 0;
  #counting: Promise<void> | null = null;
  /** Resolved when one that had a slot is stored. */
  #nextStored = Promise.withResolvers<void>();

  constructor(deps: Dependencies, agentId: string, max: number) {
    this.#deps = deps;
    this.#agentId = agentId;
    this.#max = max;
  }

  get isIdle(): boolean {
    return this.#names.size === 0;
  }

  get isKnownFull(): boolean {
    return this.#isFull && this.#isKnown;
  }

  /** Answers the function that lets it go. */
  hold(name: string): Release {
    const held = this.#names.get(name) ?? { holders: 0, isGranted: null };
    this.#names.set(name, held);
    held.holders += 1;
    return () => {
      held.holders -= 1;
      if (held.holders > 0) return;
      this.#names.delete(name);
      held.isGranted?.then(
        (isGranted) => isGranted && this.#noteStored(),
        () => {},
      );
    };
  }

  /** Whether the name has a slot; decided once for all that hold it. */
  isGranted(name: string): Promise<boolean> {
    const held = this.#names.get(name);
    if (!held) return Promise.resolve(false);
    held.isGranted ??= this.#grant();
    return held.isGranted;
  }

  /** Something that waited does so no more. */
  noteFreed(): void {
    this.#freed += 1;
    if (this.#isFull && this.#freed >= this.#max / FREED_PART) this.#forget();
  }

  async #grant(): Promise<boolean> {
    for (;;) {
      if (this.isKnownFull) return false;
      if (this.#isKnown && this.#free > 0) {
        this.#free -= 1;
        this.#storing += 1;
        return true;
      }
      // Until one is stored another count would find no more.
      if (this.#isKnown && this.#storing > 0) await this.#nextStored.promise;
      else await this.#count();
    }
  }

  get #isKnown(): boolean {
    return this.#deps.clock.monotonic() < this.#lastsUntil;
  }

  #noteStored(): void {
    this.#storing -= 1;
    if (this.#free === 0 && !this.#isFull) this.#forget();
    this.#nextStored.resolve();
    this.#nextStored = Promise.withResolvers();
  }

  #forget(): void {
    this.#lastsUntil = Number.NEGATIVE_INFINITY;
  }

  /** For all that wait for it. */
  #count(): Promise<void> {
    this.#counting ??= this.#countOnce().finally(() => {
      this.#counting = null;
    });
    return this.#counting;
  }

  async #countOnce(): Promise<void> {
    const { requests, cluster, clock } = this.#deps;
    // Whether these are stored when it counts nobody knows, so they count besides.
    const storing = this.#storing;
    this.#free = 0;
    this.#freed = 0;
    const begun = clock.monotonic();
    const waiting = await requests.countWaiting(this.#agentId, this.#max);
    const now = clock.monotonic();
    const left = Math.max(0, this.#max - waiting);
    const nodes = cluster.otherNodes + 1;
    const share = nodes === 1 ? left : Math.ceil(left / (2 * nodes));
    this.#isFull = left === 0;
    this.#free = Math.max(0, share - storing);
    const fullLastsMs = Math.min(FULL_LASTS_MAX_MS, Math.max(FULL_LASTS_MS, FULL_LASTS_TIMES * (now - begun)));
    this.#lastsUntil = now + (this.#isFull ? fullLastsMs : COUNT_LASTS_MS);
  }
}
