import type { Migration } from '../schema/migration.ts';

/**
 * For what is pending on the platform: its list, and counting it without reading rows. For lists of what ended otherwise than most
 * do, and for webhooks that are told while any number of e-mails wait.
 */
export const approvalsInAll: Migration = {
  kind: 'expand',
  indexes: [
    { name: 'approvals_open_id_index', on: '"approvals" ("id") where resolved_at is null' },
    { name: 'approvals_open_sender_id_index', on: '"approvals" ("sender_id", "bytes") where resolved_at is null' },
    { name: 'approvals_ended_status_index', on: '"approvals" ("status", "id") where resolved_at is not null' },
    { name: 'outbox_kind_due_at_index', on: '"outbox" ("kind", "due_at")' },
  ],
};
