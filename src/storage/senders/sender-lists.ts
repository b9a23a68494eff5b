import { type SqlBool, sql } from 'kysely';
import type { Page, PageQuery } from '../../application/ports/page.ts';
import type { SenderFilter } from '../../application/ports/sender-store.ts';
import type { Sender } from '../../domain/sender.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { Database } from '../database.ts';
import { rowCount } from '../expressions.ts';
import { emptyPage, hasRealKeys, newestFirst, onPage } from '../keyset.ts';
import { isAnySuspended } from '../suspensions/is-suspended.ts';
import { db } from '../tables.ts';
import { SENDER } from './sender-columns.ts';

/**
 * How many senders a page looks at where a filter is seen by looking at each: anybody may register, so there may be any
 * number (docs/decisions/0025).
 */
const LOOKED_AT_MAX = 10_000;
/** How many are counted where nothing is looked at. */
const COUNTED_MAX = 100_000;

const senders = db.selectFrom('senders as s');

/** Suspended ones are few, so they are found from there. */
const suspended = db
  .selectFrom('suspensions as x')
  .innerJoin('senders as s', 's.id', 'x.subject_id')
  .where('x.kind', '=', sql.lit('SENDER'));

/** Pages of senders, newest first. */
export async function listSenders(database: Database, filter: SenderFilter, page: PageQuery): Promise<Page<Sender>> {
  const { id, isSuspended } = filter;
  if (id !== undefined && !isUuid(id)) return emptyPage(async () => 0);
  const conditions = conditionsOf(filter);
  // One sender, suspended ones, or all: every row that is read is answered.
  const isFound = id !== undefined || isSuspended === true || conditions.length === 0;
  return isFound ? pageOfFound(database, filter, page) : pageByLooking(database, filter, page);
}

/** What is seen of a sender by looking at it. */
const conditionsOf = ({ words = [], isSuspended }: SenderFilter) => [
  ...words.map((word) => sql<SqlBool>`strpos(lower(s.display_name), lower(${word})) > 0`),
  ...(isSuspended === false ? [sql<SqlBool>`not ${isAnySuspended(sql.ref('s.id'))}`] : []),
];

async function pageOfFound(database: Database, filter: SenderFilter, page: PageQuery): Promise<Page<Sender>> {
  const { id, isSuspended } = filter;
  const from = isSuspended === true ? suspended : senders;
  const matching = [...conditionsOf(filter), ...(id === undefined ? [] : [sql<SqlBool>`s.id = ${id}`])].reduce(
    (query, condition) => query.where(condition),
    from as typeof senders,
  );
  const counts = countsOf(database, matching, COUNTED_MAX);
  if (!hasRealKeys(page, isUuid)) return { rows: [], ...counts };
  const rows = await database.runOnce('list-senders', onPage(matching.select(SENDER.from('s')), 's.id', page));
  return { rows: newestFirst(rows, page), ...counts };
}

/** Looks at so many from where the page begins; one that is short says where it stopped. */
async function pageByLooking(database: Database, filter: SenderFilter, page: PageQuery): Promise<Page<Sender>> {
  const lookedAt = (from: PageQuery) => onPage(senders.selectAll('s'), 's.id', { ...from, limit: LOOKED_AT_MAX });
  const matchingOf = (from: PageQuery) =>
    conditionsOf(filter).reduce((query, condition) => query.where(condition), db.selectFrom(lookedAt(from).as('s')));
  const counts = {
    totalCount: async () => {
      const matching = matchingOf({ limit: LOOKED_AT_MAX });
      const [row] = await database.runOnce('count-senders-by-looking', matching.select(rowCount.as('total')));
      return row?.total ?? 0;
    },
    isTotalCountExact: async () => (await lastLookedAt(database, { limit: LOOKED_AT_MAX })) === null,
  };
  if (!hasRealKeys(page, isUuid)) return { rows: [], ...counts };
  const direction = page.fromEnd ? 'asc' : 'desc';
  const rows = await database.runOnce(
    'search-senders',
    matchingOf(page).select(SENDER.from('s')).orderBy('s.id', direction).limit(page.limit),
  );
  const lookedAtUpTo = rows.length < page.limit ? await lastLookedAt(database, page) : null;
  return { rows: newestFirst(rows, page), ...counts, ...(lookedAtUpTo !== null && { lookedAtUpTo }) };
}

/** The last sender that a page looks at; null where it looks at all that there are. */
async function lastLookedAt(database: Database, page: PageQuery): Promise<string | null> {
  const two = onPage(senders.select('s.id'), 's.id', { ...page, limit: 2 }).offset(LOOKED_AT_MAX - 1);
  const [last, beyond] = await database.runOnce('last-sender-looked-at', two);
  return last !== undefined && beyond !== undefined ? last.id : null;
}

function countsOf(database: Database, matching: typeof senders, max: number) {
  const count = async () => {
    const counted = matching.select('s.id').limit(max + 1);
    const [row] = await database.runOnce('count-senders', db.selectFrom(counted.as('c')).select(rowCount.as('total')));
    return row?.total ?? 0;
  };
  return {
    totalCount: async () => Math.min(await count(), max),
    isTotalCountExact: async () => (await count()) <= max,
  };
}
