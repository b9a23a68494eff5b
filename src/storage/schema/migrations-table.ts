import pg from 'pg';
import type { NamedMigration } from './migration.ts';
import { needsOf } from './migration.ts';
import type { AppliedMigration } from './schema-fit.ts';

/** Says which migrations were run, in the schema that they were run in. */
export const MIGRATIONS_TABLE = 'migrations';

const tableIn = (schema: string): string => `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(MIGRATIONS_TABLE)}`;

/** A row that says nothing is of a release whose migrations all kept earlier nodes working. */
export const NEEDS = `to_jsonb(m) ->> 'needs'`;

/** What was run, in order. Works on the table as every release made it. */
export const appliedMigrations = async (client: pg.Client, schema: string): Promise<readonly AppliedMigration[]> => {
  const { rows } = await client.query<AppliedMigration>(
    `select m.name, ${NEEDS} as needs from ${tableIn(schema)} as m order by m.id`,
  );
  return rows;
};

/** Makes the table, or brings it to its present shape. */
export const ensureMigrationsTable = async (client: pg.Client, schema: string): Promise<void> => {
  await client.query(`create table if not exists ${tableIn(schema)} (
    id serial primary key,
    name varchar(255) not null,
    executed_at timestamptz not null default current_timestamp,
    needs text null
  )`);
  const { rows } = await client.query(
    `select from pg_attribute where attrelid = $1::regclass and attname = 'needs' and not attisdropped`,
    [tableIn(schema)],
  );
  if (rows.length === 0) await client.query(`alter table ${tableIn(schema)} add column needs text null`);
};

export const recordMigration = async (client: pg.Client, schema: string, migration: NamedMigration): Promise<void> => {
  await client.query(`insert into ${tableIn(schema)} (name, needs) values ($1, $2)`, [
    migration.name,
    needsOf(migration),
  ]);
};
