import type { Changes } from '../changes/changes.ts';
import type { Clock } from '../ports/clock.ts';
import type { FollowedTime } from './followed-time.ts';

const RENEWALS_PER_TIMEOUT = 4;
/** A node that has missed so many in a row is not ready. */
const MISSED_RENEWALS_MAX = 3;

/**
 * What this node knows of the others, from renewing its presence: how many are alive, whether they hear of what it
 * does, and whether it is in a state to say that one of them is dead.
 */
export class ClusterView {
  readonly #changes: Changes;
  readonly #clock: Clock;
  readonly #nodeTimeoutMs: number;
  readonly #nodeGoneListeners = new Set<() => void>();
  readonly #time: FollowedTime;
  #otherNodes = 0;
  /** When the last renewal began and when it was over, and since when there has been no gap; monotonic. */
  #renewalBegunAt = Number.NEGATIVE_INFINITY;
  #renewedAt = Number.NEGATIVE_INFINITY;
  #steadySince = Number.NEGATIVE_INFINITY;
  /** When this node began to try in vain to renew itself, monotonic; null after a renewal. */
  #tryingSince: number | null = null;
  #problem: string | null = null;

  constructor(deps: {
    readonly changes: Changes;
    readonly time: FollowedTime;
    readonly clock: Clock;
    readonly nodeTimeoutMs: number;
  }) {
    this.#changes = deps.changes;
    this.#time = deps.time;
    this.#clock = deps.clock;
    this.#nodeTimeoutMs = deps.nodeTimeoutMs;
  }

  /** How often a node renews its presence, in milliseconds. */
  get renewEveryMs(): number {
    return this.#nodeTimeoutMs / RENEWALS_PER_TIMEOUT;
  }

  /** How many other nodes were alive at the last renewal. */
  get otherNodes(): number {
    return this.#otherNodes;
  }

  /** Whether what this node publishes reaches every node. */
  hintsReachAll(): boolean {
    return this.#changes.reachableNodes() >= this.#otherNodes;
  }

  /**
   * Whether this node may say of others that they are dead. Not while it has had trouble to renew itself: then the
   * others had it, too, most likely, and hold their channels all the same; they get a timeout's time to say so. Nor until
   * all have renewed themselves by a time that was set.
   */
  mayForgetOthers(): boolean {
    if (!this.#time.isSteadyForNodes) return false;
    const now = this.#clock.monotonic();
    return now - this.#renewedAt <= this.#longestGap && now - this.#steadySince >= this.#nodeTimeoutMs;
  }

  /**
   * Whether no other node can have taken this one for dead: it was renewed in time. A renewal says that the node was
   * there when it began, however long it then took.
   */
  isSurelyKnown(): boolean {
    return this.renewalAgeMs <= this.#longestGap;
  }

  /** How long ago, in milliseconds, the last renewal began that succeeded; infinite before the first. */
  get renewalAgeMs(): number {
    return this.#clock.monotonic() - this.#renewalBegunAt;
  }

  /** Whether this node can do its work: it renews itself, which is a write like any other. */
  isRenewing(): boolean {
    return this.renewalAgeMs <= MISSED_RENEWALS_MAX * this.renewEveryMs;
  }

  /**
   * Whether others may have taken this node for dead, and its channels' requests with it, and it cannot say that it lives: it
   * tried to renew itself for a timeout, in vain. Over by itself with the next renewal. A node that stood still, such as a
   * machine that slept, has not tried: it renews itself when it wakes, and its channels stay.
   */
  isFenced(): boolean {
    const triedFor = this.#tryingSince === null ? 0 : this.#clock.monotonic() - this.#tryingSince;
    // The first try is as much later than the renewal before it.
    return triedFor > this.#nodeTimeoutMs - this.renewEveryMs;
  }

  /** The node tries to renew its presence, since when (monotonic milliseconds). */
  recordTry(begun: number): void {
    this.#tryingSince ??= begun;
  }

  /** What the last try to renew the presence failed for, in words for an operator; null where that is not known, or none did. */
  get renewalProblem(): string | null {
    return this.#problem;
  }

  recordFailure(problem: string | null): void {
    this.#problem = problem;
  }

  /** The presence was renewed: when that began (monotonic milliseconds), and how many others were alive. */
  recordRenewal(begun: number, otherNodes: number): void {
    const now = this.#clock.monotonic();
    const gap = now - Math.min(begun, this.#renewedAt);
    if (Number.isFinite(gap) && gap > this.#longestGap) this.#steadySince = now;
    this.#tryingSince = null;
    this.#problem = null;
    // One that was begun before may be over after it.
    this.#renewalBegunAt = Math.max(begun, this.#renewalBegunAt);
    this.#renewedAt = now;
    const isOneGone = otherNodes < this.#otherNodes;
    this.#otherNodes = otherNodes;
    if (isOneGone) for (const listener of this.#nodeGoneListeners) listener();
  }

  /** Calls back when there are fewer other nodes than before: what they did last may not have been told. */
  onNodeGone(listener: () => void): void {
    this.#nodeGoneListeners.add(listener);
  }

  /**
   * Calls back when hints may have got lost: the bus missed some, a node is gone, or some seemed to be too late while not all
   * had the same time.
   */
  onDoubt(listener: () => void): void {
    this.#changes.onGap(listener);
    this.onNodeGone(listener);
    this.#time.onSet(listener);
  }

  /** Between two renewals, while all is well. */
  get #longestGap(): number {
    return 2 * this.renewEveryMs;
  }
}
