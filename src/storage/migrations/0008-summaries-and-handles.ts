import type { Migration } from '../schema/migration.ts';

/**
 * Summaries for the administrators' overview, which fill themselves afterwards, and the handles of deleted agents, by which
 * their requests are found. Those deleted so far are told by the requests that are left: a look into an index for each
 * agent, a few milliseconds for a thousand. Meanwhile agents are neither registered nor deleted; requests go on.
 */
export const summariesAndHandles: Migration = {
  kind: 'expand',
  statements: [
    `create table "deleted_agents" ("id" uuid not null, "handle" text not null, "deleted_at" timestamptz(3) not null, primary key ("id"))`,
    `create index "deleted_agents_handle_index" on "deleted_agents" ("handle")`,
    `create table "rejection_summaries" ("starts_at" timestamptz(3) not null, "rank" int not null, "stage" text not null, "reason" text not null, "count" int not null, primary key ("starts_at", "rank"))`,
    `create table "request_summaries" ("starts_at" timestamptz(3) not null, "counts" jsonb not null, "latencies" bytea not null, "open_ids" uuid[] not null, primary key ("starts_at"))`,
    `create or replace function "agents_agents_remember_deleted_fn"() returns trigger as $$ begin insert into deleted_agents (id, handle, deleted_at) select old.id, old.handle, now() where exists (select from requests where agent_id = old.id); return null; end; $$ language plpgsql`,
    `create trigger "agents_remember_deleted" AFTER DELETE on "agents" for each ROW execute function "agents_agents_remember_deleted_fn"()`,
    `
      with recursive asked (id) as (
        (select agent_id from requests order by agent_id limit 1)
        union all
        select (select agent_id from requests where agent_id > asked.id order by agent_id limit 1)
        from asked where asked.id is not null
      )
      insert into deleted_agents (id, handle, deleted_at)
      select id, (select handle from requests where agent_id = asked.id limit 1), now()
      from asked where id is not null and not exists (select from agents where agents.id = asked.id)`,
  ],
};
