import type { RequestStore } from '../../application/ports/request-store.ts';
import type { Database } from '../database.ts';
import { KnownRequests } from './known-requests.ts';
import { createRequestInserts } from './request-inserts.ts';
import { createRequestLists } from './request-lists.ts';
import { createRequestLosses } from './request-losses.ts';
import { createRequestReader, createRequestReads } from './request-reads.ts';
import { createRequestReplays } from './request-replays.ts';
import { createRequestReports } from './request-reports.ts';
import { createRequestSweeps } from './request-sweeps.ts';
import { createRequestTransitions } from './request-transitions.ts';
import { createRefuse } from './single-changes.ts';

/** Requests in plain, prepared SQL: what one tick asks for goes to the database as one statement. */
export const createRequestStore = (database: Database): RequestStore => {
  const known = new KnownRequests();
  const read = createRequestReader(database, known);
  const refuse = createRefuse(read);
  return {
    ...createRequestInserts(database, known),
    ...createRequestReads(database, read, known),
    ...createRequestReplays(database),
    ...createRequestLists(database),
    ...createRequestReports(database, known, refuse),
    ...createRequestTransitions(database, known, refuse),
    ...createRequestLosses(database),
    ...createRequestSweeps(database, known),
  };
};
