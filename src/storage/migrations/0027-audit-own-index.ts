import type { Migration } from '../schema/migration.ts';

/**
 * For what is about an owner, sender or agent itself, and about its keys: to list it the whole trail was walked. What requests
 * write is about an agent, so that it costs them nothing.
 */
export const auditOwnIndex: Migration = {
  kind: 'expand',
  indexes: [
    {
      name: 'audit_events_subject_id_index',
      on: '"audit_events" ("subject_id", "id") where agent_id is null and sender_id is null',
    },
  ],
};
