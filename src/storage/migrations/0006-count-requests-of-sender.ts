import type { Migration } from '../schema/migration.ts';

/** For policies that count what a sender asks of an agent. No column of it changes later, so updates stay cheap. */
export const countRequestsOfSender: Migration = {
  kind: 'expand',
  statements: [
    `create index "requests_sender_id_agent_id_index" on "requests" ("sender_id", "agent_id", "created_at")`,
  ],
};
