import type { Log } from '../../application/ports/log.ts';
import type { DatabaseLink } from '../../postgres/database-link.ts';
import { requireWritable } from '../../postgres/require-writable.ts';
import { DEFAULT_SCHEMA } from '../../postgres/schema-name.ts';
import { DatabaseRefusal } from './database-refusal.ts';
import type { Inspection } from './inspect-database.ts';
import { lookAtDatabase, migrateDatabase, requireUpToDate } from './prepare-database.ts';

/** What the settings say of the database. */
export type DatabaseConfig = {
  readonly databaseUrl: string | undefined;
  readonly databaseSchema: string | undefined;
  readonly migrateOnStart: boolean;
  readonly nodeTimeoutSeconds: number;
};

/** What is done to the database, in the words of whoever started this. */
type Opening = DatabaseConfig & { readonly link: DatabaseLink; readonly log: Log };

/** Looks at the database, brings its tables up to date if it may, and throws an error in words where it cannot be used. */
export const openDatabase = (opening: Opening): Promise<Inspection> =>
  inWordsOf(opening, async () => {
    requireWritable(opening.link);
    const found = await (opening.migrateOnStart ? migrateDatabase : lookAtDatabase)(settingsOf(opening));
    requireUpToDate(found);
    tellOfSchema(opening, found);
    return found;
  });

export const settingsOf = ({ link, databaseSchema, nodeTimeoutSeconds, log }: Opening) => ({
  link,
  schema: databaseSchema,
  nodeTimeoutMs: nodeTimeoutSeconds * 1_000,
  log,
});

/** Runs it, and says of which database it was refused. */
export const inWordsOf = async <Result>(
  { databaseUrl }: Pick<DatabaseConfig, 'databaseUrl'>,
  work: () => Promise<Result>,
): Promise<Result> => {
  try {
    return await work();
  } catch (error) {
    const isInWords = error instanceof DatabaseRefusal || !(error instanceof Error && error.cause instanceof Error);
    const cause = isInWords ? error : error.cause;
    const database = databaseUrl ? 'The database of DATABASE_URL' : 'The embedded database';
    throw new Error(`${database} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause: error,
    });
  }
};

/** Tables of releases before DATABASE_SCHEMA stay where they are. */
function tellOfSchema({ databaseSchema, log }: Opening, { schema }: Inspection): void {
  if (databaseSchema !== undefined || schema === DEFAULT_SCHEMA) return;
  log.info({ schema }, 'the tables are in a schema where an earlier release made them, and stay there');
}
