import type { Log } from '../../application/ports/log.ts';
import type { DatabaseLink } from '../../postgres/database-link.ts';
import { type Inspection, whereIs } from './inspect-database.ts';
import type { NamedMigration } from './migration.ts';
import { type DatabaseConfig, inWordsOf, settingsOf } from './open-database.ts';
import { lookAtDatabase, migrateDatabase } from './prepare-database.ts';

/** How `npm run migrate` ends: all is done, or something is left, because it was only a plan or is put off. */
export type MigrateOutcome = 'up-to-date' | 'pending';

/**
 * Says what is to be done to the tables and, unless only the plan is asked for, does it. Throws where the database cannot
 * be used.
 */
export const runMigrateCommand = (
  opening: DatabaseConfig & { readonly link: DatabaseLink; readonly log: Log },
  { onlyPlan, print }: { readonly onlyPlan: boolean; readonly print: (line: string) => void },
): Promise<MigrateOutcome> =>
  inWordsOf(opening, async () => {
    const settings = settingsOf(opening);
    const before = await lookAtDatabase(settings);
    print(summaryOf(before));
    for (const line of before.fit.pending.map(lineOf)) print(`  ${line}`);
    if (before.fit.pending.length === 0) return 'up-to-date';
    if (onlyPlan) return 'pending';
    const { pending } = (await migrateDatabase(settings)).fit;
    print(
      pending.length === 0 ? 'Done: the tables are up to date.' : `Put off, as the log says why: ${namesOf(pending)}.`,
    );
    return pending.length === 0 ? 'up-to-date' : 'pending';
  });

const summaryOf = ({ database, schema, applied, fit: { pending } }: Inspection): string => {
  const place = whereIs({ database }, schema);
  if (applied.length === 0) return `There are no tables in ${place} yet. To be run, in one transaction:`;
  return pending.length === 0
    ? `The tables in ${place} are up to date.`
    : `The tables in ${place} are older. To be run:`;
};

const lineOf = (migration: NamedMigration): string => {
  const work =
    'statements' in migration
      ? `${migration.statements.length} ${migration.statements.length === 1 ? 'statement' : 'statements'} in one transaction`
      : `indexes made or dropped while the table is written to: ${migration.indexes.map(({ name }) => name).join(', ')}`;
  const effect =
    migration.kind === 'expand'
      ? 'nodes of earlier releases work on'
      : `waits until every node knows ${migration.needs}${migration.isDeferrable ? '; may be put off' : ''}`;
  return `${migration.name}: ${work}; ${effect}`;
};

const namesOf = (migrations: readonly NamedMigration[]): string => migrations.map(({ name }) => name).join(', ');
