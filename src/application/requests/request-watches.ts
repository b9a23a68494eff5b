import type { Principal } from '../../domain/principal.ts';
import { isFinal, isFurther, type Request } from '../../domain/request.ts';
import { isUuid } from '../../domain/uuid.ts';
import { isParty } from '../access.ts';
import type { Directory } from '../agents/directory.ts';
import type { Changes } from '../changes/changes.ts';
import { EventQueue } from '../event-queue.ts';
import type { ProgressHint } from '../ports/bus.ts';
import type { Log } from '../ports/log.ts';
import type { RequestStore } from '../ports/request-store.ts';

/** A request changes a dozen times at most; a subscriber that is further behind does not read. */
const BACKLOG_MAX = 64;
/** Who is further behind is not told of progress, as that comes any number of times. */
const PROGRESS_BACKLOG_MAX = 4;
/** Requests that are read in one go, with their params and results. */
const READ_AT_ONCE = 16;

type Dependencies = {
  readonly requests: RequestStore;
  readonly directory: Pick<Directory, 'ownerOf'>;
  readonly changes: Changes;
  readonly log: Log;
};

type Take = (request: Request) => void;

/**
 * Who on this node follows which request. Changes come as hints, so a follower costs the database nothing while it
 * waits; when hints may have got lost, all that is followed is read again, a part at a time.
 */
export class RequestWatches {
  readonly #deps: Dependencies;
  readonly #followers = new Map<string, Set<Take>>();
  #reconciling: Promise<void> | null = null;
  /** Something may have been missed of what was read before in this round. */
  #isAgainDue = false;

  constructor(deps: Dependencies) {
    this.#deps = deps;
    deps.changes.onGap(() => void this.reconcile());
  }

  /**
   * The request now, then again at each change and whenever its agent says how far it is, until it is final. Null for an unknown request, and for one that is
   * not the caller's. Ends with QueueOverflowError when it is not read.
   */
  async watch(principal: Principal | null, id: string): Promise<EventQueue<Request> | null> {
    if (principal === null || !isUuid(id)) return null;
    const queue = new EventQueue<Request>({ max: BACKLOG_MAX });
    let latest: Request | null = null;
    let early: Request[] | null = [];
    const take: Take = (request) => {
      if (early !== null) early.push(request);
      else if (request.revision > (latest?.revision ?? 0)) {
        latest = withLatestProgress(request, latest);
        queue.push(latest);
        if (isFinal(request.status)) queue.end();
      }
    };
    const hear = ({ attempt, progress }: ProgressHint) => {
      if (latest === null || attempt !== latest.attempts || !isFurther(progress, latest.progress)) return;
      latest = { ...latest, progress };
      if (queue.size < PROGRESS_BACKLOG_MAX) queue.push(latest);
    };
    // Following starts before reading, so that no change falls between the two.
    queue.onEnd(this.#follow(id, take, hear));
    try {
      await this.#deps.changes.inForce();
      const request = await this.#deps.requests.byId(id);
      if (request === null || !(await isParty(principal, request, this.#deps.directory.ownerOf))) {
        queue.end();
        return null;
      }
      const heard = early;
      early = null;
      for (const each of [request, ...heard]) take(each);
      return queue;
    } catch (error) {
      queue.end();
      throw error;
    }
  }

  /**
   * Reads everything that is followed, for changes whose hints got lost; once more when it is called while that is
   * under way. Never throws.
   */
  reconcile(): Promise<void> {
    if (this.#followers.size === 0) return Promise.resolve();
    this.#isAgainDue = true;
    this.#reconciling ??= this.#readAll();
    return this.#reconciling;
  }

  async #readAll(): Promise<void> {
    try {
      while (this.#isAgainDue) {
        this.#isAgainDue = false;
        const ids = [...this.#followers.keys()];
        while (ids.length > 0) {
          const { requests, left } = await this.#deps.requests.someByIds(ids.splice(0, READ_AT_ONCE));
          for (const request of requests) {
            for (const take of [...(this.#followers.get(request.id) ?? [])]) take(request);
          }
          ids.unshift(...left);
        }
      }
    } catch (error) {
      this.#deps.log.warn({ err: error }, 'followed requests could not be read again yet');
    } finally {
      // In the same turn as `#isAgainDue` was last read, so that no call falls between the two.
      this.#reconciling = null;
    }
  }

  #follow(id: string, take: Take, hear: (progressOf: ProgressHint) => void): () => void {
    const followers = this.#followers.get(id) ?? new Set();
    this.#followers.set(id, followers.add(take));
    const stop = this.#deps.changes.subscribe('request', id, (change) =>
      'request' in change ? take(change.request) : hear(change.progressOf),
    );
    return () => {
      stop();
      followers.delete(take);
      if (followers.size === 0 && this.#followers.get(id) === followers) this.#followers.delete(id);
    };
  }
}

/** What is stored may be seconds behind what was said; a delivery that is new begins anew. */
const withLatestProgress = (request: Request, before: Request | null): Request =>
  before?.progress && before.attempts === request.attempts && isFurther(before.progress, request.progress)
    ? { ...request, progress: before.progress }
    : request;
