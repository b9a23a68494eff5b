import type { Migration } from '../schema/migration.ts';

/**
 * What is on record of a deleted agent stays its owner's to read. Of those that were deleted before it is known whose they were as long
 * as their handles rest.
 */
export const formerAgents: Migration = {
  kind: 'expand',
  statements: [
    `create table "former_agents" ("id" uuid not null, "owner_id" uuid not null, "deleted_at" timestamptz(3) not null, primary key ("id"))`,
    `create index "former_agents_owner_id_index" on "former_agents" ("owner_id", "deleted_at")`,
    `create or replace function "agents_agents_remember_owner_fn"() returns trigger as $$ begin insert into former_agents (id, owner_id, deleted_at) select old.id, old.owner_id, now() where old.owner_id is not null; return null; end; $$ language plpgsql`,
    `create trigger "agents_remember_owner" AFTER DELETE on "agents" for each ROW execute function "agents_agents_remember_owner_fn"()`,
    `insert into former_agents (id, owner_id, deleted_at) select agent_id, owner_id, freed_at from resting_handles where owner_id is not null`,
  ],
};
