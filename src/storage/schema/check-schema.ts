import { sql } from 'kysely';
import type { SchemaCheck } from '../../application/ports/schema-check.ts';
import type { Database } from '../database.ts';
import { statementByKey } from '../statement.ts';
import { db } from '../tables.ts';
import type { NamedMigration } from './migration.ts';
import { MIGRATIONS_TABLE } from './migrations-table.ts';
import { type AppliedMigration, fitOf, misfitOf } from './schema-fit.ts';

const APPLIED_MIGRATIONS = statementByKey('applied-migrations', {}, () =>
  db.selectFrom(sql<AppliedMigration>`${sql.table(MIGRATIONS_TABLE)}`.as('m')).select(['m.name', 'm.needs']),
);

/** @param migrations that this release knows */
export const createSchemaCheck =
  (database: Database, migrations: readonly NamedMigration[]): SchemaCheck =>
  async () =>
    misfitOf(migrations, fitOf(migrations, await database.run(APPLIED_MIGRATIONS, {})));
