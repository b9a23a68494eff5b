import { Migration } from '@mikro-orm/migrations';

/**
 * A text to search through, with its trigrams indexed (docs/decisions/0009). PostgreSQL trusts the extension, so that
 * the owner of a database may create it; where it is there, nothing is done.
 */
export class AgentSearch extends Migration {
  override up(): void {
    this.addSql('create extension if not exists pg_trgm');
    this.addSql(
      `alter table "agents" add "search_text" text generated always as (lower(handle || ' ' || display_name || ' ' || coalesce(description, ''))) stored not null`,
    );
    this.addSql(
      `create index agents_search_index on agents using gin (search_text gin_trgm_ops) with (fastupdate = off)`,
    );
  }

  override down(): void {
    this.addSql(`drop index "agents_search_index"`);
    this.addSql(`alter table "agents" drop column "search_text"`);
  }
}
