import { isNeeded, type NamedMigration } from './migration.ts';

/** A migration as the database has it recorded. */
export type AppliedMigration = {
  readonly name: string;
  /** What a node must know to work after it; null where any may. */
  readonly needs: string | null;
};

/** How the tables and a release go together. */
export type SchemaFit = {
  /** Migrations of the release that were not run, in order. */
  readonly pending: readonly NamedMigration[];
  /** Those of them that its nodes cannot work without. */
  readonly missing: readonly NamedMigration[];
  /** Migrations of a later release that this one's nodes cannot work after. */
  readonly tooNew: readonly AppliedMigration[];
};

/**
 * Whether nodes that know `known` can work on tables that `applied` was run on. A migration that they do not know is no
 * hindrance by itself: those of a rolling upgrade's next release keep older nodes working, and say so.
 */
export const fitOf = (known: readonly NamedMigration[], applied: readonly AppliedMigration[]): SchemaFit => {
  const names = new Set(known.map(({ name }) => name));
  const wasRun = new Set(applied.map(({ name }) => name));
  const pending = known.filter(({ name }) => !wasRun.has(name));
  return {
    pending,
    missing: pending.filter(isNeeded),
    tooNew: applied.filter(({ name, needs }) => !names.has(name) && needs !== null && !names.has(needs)),
  };
};

/** Why a node of the release cannot work on these tables, as what follows "the tables are"; null where it can. */
export const misfitOf = (known: readonly NamedMigration[], { missing, tooNew }: SchemaFit): string | null => {
  const newest = known.at(-1)?.name ?? 'none';
  const [later] = tooNew;
  if (later) {
    return `of a later release: migration ${later.name} was run, after which nodes must know ${later.needs}, and this release knows migrations up to ${newest}`;
  }
  const names = missing.map(({ name }) => name);
  return names.length > 0 ? `of an earlier release: ${listOf(names)} ${wasOrWere(names)} not run` : null;
};

/** A few names as they are, many by the first and the last. */
export const listOf = (names: readonly string[]): string =>
  names.length > 3
    ? `migrations ${names[0]} to ${names.at(-1)}`
    : `${names.length > 1 ? 'migrations' : 'migration'} ${names.join(', ')}`;

const wasOrWere = (names: readonly string[]): string => (names.length > 1 ? 'were' : 'was');
