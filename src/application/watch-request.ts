import type { Principal } from '../domain/principal.ts';
import { isFinal, type Request } from '../domain/request.ts';
import { isParty } from './access.ts';
import { EventQueue } from './event-queue.ts';
import { isUuid } from './input-issues.ts';
import type { Bus } from './ports/bus.ts';
import type { Clock } from './ports/clock.ts';
import type { RequestStore } from './ports/request-store.ts';

type Dependencies = {
  readonly requests: RequestStore;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly hintsReachAll: () => boolean;
};

/** A request changes a dozen times at most; a subscriber that is further behind does not read. */
const BACKLOG_MAX = 64;
/** How often a watched request is looked at while hints may get lost. */
const LOOK_EVERY_MS = 1_000;
/** How often it is looked at all the same. */
const LOOK_ANYWAY_EVERY = 15;

/**
 * The request now, then again at each change, until it is final. Null for an unknown request, and for one that is not
 * the caller's. Ends with QueueOverflowError when it is not read.
 */
export function createWatchRequest({ requests, bus, clock, hintsReachAll }: Dependencies) {
  return async (principal: Principal | null, id: string): Promise<EventQueue<Request> | null> => {
    if (principal === null || !isUuid(id)) return null;
    let seenRevision = 0;
    const stops: (() => void)[] = [];
    const queue = new EventQueue<Request>({ max: BACKLOG_MAX }).onEnd(() => {
      for (const stop of stops) stop();
    });
    const early: Request[] = [];
    let isReading = true;
    const take = (request: Request) => {
      if (isReading) early.push(request);
      else if (request.revision > seenRevision) {
        seenRevision = request.revision;
        queue.push(request);
        if (isFinal(request.status)) queue.end();
      }
    };
    // Listening starts before reading, so that no change falls between the two.
    stops.push(bus.subscribe('request', id, ({ request }) => take(request)));
    let ticks = 0;
    let isLooking = false;
    stops.push(
      clock.every(LOOK_EVERY_MS, () => {
        ticks += 1;
        if (isLooking || (hintsReachAll() && ticks % LOOK_ANYWAY_EVERY !== 0)) return;
        isLooking = true;
        requests
          .byId(id)
          .then((request) => request && take(request))
          .catch(() => {})
          .finally(() => {
            isLooking = false;
          });
      }),
    );
    try {
      const request = await requests.byId(id);
      if (request === null || !isParty(principal, request)) {
        queue.end();
        return null;
      }
      isReading = false;
      take(request);
      for (const each of early) take(each);
      return queue;
    } catch (error) {
      queue.end();
      throw error;
    }
  };
}
