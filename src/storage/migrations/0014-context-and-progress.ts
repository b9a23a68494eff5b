import type { Migration } from '../schema/migration.ts';

/**
 * Under which contract a request was let in, what its sender says that it belongs to, and how far its agent is. Requests of nodes
 * of the release before have none of them.
 */
export const contextAndProgress: Migration = {
  kind: 'expand',
  statements: [
    `alter table "requests" add "contract_id" uuid null, add "context_id" text null, add "progress" json null`,
  ],
};
