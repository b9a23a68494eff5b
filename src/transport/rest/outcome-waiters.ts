import type { Application } from '../../application/application.ts';
import type { Clock } from '../../application/ports/clock.ts';
import type { Log } from '../../application/ports/log.ts';
import { type SubmittingPrincipal, senderIdOf } from '../../domain/principal.ts';
import { isFinal, type Request } from '../../domain/request.ts';

type Dependencies = { readonly app: Pick<Application, 'requests' | 'keys'>; readonly clock: Clock; readonly log: Log };

/** Callers that may wait at once. Whoever comes on top is answered at once, which RFC 7240 leaves to the server. */
const WAITERS_MAX = 5_000;
const WAITERS_PER_SENDER_MAX = 500;

/** Callers that wait for their request's outcome, each for a bounded time. Nobody polls: changes are pushed to them. */
export class OutcomeWaiters {
  readonly #deps: Dependencies;
  readonly #ends = new Set<() => void>();
  readonly #perSender = new Map<string, number>();

  constructor(deps: Dependencies) {
    this.#deps = deps;
  }

  /** How many wait now. */
  get size(): number {
    return this.#ends.size;
  }

  /**
   * Answers the request when it is final, or as it then is when the time is over, the key ends or the caller is gone;
   * null at once when too many wait already. `onGone` is called with what is to be called when the caller is gone.
   */
  async wait(
    principal: SubmittingPrincipal,
    request: Request,
    seconds: number,
    onGone: (stop: () => void) => void,
  ): Promise<Request | null> {
    if (isFinal(request.status)) return request;
    const release = this.#take(senderIdOf(principal));
    return release ? this.#follow(principal, request, seconds, onGone).finally(release) : null;
  }

  /** Lets everybody go with what is known: the node stops. */
  releaseAll(): void {
    for (const end of this.#ends) end();
  }

  async #follow(
    principal: SubmittingPrincipal,
    request: Request,
    seconds: number,
    onGone: (stop: () => void) => void,
  ): Promise<Request> {
    const { app, clock, log } = this.#deps;
    let latest = request;
    let isOver = false;
    let endUpdates = () => {};
    const end = () => {
      isOver = true;
      endUpdates();
    };
    this.#ends.add(end);
    onGone(end);
    const stops = [clock.after(seconds * 1_000, end), app.keys.whenKeyEnds(principal, end)];
    try {
      const updates = await app.requests.watch(principal, request.id);
      if (updates === null || isOver) {
        await updates?.return();
        return latest;
      }
      endUpdates = () => void updates.return();
      for await (const update of updates) latest = update;
    } catch (error) {
      // The request was taken all the same: its caller gets its id, and can poll.
      log.debug({ err: error, requestId: request.id }, 'a request could not be waited for');
    } finally {
      for (const stop of stops) stop();
      this.#ends.delete(end);
    }
    return latest;
  }

  #take(senderId: string): (() => void) | null {
    const ofSender = this.#perSender.get(senderId) ?? 0;
    if (this.#ends.size >= WAITERS_MAX || ofSender >= WAITERS_PER_SENDER_MAX) return null;
    this.#perSender.set(senderId, ofSender + 1);
    return () => {
      const left = (this.#perSender.get(senderId) ?? 1) - 1;
      if (left > 0) this.#perSender.set(senderId, left);
      else this.#perSender.delete(senderId);
    };
  }
}
