import type { Request } from '../../domain/request.ts';
import type { Bus, Topic } from '../ports/bus.ts';
import type { Clock } from '../ports/clock.ts';
import { Listeners } from '../ports/listeners.ts';
import type { Log } from '../ports/log.ts';
import type { ChangesByTopic } from './changes-by-topic.ts';
import { createHintChecks, type HintStores } from './hint-checks.ts';
import { hintsOf } from './hints-of.ts';

/** Gaps that come faster than this, in milliseconds, are told of as one: each makes caches and followed requests be read again. */
const GAPS_APART_MS = 1_000;

/**
 * What became true on the platform, told to who listens on this node. What this node did itself is told at once, with
 * the row in hand, and other nodes get a hint of it. What they hint at is read from the database, many at a time, and
 * only what the rows say is told: a forged hint makes a node read, and nothing else.
 */
export class Changes {
  readonly #nodeId: string;
  readonly #bus: Bus;
  readonly #clock: Clock;
  readonly #listeners: Listeners<ChangesByTopic>;
  readonly #gapListeners = new Set<() => void>();
  readonly #ownRequestListeners = new Set<(request: Request) => void>();
  /** By name: ends the subscription to hints of it. */
  readonly #hintSubscriptions = new Map<string, () => void>();
  readonly #checks: ReturnType<typeof createHintChecks>;
  #gapToldAt = Number.NEGATIVE_INFINITY;
  #isGapDue = false;

  constructor(deps: {
    readonly nodeId: string;
    readonly bus: Bus;
    readonly stores: HintStores;
    /** The console's sessions that something is open with on this node. */
    readonly openSessionIds: () => readonly string[];
    readonly nodeTimeoutMs: number;
    readonly clock: Clock;
    readonly log: Log;
  }) {
    const { nodeId, bus, clock, log } = deps;
    this.#nodeId = nodeId;
    this.#bus = bus;
    this.#clock = clock;
    this.#listeners = new Listeners(log, {
      onFirst: (topic, key, name) => {
        const stop = bus.subscribe(topic, key, (hint) => this.#checks.check(topic, key, hint));
        this.#hintSubscriptions.set(name, stop);
      },
      onLast: (_topic, _key, name) => {
        this.#hintSubscriptions.get(name)?.();
        this.#hintSubscriptions.delete(name);
      },
    });
    this.#checks = createHintChecks({
      ...deps,
      tell: (topic, key, change) => this.#listeners.call(topic, key, change),
      onLost: () => this.#tellOfGap(),
    });
    bus.onGap(() => this.#tellOfGap());
  }

  /** This node did it: its own listeners hear of it before this answers, other nodes get a hint. */
  publish<Name extends Topic>(topic: Name, key: string, change: ChangesByTopic[Name]): void {
    this.tell(topic, key, change);
    // What is for this node is nobody else's business.
    if ((topic === 'node' || topic === 'outcome') && key === this.#nodeId) return;
    for (const hint of hintsOf(topic, change, this.#nodeId)) this.#bus.publish(topic, key, hint);
  }

  /** This node changed the request, or stored it. */
  tellOfOwnRequest(request: Request): void {
    for (const listener of this.#ownRequestListeners) listener(request);
  }

  /** Calls back with each request that this node changed or stored, and with none that others did. It does not throw. */
  onOwnRequest(listener: (request: Request) => void): void {
    this.#ownRequestListeners.add(listener);
  }

  /** The request is over: the node that took it from its sender hears of it, which is this one unless it said so. */
  publishOutcome(requestId: string): void {
    this.publish('outcome', this.#checks.takerOf(requestId) ?? this.#nodeId, { requestId });
  }

  /** This node knows it, and every other one finds it out by itself: only its own listeners hear of it. */
  tell<Name extends Topic>(topic: Name, key: string, change: ChangesByTopic[Name]): void {
    if ('request' in change) this.#checks.supersede(change.request as Request);
    this.#listeners.call(topic, key, change);
  }

  /** Answers the function that ends it. A listener that throws is logged and does not disturb the others. */
  subscribe<Name extends Topic>(
    topic: Name,
    key: string,
    listener: (change: ChangesByTopic[Name]) => void,
  ): () => void {
    return this.#listeners.add(topic, key, listener);
  }

  /**
   * Answers when what other nodes do from now on is heard of under every subscription made so far, and at least
   * `otherNodes` of them know this one; within a second in any case.
   */
  inForce(otherNodes = 0): Promise<void> {
    return this.#bus.inForce(otherNodes);
  }

  /** How many other nodes hear at once of what this one does. */
  reachableNodes(): number {
    return this.#bus.reachableNodes();
  }

  /** Calls back when changes of other nodes may have been missed: reconcile everything. Answers the function that ends it. */
  onGap(listener: () => void): () => void {
    this.#gapListeners.add(listener);
    return () => void this.#gapListeners.delete(listener);
  }

  #tellOfGap(): void {
    if (this.#isGapDue) return;
    const left = this.#gapToldAt + GAPS_APART_MS - this.#clock.monotonic();
    const tell = () => {
      this.#isGapDue = false;
      this.#gapToldAt = this.#clock.monotonic();
      for (const listener of [...this.#gapListeners]) listener();
    };
    if (left <= 0) tell();
    else {
      this.#isGapDue = true;
      this.#clock.after(left, tell);
    }
  }
}
