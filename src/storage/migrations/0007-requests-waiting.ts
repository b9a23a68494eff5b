import type { Migration } from '../schema/migration.ts';

/**
 * For sweeps that ask what waits for a channel. Only what waits is in it, and the columns of its condition are in an index
 * already, so no update costs more. Making it reads the table once and holds up writes meanwhile: seconds for millions
 * of rows.
 */
export const requestsWaiting: Migration = {
  kind: 'expand',
  statements: [
    `create index "requests_waiting_index" on "requests" ("agent_id") where finished_at is null and channel_id is null`,
  ],
};
