import type pg from 'pg';
import { DEFAULT_SCHEMA } from '../../postgres/schema-name.ts';
import { ENTITIES } from '../entities.ts';
import { DatabaseRefusal } from './database-refusal.ts';
import { appliedMigrations, MIGRATIONS_TABLE } from './migrations-table.ts';
import { EXTENSIONS_SCHEMA, TRIGRAMS_SCHEMA } from './trigrams.ts';

const OUR_TABLES = [...ENTITIES.map(({ meta }) => meta.tableName), MIGRATIONS_TABLE];

/** The server and the database, and what the user may do in it. */
export type Surroundings = {
  readonly database: string;
  readonly user: string;
  readonly version: number;
  readonly versionName: string;
  readonly encoding: string;
  readonly isStandby: boolean;
  readonly isReadOnly: boolean;
  readonly mayCreate: boolean;
  readonly searchPath: readonly string[];
  readonly trigramsSchema: string | null;
  readonly mayUseTrigrams: boolean;
  readonly offersTrigrams: boolean;
  readonly mayInstallTrigrams: boolean;
  readonly mayCreateInPublic: boolean;
  readonly mayCreateInExtensions: boolean;
};

const SURROUNDINGS = `
  select current_database() as database, current_user as "user",
    current_setting('server_version_num')::int as version, current_setting('server_version') as "versionName",
    current_setting('server_encoding') as encoding,
    pg_is_in_recovery() as "isStandby", current_setting('transaction_read_only') = 'on' as "isReadOnly",
    has_database_privilege(current_database(), 'create') as "mayCreate",
    current_schemas(false)::text[] as "searchPath",
    ${TRIGRAMS_SCHEMA} as "trigramsSchema", has_schema_privilege(${TRIGRAMS_SCHEMA}, 'usage') as "mayUseTrigrams",
    exists (select from pg_available_extensions where name = 'pg_trgm') as "offersTrigrams",
    current_setting('is_superuser') = 'on' or has_database_privilege(current_database(), 'create') and exists (
      select from pg_available_extension_versions where name = 'pg_trgm' and trusted) as "mayInstallTrigrams",
    coalesce((select has_schema_privilege(oid, 'create') from pg_namespace where nspname = 'public'), false)
      as "mayCreateInPublic",
    coalesce((select has_schema_privilege(oid, 'create') from pg_namespace where nspname = '${EXTENSIONS_SCHEMA}'),
      has_database_privilege(current_database(), 'create')) as "mayCreateInExtensions"`;

export const lookAround = async (client: pg.Client): Promise<Surroundings> => {
  const { rows } = await client.query<Surroundings>(SURROUNDINGS);
  if (!rows[0]) throw new DatabaseRefusal('the server says nothing of itself');
  return rows[0];
};

/**
 * Releases before DATABASE_SCHEMA made their tables where the user's search path led, which is `public` mostly. Their nodes
 * work on there in a rolling upgrade, and so does every later one.
 */
export async function schemaOfTables(client: pg.Client, { database, searchPath }: Surroundings): Promise<string> {
  const holders: string[] = [];
  for (const schema of new Set([DEFAULT_SCHEMA, ...searchPath])) {
    // Also where they may not be read: an empty schema elsewhere is not what whoever forgot a right means.
    if (await seemsToHoldOurTables(client, schema)) holders.push(schema);
  }
  if (holders.length > 1) {
    throw new DatabaseRefusal(
      `database "${database}" has tables of Clawcierge in several schemas: ${holders.join(', ')}. Say in DATABASE_SCHEMA which are meant.`,
    );
  }
  return holders[0] ?? DEFAULT_SCHEMA;
}

/** Whether there is a table `migrations` that says that our first one was run. */
export async function holdsOurTables(client: pg.Client, schema: string): Promise<boolean> {
  const { rows } = await client.query<{ isReadable: boolean; looksLikeOurs: boolean }>(
    `select has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select') as "isReadable",
      (select count(*) from pg_attribute a
        where a.attrelid = c.oid and a.attname in ('id', 'name') and not a.attisdropped) = 2 as "looksLikeOurs"
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p')`,
    [schema, MIGRATIONS_TABLE],
  );
  if (!rows[0]?.isReadable || !rows[0].looksLikeOurs) return false;
  const applied = await appliedMigrations(client, schema);
  return applied.some(({ name }) => name === FIRST_MIGRATION);
}

/** Whether every table of the first release is there, whoever may read them: nobody else has all of those names. */
async function seemsToHoldOurTables(client: pg.Client, schema: string): Promise<boolean> {
  const { relations } = await schemaFacts(client, schema);
  const names = new Set(relations.map(({ name }) => name));
  return FIRST_TABLES.every((name) => names.has(name));
}

const FIRST_TABLES = ['agents', 'senders', 'requests', 'channels', 'nodes', MIGRATIONS_TABLE];

const FIRST_MIGRATION = '0001-create-tables';

export type Relation = {
  readonly name: string;
  readonly owner: string;
  readonly isOwned: boolean;
  readonly mayRead: boolean;
  readonly mayWrite: boolean;
};

export type SchemaFacts = {
  readonly exists: boolean;
  readonly mayUse: boolean;
  readonly mayCreate: boolean;
  /** Anything in the schema that is called like one of our tables. */
  readonly relations: readonly Relation[];
};

export async function schemaFacts(client: pg.Client, schema: string): Promise<SchemaFacts> {
  const { rows } = await client.query<SchemaFacts>(
    `select s.oid is not null as "exists",
      coalesce(has_schema_privilege(s.oid, 'usage'), false) as "mayUse",
      coalesce(has_schema_privilege(s.oid, 'create'), false) as "mayCreate",
      coalesce((select json_agg(json_build_object(
          'name', c.relname, 'owner', pg_get_userbyid(c.relowner), 'isOwned', pg_has_role(c.relowner, 'usage'),
          'mayRead', has_table_privilege(c.oid, 'select'),
          'mayWrite', has_table_privilege(c.oid, 'select') and has_table_privilege(c.oid, 'insert') and has_table_privilege(c.oid, 'update') and has_table_privilege(c.oid, 'delete')) order by c.relname)
        from pg_class c where c.relnamespace = s.oid and c.relname = any ($2)), '[]') as relations
    from (select $1::text as name) as wanted left join pg_namespace s on s.nspname = wanted.name`,
    [schema, OUR_TABLES],
  );
  return rows[0] ?? { exists: false, mayUse: false, mayCreate: false, relations: [] };
}
