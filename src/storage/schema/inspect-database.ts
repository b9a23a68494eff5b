import type pg from 'pg';
import { DatabaseRefusal } from './database-refusal.ts';
import type { FoundSchema } from './enter-schema.ts';
import {
  holdsOurTables,
  lookAround,
  type SchemaFacts,
  type Surroundings,
  schemaFacts,
  schemaOfTables,
} from './find-schema.ts';
import type { NamedMigration } from './migration.ts';
import { appliedMigrations, MIGRATIONS_TABLE } from './migrations-table.ts';
import { type AppliedMigration, fitOf, misfitOf, type SchemaFit } from './schema-fit.ts';
import { checkTrigrams } from './trigrams.ts';

const OLDEST_SERVER = 150_000;

/** What was found: where our tables are or will be, and which migrations they had. */
export type Inspection = FoundSchema & {
  readonly database: string;
  readonly applied: readonly AppliedMigration[];
  readonly fit: SchemaFit;
};

/**
 * Looks whether the database can be used, before anything in it is touched. Throws a DatabaseRefusal where it cannot.
 * @param schema where the operator wants the tables; where they are already, or else `clawcierge`, when that is not said
 */
export async function inspectDatabase(
  client: pg.Client,
  looked: {
    readonly schema: string | undefined;
    readonly known: readonly NamedMigration[];
    /** Waits until the tables can be read, and answers whether it had to. @default they can */
    readonly untilReadable?: (schema: string) => Promise<boolean>;
  },
): Promise<Inspection> {
  const { schema: wanted, known } = looked;
  const around = await lookAround(client);
  checkServer(around);
  const schema = wanted ?? (await schemaOfTables(client, around));
  if (await looked.untilReadable?.(schema)) return inspectDatabase(client, looked);
  // First what there is and then whose: tables that another node makes in between are ours.
  const facts = await schemaFacts(client, schema);
  const isOurs = await holdsOurTables(client, schema);
  const applied = isOurs ? await appliedMigrations(client, schema) : [];
  const fit = fitOf(known, applied);
  if (fit.tooNew.length > 0) {
    throw new DatabaseRefusal(
      `the tables in ${whereIs(around, schema)} are ${misfitOf(known, fit)}. Start that release, or go back to a copy of the database from before it.`,
    );
  }
  checkSchema(around, facts, { schema, isOurs, isPending: fit.pending.length > 0 });
  if (fit.pending.length > 0) checkTrigrams(around);
  const { database, trigramsSchema, mayCreateInPublic } = around;
  return { database, schema, schemaExists: facts.exists, applied, fit, trigramsSchema, mayCreateInPublic };
}

/** Looks whether tables can be made in the database anew, whatever is there. Throws a DatabaseRefusal where they cannot. */
export async function inspectRoom(client: pg.Client, wanted: string | undefined): Promise<FoundSchema> {
  const around = await lookAround(client);
  checkServer(around);
  const schema = wanted ?? (await schemaOfTables(client, around));
  const facts = await schemaFacts(client, schema);
  checkSchema(around, { ...facts, relations: [] }, { schema, isOurs: true, isPending: true });
  checkTrigrams(around);
  const { trigramsSchema, mayCreateInPublic } = around;
  return { schema, schemaExists: facts.exists, trigramsSchema, mayCreateInPublic };
}

function checkServer({ version, versionName, encoding, isStandby, isReadOnly, database, user }: Surroundings): void {
  if (version < OLDEST_SERVER) {
    throw new DatabaseRefusal(
      `the server is PostgreSQL ${versionName}, and 15 or newer is needed. Use a newer server.`,
    );
  }
  if (encoding !== 'UTF8') {
    throw new DatabaseRefusal(
      `database "${database}" has the encoding ${encoding}, which cannot hold every text. Use one that was made with: create database … encoding 'UTF8' template template0`,
    );
  }
  if (isStandby) {
    throw new DatabaseRefusal(
      'the server is a standby, where nothing can be written. Use the primary, or promote this one.',
    );
  }
  if (isReadOnly) {
    throw new DatabaseRefusal(
      `database "${database}" is read-only for user "${user}": default_transaction_read_only is on, for the server, the database or the user. Turn it off there.`,
    );
  }
}

function checkSchema(
  around: Surroundings,
  { exists, mayUse, mayCreate, relations }: SchemaFacts,
  { schema, isOurs, isPending }: { readonly schema: string; readonly isOurs: boolean; readonly isPending: boolean },
): void {
  const { user, database } = around;
  if (!exists) {
    if (around.mayCreate) return;
    throw new DatabaseRefusal(
      `database "${database}" has no schema "${schema}", and user "${user}" may not create it. Let an administrator run: create schema "${schema}" authorization "${user}"`,
    );
  }
  if (!mayUse) {
    throw new DatabaseRefusal(
      `user "${user}" may not use ${whereIs(around, schema)}. Let its owner run: grant usage, create on schema "${schema}" to "${user}"`,
    );
  }
  const [foreign] = relations;
  if (!isOurs && foreign) {
    throw new DatabaseRefusal(
      foreign.mayRead
        ? `${whereIs(around, schema)} has a table "${foreign.name}" that is not one of Clawcierge's. Name another schema in DATABASE_SCHEMA; it is created where it is missing.`
        : `user "${user}" may not read table "${schema}"."${foreign.name}". If it is Clawcierge's, let its owner run: ${grantTo(schema, user)}; if not, name another schema in DATABASE_SCHEMA`,
    );
  }
  if (isPending && !mayCreate) {
    throw new DatabaseRefusal(
      `user "${user}" may not create tables in ${whereIs(around, schema)}. Let its owner run: grant usage, create on schema "${schema}" to "${user}"`,
    );
  }
  const ofOthers = isPending ? relations.find(({ isOwned }) => !isOwned) : undefined;
  if (ofOthers) {
    throw new DatabaseRefusal(
      `table "${schema}"."${ofOthers.name}" belongs to "${ofOthers.owner}", so user "${user}" cannot bring it up to date. Run "npm run migrate" as "${ofOthers.owner}", or let it run: alter table "${schema}"."${ofOthers.name}" owner to "${user}"`,
    );
  }
  const unwritable = isPending
    ? undefined
    : relations.find(({ name, mayWrite }) => !mayWrite && name !== MIGRATIONS_TABLE);
  if (unwritable) {
    throw new DatabaseRefusal(
      `user "${user}" may not read and write table "${schema}"."${unwritable.name}". Let its owner run: ${grantTo(schema, user)}`,
    );
  }
}

/** As an operator is told of a schema. */
export const whereIs = ({ database }: Pick<Surroundings, 'database'>, schema: string): string =>
  `schema "${schema}" of database "${database}"`;

const grantTo = (schema: string, user: string): string =>
  `grant select, insert, update, delete on all tables in schema "${schema}" to "${user}"`;
