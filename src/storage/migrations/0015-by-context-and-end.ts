import type { Migration } from '../schema/migration.ts';

/**
 * For the requests of one conversation, and for a sender's in the order of their last change. Neither names a column that changes
 * with every step of a request, which would end its HOT updates: when a request ended is written once.
 */
export const byContextAndEnd: Migration = {
  kind: 'expand',
  indexes: [
    {
      name: 'requests_sender_context_index',
      on: '"requests" ("sender_id", "context_id", "id") where context_id is not null',
    },
    { name: 'requests_sender_finished_index', on: '"requests" ("sender_id", "finished_at", "id")' },
  ],
};
