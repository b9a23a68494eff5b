import type { Migration } from '../schema/migration.ts';

/**
 * Every round of the sealer added a checkpoint for ever: maintenance may delete older ones now (docs/decisions/0084). Replacing the function
 * alone locks nobody out, and nodes of the release before delete none.
 */
export const thinCheckpoints: Migration = {
  kind: 'expand',
  statements: [
    `create or replace function "audit_checkpoints_refuse_delete_fn"() returns trigger as $$ begin if current_setting('clawcierge.audit_work', true) in ('thin') then return old; end if; raise exception 'Rows of % are only added.', tg_table_name using errcode = 'object_not_in_prerequisite_state'; end; $$ language plpgsql`,
  ],
};
