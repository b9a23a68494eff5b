import pg from 'pg';
import { lookAround, schemaFacts, schemaOfTables } from './find-schema.ts';
import { makeTrigrams } from './trigrams.ts';

/** Where the tables are or will be, and what they stand on. */
export type FoundSchema = {
  readonly schema: string;
  readonly schemaExists: boolean;
  /** Of the extension pg_trgm; null where it is not there yet. */
  readonly trigramsSchema: string | null;
  /** Whether extensions may go where they mostly are. */
  readonly mayCreateInPublic: boolean;
};

/** @param wanted by the operator; where the tables are already, or else `clawcierge`, when that is not said */
export const findSchema = async (client: pg.Client, wanted: string | undefined): Promise<FoundSchema> => {
  const around = await lookAround(client);
  const schema = wanted ?? (await schemaOfTables(client, around));
  const { exists } = await schemaFacts(client, schema);
  return { ...around, schema, schemaExists: exists };
};

/** Makes the schema and the extension where they are missing, and enters it; in the transaction that makes the tables. */
export async function makeSchema(client: pg.Client, found: FoundSchema): Promise<void> {
  // Whoever may not create anything may not say `if not exists` either.
  if (!found.schemaExists) await client.query(`create schema ${pg.escapeIdentifier(found.schema)}`);
  await enterSchema(client, { schema: found.schema, trigramsSchema: await makeTrigrams(client, found) });
}

/** From now on what migrations name without a schema is in this one, and the extension's operators are found where they are. */
export async function enterSchema(
  client: pg.Client,
  found: Pick<FoundSchema, 'schema' | 'trigramsSchema'>,
): Promise<void> {
  const path = [...new Set([found.schema, found.trigramsSchema ?? found.schema])].map(pg.escapeIdentifier);
  await client.query(`set search_path = ${path.join(', ')}`);
}
