import type { Expression, RawBuilder } from 'kysely';
import type { Unused, UnusedPage } from '../../application/ports/unused.ts';
import type { Database } from '../database.ts';
import { FIRST_UUID, nextAfter } from '../id-pages.ts';
import { statement } from '../statement.ts';
import { db } from '../tables.ts';

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
  const idsOf = (of: typeof rows) => of.map(({ id }) => id);
  const next = nextAfter(idsOf(rows), rows.length < limit);
  return { ids: idsOf(rows.filter(({ isUnused }) => isUnused)), next };
}
