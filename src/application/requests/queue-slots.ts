import { LRUCache } from 'lru-cache';
import type { Amount } from '../../domain/amount.ts';
import type { RateLimitedError } from '../../domain/errors.ts';
import type { Changes } from '../changes/changes.ts';
import type { ClusterView } from '../cluster/cluster-view.ts';
import type { Release } from '../counted-keys.ts';
import type { Clock } from '../ports/clock.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { RequestStore } from '../ports/request-store.ts';
import { type MetBound, placeRefused, QueuePlaces, Tally } from './queue-places.ts';

/** For so long, in milliseconds, slots that were counted may be given away. */
const COUNT_LASTS_MS = 1_000;
/** That there is no room is remembered for so long, or for so many times what the count took, up to a second. */
const FULL_LASTS_MS = 100;
const FULL_LASTS_TIMES = 20;
const FULL_LASTS_MAX_MS = 1_000;
/** Agents whose queues are remembered. */
const QUEUES_MAX = 10_000;

type Dependencies = {
  readonly requests: Pick<RequestStore, 'waitingBySender'>;
  readonly changes: Pick<Changes, 'onOwnRequest'>;
  readonly cluster: Pick<ClusterView, 'otherNodes'>;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'refusedPlaces'>;
};

/** A request that would wait. Repetitions of one have one name. */
export type Waiting = {
  readonly agentId: string;
  readonly senderId: string;
  readonly name: string;
  /** Of its params. */
  readonly bytes: number;
  /** How many of the sender's the agent's owner lets be unfinished; null where it says nothing. */
  readonly allowed: number | null;
};

/**
 * Slots among the requests that wait for an agent, each sender's among them (docs/decisions/0042, 0055). They are counted
 * once for many requests: what a count found free is given away without another one, and that nothing was free, or nothing
 * for one sender, is remembered for a moment. A node alone never gives more than there are; of several each has no more
 * than a share of what is free out at a time, so that together they go over a bound by half of it at most.
 */
export class QueueSlots {
  readonly #deps: Dependencies;
  readonly #max: Amount;
  /** By agent: those that something acquired a slot in and is not stored yet. They are not forgotten. */
  readonly #underWay = new Map<string, Queue>();
  readonly #queues = new LRUCache<string, Queue>({ max: QUEUES_MAX });

  constructor(deps: Dependencies, max: Amount) {
    this.#deps = deps;
    this.#max = max;
    deps.changes.onOwnRequest(({ agentId, senderId, status }) => {
      if (status !== 'PENDING' && status !== 'ACKED') this.#queues.get(agentId)?.noteFreed(senderId);
    });
  }

  /**
   * Acquires a slot; repetitions of one request share it. Answers the function that says that it is stored, or not to be.
   * Throws RateLimitedError when there is none left for that sender.
   */
  async acquire(waiting: Waiting): Promise<Release> {
    const { agentId } = waiting;
    const queue = this.#queueOf(agentId);
    const release = queue.hold(waiting);
    const releaseQueue = () => {
      release();
      if (queue.isIdle) this.#underWay.delete(agentId);
    };
    try {
      const met = await queue.ask(waiting);
      if (met === null) return releaseQueue;
      throw this.#refused(met, waiting.allowed);
    } catch (error) {
      releaseQueue();
      throw error;
    }
  }

  /**
   * Throws RateLimitedError where there was no room for such a request a moment ago, so that nobody has to decide about one
   * that would wait.
   */
  refuseKnown({ agentId, senderId, bytes, allowed }: Omit<Waiting, 'name'>): void {
    const met = this.#queues.get(agentId)?.knownMet(senderId, bytes, allowed) ?? null;
    if (met !== null) throw this.#refused(met, allowed);
  }

  #refused(met: MetBound, allowed: number | null): RateLimitedError {
    this.#deps.metrics.refusedPlaces.of(met).add();
    return placeRefused(met, this.#max, allowed);
  }

  #queueOf(agentId: string): Queue {
    const known = this.#underWay.get(agentId) ?? this.#queues.get(agentId);
    const queue = known ?? new Queue(this.#deps, agentId, this.#max);
    this.#underWay.set(agentId, queue);
    this.#queues.set(agentId, queue);
    return queue;
  }
}

type Asked = Promise<MetBound | null>;
/** Repetitions may differ in their params: the first of them says what is asked for. */
type Name = { readonly first: Waiting; holders: number; asked: Asked | null };

/** What one node knows of one agent's queue. */
class Queue {
  readonly #deps: Dependencies;
  readonly #agentId: string;
  readonly #max: Amount;
  readonly #names = new Map<string, Name>();
  /** What has a slot and is not stored yet, as far as is known. */
  readonly #storing = new Tally();
  /** As they were counted last. */
  #places: QueuePlaces | null = null;
  /** Until when slots may be given away by that, and until when none are refused anew, in monotonic milliseconds. */
  #givesUntil = Number.NEGATIVE_INFINITY;
  #refusesUntil = Number.NEGATIVE_INFINITY;
  #counting: Promise<void> | null = null;
  /** Something was stored since the last count began: another may find more. */
  #hasStored = false;
  /** Resolved when one that had a slot is stored. */
  #nextStored = Promise.withResolvers<void>();

  constructor(deps: Dependencies, agentId: string, max: Amount) {
    this.#deps = deps;
    this.#agentId = agentId;
    this.#max = max;
  }

  get isIdle(): boolean {
    return this.#names.size === 0;
  }

  /** The bound that kept such a request out a moment ago; null if none did, as far as is known. */
  knownMet(senderId: string, bytes: number, allowed: number | null): MetBound | null {
    if (this.#deps.clock.monotonic() >= this.#refusesUntil) return null;
    return this.#places?.met(senderId, bytes, allowed) ?? null;
  }

  /** Answers the function that lets it go. */
  hold(waiting: Waiting): Release {
    const held = this.#heldAs(waiting);
    held.holders += 1;
    return () => {
      held.holders -= 1;
      if (held.holders > 0) return;
      this.#names.delete(waiting.name);
      held.asked?.then(
        (met) => met === null && this.#noteStored(held.first),
        () => {},
      );
    };
  }

  /** The bound that keeps it out; null if it has a slot. Decided once for all that hold the name. */
  ask(waiting: Waiting): Asked {
    const held = this.#heldAs(waiting);
    held.asked ??= this.#decide(held.first);
    return held.asked;
  }

  noteFreed(senderId: string): void {
    this.#places?.noteFreed(senderId);
  }

  #heldAs(waiting: Waiting): Name {
    const held = this.#names.get(waiting.name) ?? { first: waiting, holders: 0, asked: null };
    this.#names.set(waiting.name, held);
    return held;
  }

  async #decide({ senderId, bytes, allowed }: Waiting): Asked {
    for (;;) {
      const met = this.knownMet(senderId, bytes, allowed);
      if (met !== null) return met;
      const places = this.#isKnown ? this.#places : null;
      if (places?.give(senderId, bytes, allowed)) {
        this.#storing.add(senderId, { requests: 1, bytes });
        return null;
      }
      // Until one is stored another count would find no more.
      const isInDoubt = places !== null && places.met(senderId, bytes, allowed) === null;
      if (isInDoubt && this.#storing.requests > 0 && !this.#hasStored) await this.#nextStored.promise;
      else await this.#count();
    }
  }

  /** What a count that is under way does not know of must not be given. */
  get #isKnown(): boolean {
    return this.#counting === null && this.#deps.clock.monotonic() < this.#givesUntil;
  }

  #noteStored({ senderId, bytes }: Waiting): void {
    this.#storing.add(senderId, { requests: -1, bytes: -bytes });
    this.#hasStored = true;
    this.#nextStored.resolve();
    this.#nextStored = Promise.withResolvers();
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
    const storing = Tally.of(this.#storing.bySender);
    this.#hasStored = false;
    const begun = clock.monotonic();
    const waiting = await requests.waitingBySender(this.#agentId, this.#max.requests);
    const now = clock.monotonic();
    this.#places = new QueuePlaces(this.#max, cluster.otherNodes + 1, waiting, storing);
    this.#givesUntil = now + COUNT_LASTS_MS;
    this.#refusesUntil = now + Math.min(FULL_LASTS_MAX_MS, Math.max(FULL_LASTS_MS, FULL_LASTS_TIMES * (now - begun)));
  }
}
