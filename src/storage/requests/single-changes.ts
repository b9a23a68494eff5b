import type { Transitioned } from '../../application/ports/request-store.ts';
import { isFinal, type Request } from '../../domain/request.ts';
import type { RequestReader } from './request-reads.ts';

/** What a conditional update is asked for: which row, and when. */
export type Change = { readonly id: string; readonly at: Date };

/** Rows are changed in one order by everybody, so that two batches do not wait for each other. */
export const byId = (a: Change, b: Change): number => (a.id < b.id ? -1 : Number(a.id > b.id));

/** Says why a change changed nothing, by the request as it is now. */
export type Refuse = (
  change: Change,
  isTheirs: (request: Request) => boolean,
) => Promise<Exclude<Transitioned, { readonly outcome: 'changed' }>>;

export const createRefuse =
  (read: RequestReader): Refuse =>
  async ({ id, at }, isTheirs) => {
    const [request = null] = await read([id]);
    if (request === null || !isTheirs(request)) return { outcome: 'not-found' };
    if (isFinal(request.status)) return { outcome: 'finished', status: request.status };
    // Over, although no sweep has written it yet.
    if (request.expiresAt <= at) return { outcome: 'finished', status: 'TIMEOUT' };
    return { outcome: 'unchanged', request };
  };
