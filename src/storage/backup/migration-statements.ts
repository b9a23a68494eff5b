import type pg from 'pg';
import type { NamedMigration } from '../schema/migration.ts';
import { ensureMigrationsTable, recordMigration } from '../schema/migrations-table.ts';
import { statementsOf } from '../schema/run-migrations.ts';

/** What these migrations run. */
export const allStatements = (migrations: readonly NamedMigration[]): readonly string[] =>
  migrations.flatMap(statementsOf);

/** Runs migrations in the transaction that the connection is in, and records them. Nobody else works on the tables. */
export const runMigrations = async (
  client: pg.Client,
  schema: string,
  migrations: readonly NamedMigration[],
): Promise<void> => {
  await ensureMigrationsTable(client, schema);
  for (const migration of migrations) {
    for (const sql of statementsOf(migration)) await client.query(sql);
    await recordMigration(client, schema, migration);
  }
};
