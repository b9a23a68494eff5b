import { defineEntity, p } from '@mikro-orm/core';
import type { RequestStatus } from '../../domain/request.ts';

/**
 * What became of the requests that were submitted in half an hour (docs/decisions/0032). It follows from the rows of
 * `requests`, which are read where there is none.
 */
export const RequestSummaryEntity = defineEntity({
  name: 'RequestSummary',
  tableName: 'request_summaries',
  properties: {
    startsAt: p.datetime(3).primary(),
    /** Of the finished ones. */
    counts: p.json<Readonly<Partial<Record<RequestStatus, number>>>>().columnType('jsonb'),
    /** How long the completed ones took (latency-histogram.ts). */
    latencies: p.blob().$type<Buffer>(),
    /** Those that were not finished: they are read where the summary is. */
    openIds: p.array().columnType('uuid[]').$type<readonly string[]>(),
  },
});
