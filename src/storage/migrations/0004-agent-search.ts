import type { Migration } from '../schema/migration.ts';

/**
 * A text to search through, with its trigrams indexed (docs/decisions/0009). PostgreSQL trusts the extension, so that
 * the owner of a database may create it; where it is there, nothing is done.
 */
export const agentSearch: Migration = {
  kind: 'expand',
  statements: [
    'create extension if not exists pg_trgm',
    `alter table "agents" add "search_text" text generated always as (lower(handle || ' ' || display_name || ' ' || coalesce(description, ''))) stored not null`,
    `create index agents_search_index on agents using gin (search_text gin_trgm_ops) with (fastupdate = off)`,
  ],
};
