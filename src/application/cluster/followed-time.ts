import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { SharedTime } from '../ports/shared-time.ts';

/** What two clocks may differ by before one is set, besides what the asking took. */
const MAY_DIFFER_MS = 5;
const DIFFER_MUCH_MS = 1_000;
/** It was set far when it went by so much. */
const FAR_MS = 10 * 60_000;
/** It is set again and again when it was so often within so many timeouts of a node. */
const SETS_MAX = 5;
const SETS_WITHIN_TIMEOUTS = 10;
/** No lease lapsed by then. */
const BEFORE_ALL = new Date(0);

type Dependencies = {
  readonly clock: Clock;
  readonly sharedTime: SharedTime;
  readonly nodeTimeoutMs: number;
  readonly log: Log;
};

/**
 * This node's time, which follows the database's. Where that is set, forwards or back, what was written down before says
 * nothing of how long ago it was: for NODE_TIMEOUT_SECONDS nothing is taken for over by it (docs/decisions/0036). One that
 * is set again and again gets no such time any more, since nothing would ever be over.
 */
export class FollowedTime {
  readonly #deps: Dependencies;
  readonly #setListeners = new Set<() => void>();
  #isFollowing = false;
  #asking: Promise<boolean> | null = null;
  /** What it may have been off by when it was followed last. */
  #uncertaintyMs = 0;
  #timesSet = 0;
  /** When it was set, the last times, monotonic, and by how much. */
  #sets: readonly { readonly at: number; readonly movedMs: number }[] = [];
  #setFarAt = Number.NEGATIVE_INFINITY;

  constructor(deps: Dependencies) {
    this.#deps = deps;
  }

  /** How often it was set since the node began to follow it. */
  get timesSet(): number {
    return this.#timesSet;
  }

  /** How long ago, in milliseconds, it was set last by more than some minutes, as this node began to follow it included; infinite before. */
  get setFarAgoMs(): number {
    return this.#deps.clock.monotonic() - this.#setFarAt;
  }

  /** Whether what is over by this time may be taken for over. */
  get isSteady(): boolean {
    return this.#isSetAgainAndAgain || this.#setAgoMs >= this.#deps.nodeTimeoutMs;
  }

  /**
   * Whether a node that seems not to have renewed itself for a timeout may be taken for dead by this time. Where it is set
   * again and again by as much as that, every node seems so.
   */
  get isSteadyForNodes(): boolean {
    const { nodeTimeoutMs } = this.#deps;
    if (this.#setAgoMs >= nodeTimeoutMs) return true;
    return this.#isSetAgainAndAgain && this.#sets.every(({ movedMs }) => Math.abs(movedMs) < nodeTimeoutMs / 2);
  }

  /** Half of the time in which nothing is taken for over has passed: every node has noticed by then. */
  get isKnownToAll(): boolean {
    return !this.#isSetAgainAndAgain && this.#setAgoMs >= this.#deps.nodeTimeoutMs / 2;
  }

  /** Leases until that moment have lapsed. */
  get lapsedBy(): Date {
    return this.isSteady ? this.#deps.clock.now() : BEFORE_ALL;
  }

  /** Calls back when it was set. */
  onSet(listener: () => void): void {
    this.#setListeners.add(listener);
  }

  /**
   * Asks the database what the time is, and follows it where the two differ by more than the asking can tell. Answers
   * whether it was set. Whoever asks while another does gets the same answer.
   */
  ask(): Promise<boolean> {
    this.#asking ??= this.#follow().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #follow(): Promise<boolean> {
    const { clock, sharedTime, log } = this.#deps;
    const asked = clock.monotonic();
    const time = await sharedTime();
    const uncertainty = (clock.monotonic() - asked) / 2;
    const before = clock.now().getTime();
    const now = time.getTime() + uncertainty;
    const wasFollowing = this.#isFollowing;
    if (wasFollowing && Math.abs(before - now) <= uncertainty + MAY_DIFFER_MS) return false;
    // What was off before by as much as could not be told has not been set.
    const mayDifferMs = DIFFER_MUCH_MS + this.#uncertaintyMs;
    this.#isFollowing = true;
    this.#uncertaintyMs = uncertainty;
    clock.follow(new Date(now));
    const movedMs = Math.round(clock.now().getTime() - before);
    // Of two clocks that are far apart as a node starts one is wrong, and nobody knows which.
    if (Math.abs(movedMs) > FAR_MS) this.#setFarAt = clock.monotonic();
    if (wasFollowing && Math.abs(movedMs) > mayDifferMs) {
      this.#noteSet(movedMs);
      return true;
    }
    if (Math.abs(movedMs) > DIFFER_MUCH_MS) {
      log.warn({ differenceMs: -movedMs }, "this node's clock is not the database's, which is followed");
    }
    return false;
  }

  get #setAgoMs(): number {
    return this.#deps.clock.monotonic() - (this.#sets.at(-1)?.at ?? Number.NEGATIVE_INFINITY);
  }

  get #isSetAgainAndAgain(): boolean {
    const [first] = this.#sets;
    if (first === undefined || this.#sets.length < SETS_MAX) return false;
    return this.#deps.clock.monotonic() - first.at < SETS_WITHIN_TIMEOUTS * this.#deps.nodeTimeoutMs;
  }

  #noteSet(movedMs: number): void {
    const now = this.#deps.clock.monotonic();
    this.#timesSet += 1;
    this.#sets = [...this.#sets, { at: now, movedMs }].slice(-SETS_MAX);
    const { log } = this.#deps;
    if (this.#isSetAgainAndAgain) {
      log.warn(
        { movedMs },
        "the database's clock is set again and again: what is over by it ends, or is delivered again, all the same",
      );
    } else {
      log.warn(
        { movedMs },
        "the database's clock was set: requests expire by its new time, and what was delivered has its time to be acked again",
      );
    }
    for (const listener of this.#setListeners) listener();
  }
}
