import type { ClientBase } from 'pg';
import type { Log } from '../../application/ports/log.ts';
import { createDatabaseLink } from '../../postgres/database-link.ts';
import { MIGRATIONS } from '../migrations/index.ts';
import { createOrm, MIGRATIONS_TABLE } from '../mikro-orm.ts';

export type MigrationStatements = { readonly name: string; readonly statements: readonly string[] };

/** What each migration of this version runs, in order; nothing connects. */
export const migrationStatements = async (log: Log): Promise<readonly MigrationStatements[]> => {
  const orm = await createOrm({
    link: createDatabaseLink('postgresql://nowhere/none'),
    poolSize: 1,
    log,
    sqlEcho: false,
  });
  try {
    return await Promise.all(
      MIGRATIONS.map(async ({ name, class: Migration }) => {
        const migration = new Migration(orm.driver, orm.config);
        await migration.up();
        const statements = migration.getQueries().map((query) => {
          if (typeof query !== 'string') throw new Error(`Migration ${name} runs what is no plain statement.`);
          return query;
        });
        return { name, statements };
      }),
    );
  } finally {
    await orm.close();
  }
};

/** Where the ORM finds which migrations have run; as it makes it itself. */
const CREATE_MIGRATIONS_TABLE = `create table ${MIGRATIONS_TABLE} (
  id serial primary key, name varchar(255) not null, executed_at timestamptz not null default current_timestamp
)`;

/**
 * Runs migrations in the transaction that the connection is in, and records them. Nobody else works on the tables
 * meanwhile, so indexes need not be made beside them, which no transaction can.
 */
export const runMigrations = async (
  client: ClientBase,
  migrations: readonly MigrationStatements[],
  { isFirst }: { readonly isFirst: boolean },
): Promise<void> => {
  if (isFirst) await client.query(CREATE_MIGRATIONS_TABLE);
  for (const { name, statements } of migrations) {
    for (const sql of statements) await client.query(sql.replace(/\bconcurrently\b/i, ''));
    await client.query(`insert into ${MIGRATIONS_TABLE} (name) values ($1)`, [name]);
  }
};
