// Writes the next migration: what the entities say and the migrations do not make yet. `npm run migration -- NAME`.
// Without a name it only writes the list anew, as is due after a migration was given another number.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { silentLog } from '../src/application/ports/log.ts';
import { createDatabaseLink } from '../src/postgres/database-link.ts';
import { startEmbeddedPostgres } from '../src/storage/embedded/start-embedded-postgres.ts';
import { createOrm } from '../src/storage/mikro-orm.ts';
import { migrateDatabase } from '../src/storage/schema/prepare-database.ts';
import { migrationFiles, writeList, writeMigration } from './migration-files.ts';
import { recordStatements } from './statement-files.ts';

/** Where the ORM looks for tables. */
const SCHEMA = 'public';

const FOLDER = fileURLToPath(new URL('../src/storage/migrations', import.meta.url));
const FORMER_STATEMENTS = fileURLToPath(new URL('../test/storage/former-statements', import.meta.url));

const [name] = process.argv.slice(2);
if (name === undefined) {
  writeList(FOLDER);
} else {
  const difference = await readDifference();
  if (difference.length === 0) {
    console.log('The migrations make what the entities say: there is nothing to migrate.');
  } else {
    const before = migrationFiles(FOLDER).at(-1)?.stem ?? '';
    const file = writeMigration(FOLDER, name, difference);
    recordStatements(FORMER_STATEMENTS, before);
    console.log(`Wrote src/storage/migrations/${file}. Read it, say why, and add what entities cannot say.`);
  }
}

/** Between the entities and a database that every migration has run on: one that is made for this and removed again. */
async function readDifference(): Promise<readonly string[]> {
  await using begun = new AsyncDisposableStack();
  const dataDir = mkdtempSync(join(tmpdir(), 'clawcierge-migration-'));
  begun.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  // The server's own user must be able to enter it.
  chmodSync(dataDir, 0o755);
  const server = await startEmbeddedPostgres({ dataDir, log: silentLog, durable: false });
  begun.defer(() => server.stop());
  const settings = { link: createDatabaseLink(server.databaseUrl), log: silentLog, schema: SCHEMA };
  await migrateDatabase({ ...settings, nodeTimeoutMs: 0 });
  const orm = await createOrm({ ...settings, poolSize: 1, sqlEcho: false });
  begun.defer(() => orm.close());
  const { up } = await orm.schema.getUpdateSchemaMigrationSQL({ wrap: false });
  return statementsOf(up);
}

/** Each statement ends with its line, and the condition of a trigger stands on a line of its own. */
function statementsOf(sql: string): readonly string[] {
  return sql
    .split(/;\s*(?:\n|$)/)
    .map((statement) => statement.trim().replace(/\s*\n\s*/g, ' '))
    .filter((statement) => statement !== '');
}
