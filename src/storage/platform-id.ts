import { sql } from 'kysely';
import type { Database } from './database.ts';
import { digest } from './digest.ts';
import { DatabaseRefusal } from './schema/database-refusal.ts';
import { statementByKey } from './statement.ts';
import { StorageError } from './storage-errors.ts';
import { db } from './tables.ts';

/** Standbys and what is promoted of them have the server's number; a server that a dump was read into has its own. */
const PLACE = statementByKey('platform-place', {}, () =>
  db.selectNoFrom([
    sql<string>`(select system_identifier::text from pg_control_system())`.as('server'),
    sql<string>`(select oid::text from pg_database where datname = current_database())`.as('database'),
  ]),
);

/**
 * What all nodes on these tables, and nobody else, name their platform by where they share something with other platforms.
 * Throws a DatabaseRefusal where the server does not say which it is.
 */
export async function platformId(database: Database, schema: string): Promise<string> {
  const rows = await database.run(PLACE, {}).catch((cause: unknown) => {
    if (!(cause instanceof StorageError)) throw cause;
    throw new DatabaseRefusal(
      `it does not say which server it is (${cause.code}), by which platforms that share a Redis are told apart. Let an administrator run: grant execute on function pg_control_system() to the platform's user; or name the platform in REDIS_PREFIX.`,
      { cause },
    );
  });
  return digest(rows.map(({ server, database }) => [server, database, schema].join()).join());
}
