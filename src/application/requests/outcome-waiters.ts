import { holderIdOf, type KeyPrincipal } from '../../domain/principal.ts';
import { isFinal, type Request } from '../../domain/request.ts';
import { CountedKeys } from '../counted-keys.ts';
import type { EventQueue } from '../event-queue.ts';
import type { WhenKeyEnds } from '../keys/when-key-ends.ts';
import { leaveSeat } from '../ports/call.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { RequestWatches } from './request-watches.ts';

type Dependencies = {
  readonly watches: Pick<RequestWatches, 'watch'>;
  readonly whenKeyEnds: WhenKeyEnds;
  readonly clock: Clock;
  readonly log: Log;
};

/** The longest that anybody may have REST wait. */
export const OUTCOME_WAIT_MAX_SECONDS = 60;

/** Callers of this node that may wait at once, through all doors together. */
const WAITERS_MAX = 5_000;
const WAITERS_PER_SENDER_MAX = 500;

export type WaitOptions = {
  readonly seconds: number;
  /** That the caller is gone. */
  readonly signal: AbortSignal;
  /** Called with the request as it is when the waiting begins, at each change, and at each progress; it does not throw. */
  readonly onUpdate?: (request: Request) => void;
};

/** Callers that wait for their request's outcome, each for a bounded time. Nobody polls: changes are pushed to them. */
export class OutcomeWaiters {
  readonly #deps: Dependencies;
  readonly #counts = new CountedKeys({ max: WAITERS_MAX, perKeyMax: WAITERS_PER_SENDER_MAX });
  readonly #ends = new Set<() => void>();
  #isStopped = false;

  constructor(deps: Dependencies) {
    this.#deps = deps;
  }

  /** How many wait now. */
  get size(): number {
    return this.#counts.total;
  }

  /**
   * Answers the request when it is final, or as it then is when the time is over, the key ends or the signal says that
   * the caller is gone; null at once when too many wait already, or the node stops. Never throws.
   */
  async wait(principal: KeyPrincipal, request: Request, options: WaitOptions): Promise<Request | null> {
    const { signal } = options;
    if (isFinal(request.status) || signal.aborted) return request;
    const release = this.#isStopped ? null : this.#counts.acquire(holderIdOf(principal));
    if (release) leaveSeat();
    return release && this.#follow(principal, request, options).finally(release);
  }

  /** Lets everybody go with what is known, and lets nobody wait any more. */
  stop(): void {
    this.#isStopped = true;
    for (const end of this.#ends) end();
  }

  async #follow(
    principal: KeyPrincipal,
    request: Request,
    { seconds, signal, onUpdate = () => {} }: WaitOptions,
  ): Promise<Request> {
    const { watches, whenKeyEnds, clock, log } = this.#deps;
    let latest = request;
    let updates: EventQueue<Request> | null = null;
    let end: 'with-what-is-known' | 'at-once' | null = null;
    const finish = () => {
      if (end === 'with-what-is-known') updates?.end();
      if (end === 'at-once') void updates?.return();
    };
    const endWithKnown = () => {
      end ??= 'with-what-is-known';
      finish();
    };
    const endAtOnce = () => {
      end = 'at-once';
      finish();
    };
    this.#ends.add(endWithKnown);
    signal.addEventListener('abort', endAtOnce);
    const stops = [clock.after(seconds * 1_000, endWithKnown), whenKeyEnds(principal, endAtOnce)];
    try {
      updates = await watches.watch(principal, request.id);
      // It may have ended while the watching began: what was read meanwhile is how the request then is.
      finish();
      for await (const update of updates ?? []) {
        latest = update;
        onUpdate(update);
      }
    } catch (error) {
      // The request was taken all the same: its caller gets its id, and can poll.
      log.debug({ err: error, requestId: request.id }, 'a request could not be waited for');
    } finally {
      for (const stop of stops) stop();
      signal.removeEventListener('abort', endAtOnce);
      this.#ends.delete(endWithKnown);
    }
    return latest;
  }
}
