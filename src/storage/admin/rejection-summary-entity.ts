import { defineEntity, p } from '@mikro-orm/core';

/** What the pipeline said no to in half an hour that is summarised: its most frequent reasons. */
export const RejectionSummaryEntity = defineEntity({
  name: 'RejectionSummary',
  tableName: 'rejection_summaries',
  properties: {
    startsAt: p.datetime(3).primary(),
    /** 1 for the most frequent one. */
    rank: p.integer().primary(),
    stage: p.text(),
    reason: p.text(),
    count: p.integer(),
  },
});
