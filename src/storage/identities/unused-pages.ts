import type { Expression, RawBuilder } from 'kysely';
import type { Unused, UnusedPage } from '../../application/ports/unused.ts';
import type { Database } from '../database.ts';
import { statement } from '../statement.ts';
import { db } from '../tables.ts';

/** Below every id. */
const FIRST_UUID = '00000000-0000-0000-0000-000000000000';

type IsUnused = (rows: string, since: Expression<Date>) => RawBuilder<boolean>;

/** Looks through a table for what nobody uses, page by page; and at a single row of it. */
export const unusedIn = (table: 'agents' | 'senders', isUnused: IsUnused) => ({
  page: statement(`unused-${table}`, { since: 'timestamptz', after: 'uuid', limit: 'int' }, ({ since, after, limit }) =>
    db
      .with(
        (cte) => cte('page').materialized(),
        (cte) =>
          cte
            .selectFrom(`${table} as t` as 'agents as t')
            .select('t.id')
            .where('t.id', '>', after)
            .orderBy('t.id')
            .limit(limit),
      )
      .selectFrom('page as p')
      .innerJoin(`${table} as t` as 'agents as t', 't.id', 'p.id')
      .select(['t.id', isUnused('t', since).as('isUnused')]),
  ),
  one: statement(`is-unused-in-${table}`, { id: 'uuid', since: 'timestamptz' }, ({ id, since }) =>
    db
      .selectFrom(`${table} as t` as 'agents as t')
      .select('t.id')
      .where('t.id', '=', id)
      .where(isUnused('t', since)),
  ),
});

/** A page of it, as the stores answer it. */
export async function unusedOf(
  database: Database,
  { page }: ReturnType<typeof unusedIn>,
  { since, after, limit }: UnusedPage,
): Promise<Unused> {
  const rows = await database.run(page, { since, after: after ?? FIRST_UUID, limit });
  const last =
    rows
      .map(({ id }) => id)
      .toSorted()
      .at(-1) ?? null;
  return { ids: rows.filter(({ isUnused }) => isUnused).map(({ id }) => id), next: rows.length < limit ? null : last };
}
