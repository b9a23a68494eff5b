import type { Request } from '../../domain/request.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { RequestStore } from '../ports/request-store.ts';
import { Rechecks } from './rechecks.ts';

/** A request that a hint named, and who is to be told of its row. */
export type NamedRequest = {
  readonly id: string;
  readonly topic: 'request' | 'node' | 'activity';
  readonly key: string;
};

/**
 * Reads the requests that other nodes hinted at. A row that this node has a newer one of by the time it is read is
 * not told: whoever listens has heard of the newer one.
 */
export class RequestChecks {
  readonly #rechecks: Rechecks<NamedRequest>;
  /** By the id of each request that is being read: the newest revision that this node itself made meanwhile. */
  readonly #newest = new Map<string, number>();

  constructor(deps: {
    readonly requests: Pick<RequestStore, 'someByIds'>;
    readonly clock: Clock;
    readonly log: Log;
    readonly tell: (named: NamedRequest, request: Request) => void;
    readonly onLost: () => void;
  }) {
    const { requests, tell, ...rest } = deps;
    this.#rechecks = new Rechecks<NamedRequest>({
      ...rest,
      run: async (batch) => {
        const ids = [...new Set(batch.map(({ id }) => id))];
        for (const id of ids) this.#newest.set(id, 0);
        const byId = Map.groupBy(batch, ({ id }) => id.toLowerCase());
        try {
          for (let left: readonly string[] = ids; left.length > 0; ) {
            const some = await requests.someByIds(left);
            for (const request of some.requests) {
              for (const named of byId.get(request.id) ?? []) {
                if (request.revision >= (this.#newest.get(named.id) ?? 0)) tell(named, request);
              }
            }
            left = some.left;
          }
        } finally {
          for (const id of ids) this.#newest.delete(id);
        }
      },
    });
  }

  add(named: NamedRequest): void {
    this.#rechecks.add(`${named.topic} ${named.key} ${named.id}`, named);
  }

  /** This node has that row: what is read of the request just now may be older. */
  supersede({ id, revision }: Request): void {
    const newest = this.#newest.get(id);
    if (newest !== undefined && revision > newest) this.#newest.set(id, revision);
  }
}
