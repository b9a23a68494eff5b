import type { Migration } from '../schema/migration.ts';

/**
 * For places by sender and deliveries that go round the senders: only what waits is in the first one, and the columns of its
 * condition are in an index already, so no update costs more. And the agents of an owner.
 */
export const waitingBySender: Migration = {
  kind: 'expand',
  indexes: [
    {
      name: 'requests_waiting_sender_index',
      on: '"requests" ("agent_id", "sender_id", "id") where finished_at is null and channel_id is null',
    },
    { name: 'agents_owner_id_index', on: '"agents" ("owner_id") where owner_id is not null' },
  ],
};
