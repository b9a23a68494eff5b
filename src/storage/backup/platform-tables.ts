import type { ClientBase } from 'pg';
import { MIGRATIONS } from '../migrations/index.ts';
import { MIGRATIONS_TABLE } from '../schema/migrations-table.ts';
import { BackupError } from './backup-format.ts';

/**
 * What is not in a backup: the nodes of a running cluster and their channels; who is signed in, and in which browsers; what
 * this platform alone knows and took of whoever registered; and what was still to be told, with the links that were given out: a copy must not tell it again.
 */
const NOT_KEPT = new Set([
  'nodes',
  'channels',
  'admin_sessions',
  'console_sessions',
  'login_devices',
  'platform_secrets',
  'spent_proofs',
  'outbox',
  'approval_links',
  MIGRATIONS_TABLE,
]);

export type PlatformTable = {
  readonly name: string;
  /** Those that are stored, and are not computed from others. */
  readonly columns: readonly string[];
};

/** Names that migrations give to what they make. */
export type MigrationNames = { readonly tables: readonly string[]; readonly functions: readonly string[] };

/** The names of tables and functions that these statements make. */
export const namesIn = (statements: readonly string[]): MigrationNames => {
  const found = (pattern: RegExp) => [
    ...new Set(statements.flatMap((sql) => [...sql.matchAll(pattern)].flatMap(([, name]) => name ?? []))),
  ];
  return {
    tables: found(/create table (?:if not exists )?"?(\w+)"?/gi),
    functions: found(/create (?:or replace )?function "?(\w+)"?/gi),
  };
};

/** The migrations that have run in the schema that the connection works in; null when there are no tables of ours. */
export const migrationsRun = async (client: ClientBase): Promise<readonly string[] | null> => {
  const { rows: tables } = await client.query(
    `select from pg_class where relname = $1 and relnamespace = current_schema()::regnamespace and relkind = 'r'`,
    [MIGRATIONS_TABLE],
  );
  if (tables.length === 0) return null;
  const { rows } = await client.query<{ name: string }>(`select name from ${MIGRATIONS_TABLE} order by id`);
  return rows.map(({ name }) => name);
};

/** Throws unless these are the first of the migrations that this version has, in its order; `what` is what has them. */
export const assertKnown = (migrations: readonly string[], what: string): void => {
  const known = MIGRATIONS.map(({ name }) => name);
  const unknown = migrations.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new BackupError(
      `${what} is of a newer version of Clawcierge: this one does not know ${unknown.join(', ')}. ` +
        'Use a version that is as new.',
    );
  }
  const missing = known.slice(0, migrations.length).filter((name) => !migrations.includes(name));
  if (missing.length > 0)
    throw new BackupError(`${what} lacks ${missing.join(', ')}, which its other migrations need.`);
};

/** Those of the named tables that are in the schema, referenced ones first, with what a backup holds of each. */
export const tablesToKeep = async (client: ClientBase, names: readonly string[]): Promise<readonly PlatformTable[]> => {
  const wanted = names.filter((name) => !NOT_KEPT.has(name));
  const { rows } = await client.query<PlatformTable & { references: readonly string[] }>(
    `select relname as name,
      array(
        select attname::text from pg_attribute
        where attrelid = t.oid and attnum > 0 and not attisdropped and attgenerated = '' order by attnum
      ) as columns,
      array(
        select r.relname::text from pg_constraint f join pg_class r on r.oid = f.confrelid
        where f.conrelid = t.oid and f.contype = 'f' and r.oid <> t.oid order by 1
      ) as references
    from pg_class t
    where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p') and relname = any($1)
    order by relname`,
    [wanted],
  );
  return referencedFirst(rows).map(({ name, columns }) => ({ name, columns }));
};

const referencedFirst = <Table extends { readonly name: string; readonly references: readonly string[] }>(
  tables: readonly Table[],
): readonly Table[] => {
  const ordered: Table[] = [];
  const seen = new Set<string>();
  const add = (table: Table): void => {
    if (seen.has(table.name)) return;
    seen.add(table.name);
    for (const each of tables) if (table.references.includes(each.name)) add(each);
    ordered.push(table);
  };
  for (const table of tables) add(table);
  return ordered;
};
