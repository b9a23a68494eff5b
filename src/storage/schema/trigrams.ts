import pg from 'pg';
import { DatabaseRefusal } from './database-refusal.ts';
import type { Surroundings } from './find-schema.ts';
import { EXTENSION_LOCK } from './migration-lock.ts';

/**
 * The extension that agents are searched with. A database has it once, and platforms in several schemas need it, so that it
 * belongs to none of them: wherever it is, it is used; where it is missing, it goes into `public`, or else into this schema.
 */
export const EXTENSIONS_SCHEMA = 'clawcierge_extensions';

/** Where the extension is; null where it is not there. */
export const TRIGRAMS_SCHEMA = `(select n.nspname::text from pg_extension e join pg_namespace n on n.oid = e.extnamespace
  where e.extname = 'pg_trgm')`;

/** Throws a DatabaseRefusal where an index of it cannot be made. */
export function checkTrigrams(around: Surroundings): void {
  const { database, user, trigramsSchema, mayUseTrigrams, offersTrigrams } = around;
  if (trigramsSchema !== null) {
    if (mayUseTrigrams) return;
    throw new DatabaseRefusal(
      `user "${user}" may not use the extension pg_trgm, which is in schema "${trigramsSchema}". Let its owner run: grant usage on schema "${trigramsSchema}" to "${user}"`,
    );
  }
  if (!offersTrigrams) {
    throw new DatabaseRefusal(
      "the server does not offer the extension pg_trgm. Install the package with PostgreSQL's own extensions (contrib) there.",
    );
  }
  if (!around.mayInstallTrigrams || !(around.mayCreateInPublic || around.mayCreateInExtensions)) {
    throw new DatabaseRefusal(
      `database "${database}" lacks the extension pg_trgm, and user "${user}" may not install it. Let an administrator run there: create extension pg_trgm`,
    );
  }
}

/** Makes the extension where it is missing, and answers where it is. In a transaction: who comes second waits for its end. */
export async function makeTrigrams(
  client: pg.Client,
  { trigramsSchema, mayCreateInPublic }: Pick<Surroundings, 'trigramsSchema' | 'mayCreateInPublic'>,
): Promise<string> {
  if (trigramsSchema !== null) return trigramsSchema;
  await client.query(`select pg_advisory_xact_lock(${EXTENSION_LOCK})`);
  const { rows } = await client.query<{ schema: string | null }>(`select ${TRIGRAMS_SCHEMA} as schema`);
  if (rows[0]?.schema) return rows[0].schema;
  const schema = mayCreateInPublic ? 'public' : EXTENSIONS_SCHEMA;
  const name = pg.escapeIdentifier(schema);
  if (!mayCreateInPublic) {
    await client.query(`create schema if not exists ${name}`);
    await client.query(`grant usage on schema ${name} to public`);
  }
  await client.query(`create extension pg_trgm schema ${name}`);
  return schema;
}
