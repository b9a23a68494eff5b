import { type Expression, type SqlBool, sql } from 'kysely';
import type { AuditAudience, AuditFilter } from '../../application/ports/audit-entries.ts';
import type { PageQuery } from '../../application/ports/page.ts';
import { rowCount } from '../expressions.ts';
import { db } from '../tables.ts';
import { FREQUENT_TYPES, isRareType } from './audit-event-entity.ts';

/**
 * Pages of events, newest first, found by indexes over whose they are: of an owner's agents so many of each are looked at,
 * and the newest of those are the page. What no index tells is seen by looking, so a page may end before it is full; it
 * says how far it looked (docs/decisions/0025).
 */

/** How many events are looked at for a page whose filter is seen by looking. */
export const LOOKED_AT_MAX = 10_000;

/** Where events are looked for: those whose column has one of the values; of each there are so many at most. */
type Branch = {
  readonly column: 'agent_id' | 'sender_id' | 'subject_id' | 'type' | 'request_id' | null;
  readonly values: readonly string[];
  readonly isOfNobody?: boolean;
  readonly isRare?: boolean;
};

/** Bounds of ids, where moments are asked for. */
export type IdBounds = { readonly from: number | null; readonly to: number | null };

const EVERYTHING: Branch = { column: null, values: [''] };

/** No index has the others: among the newest are many of them. */
const areRare = (types: readonly string[]): boolean =>
  !types.some((type) => (FREQUENT_TYPES as readonly string[]).includes(type));

const branchesOf = ({ audience, agentId, types, requestId }: AuditFilter): readonly Branch[] => {
  if (requestId !== undefined) return [{ column: 'request_id', values: [requestId] }];
  if (audience === null) {
    if (agentId !== undefined) return [{ column: 'agent_id', values: [agentId] }];
    return [types !== undefined && areRare(types) ? { column: 'type', values: types, isRare: true } : EVERYTHING];
  }
  const { senderId, subjectIds } = audience;
  const own: Branch = { column: 'subject_id', values: subjectIds, isOfNobody: true };
  if (senderId !== null) return [{ column: 'sender_id', values: [senderId] }, own];
  const agentIds = agentId === undefined ? audience.agentIds : audience.agentIds.filter((id) => id === agentId);
  return [{ column: 'agent_id', values: agentIds }, ...(agentId === undefined ? [own] : [])];
};

/** Whether an index finds just what is asked for, so that every event that is looked at is answered. */
const isFound = ({ audience, agentId, types, requestId, from, to }: AuditFilter): boolean =>
  requestId === undefined &&
  from === undefined &&
  to === undefined &&
  (types === undefined || (audience === null && agentId === undefined && areRare(types))) &&
  (agentId === undefined || audience === null || audience.senderId === null);

/** Whether the event `e` is one of the audience's. */
export const isOf = ({ agentIds, senderId, subjectIds }: AuditAudience): Expression<SqlBool> =>
  sql`(
    ${agentIds.length === 0 ? sql.lit(false) : sql`e.agent_id = any(${agentIds}::uuid[])`}
    or ${senderId === null ? sql.lit(false) : sql`e.sender_id = ${senderId}`}
    or (e.subject_id = any(${subjectIds}::uuid[]) and e.agent_id is null and e.sender_id is null)
  )`;

/** What is asked for of those that are looked at, as far as the branch does not say it. */
const conditionsOf = ({ audience, agentId, types, requestId, from, to }: AuditFilter): Expression<SqlBool>[] => [
  ...(requestId !== undefined && audience !== null ? [isOf(audience)] : []),
  ...(agentId === undefined ? [] : [sql<SqlBool>`e.agent_id = ${agentId}`]),
  ...(types === undefined ? [] : [sql<SqlBool>`e.type = any(${types}::text[])`]),
  ...(from === undefined ? [] : [sql<SqlBool>`e.at >= ${from}`]),
  ...(to === undefined ? [] : [sql<SqlBool>`e.at < ${to}`]),
];

/** Of each value of the branch the ids of so many, from where the page begins, with whether they are asked for. */
const lookIn = (
  { column, values, isOfNobody = false, isRare = false }: Branch,
  filter: AuditFilter,
  { after, before, fromEnd = false }: Pick<PageQuery, 'after' | 'before' | 'fromEnd'>,
  { from, to }: IdBounds,
  look: number,
) => {
  const conditions = conditionsOf(filter);
  let events = db
    .selectFrom('audit_events as e')
    .select('e.id')
    .select(
      (conditions.length === 0 ? sql<SqlBool>`true` : sql<SqlBool>`(${sql.join(conditions, sql` and `)})`).as('is'),
    )
    .orderBy('e.id', fromEnd ? 'asc' : 'desc')
    .limit(look);
  if (column !== null) {
    const value = sql`b.value::${sql.raw(column === 'type' ? 'text' : 'uuid')}`;
    events = events.where(sql<SqlBool>`${sql.ref(`e.${column}`)} = ${value}`);
  }
  if (isOfNobody) events = events.where('e.agent_id', 'is', null).where('e.sender_id', 'is', null);
  if (isRare) events = events.where(sql<SqlBool>`${sql.raw(isRareType('e.type'))}`);
  const above = [from, before === undefined ? null : Number(before) + 1].filter((id) => id !== null);
  const below = [to, after === undefined ? null : Number(after)].filter((id) => id !== null);
  if (above.length > 0) events = events.where('e.id', '>=', Math.max(...above));
  if (below.length > 0) events = events.where('e.id', '<', Math.min(...below));
  return db
    .selectFrom(sql<{ value: string }>`unnest(${values}::text[])`.as<'b'>(sql`b(value)`))
    .innerJoinLateral(events.as('x'), (join) => join.onTrue())
    .select(['x.id', 'x.is', sql<string>`concat(${column ?? ''}::text, ' ', b.value)`.as('branch')]);
};

/** So many keys and holders count as one agent. */
const KEYS_AS_ONE = 100;
/** How many are looked at in each branch, so that in all it is not much more than so many: about each of few keys there are few. */
const share = (branches: readonly Branch[], inAll: number, least: number): number =>
  Math.max(
    least,
    Math.floor(
      inAll /
        Math.max(
          1,
          branches.reduce(
            (sum, { values, isOfNobody }) =>
              sum + (isOfNobody ? Math.ceil(values.length / KEYS_AS_ONE) : values.length),
            0,
          ),
        ),
    ),
  );

/** The ids of the page, and how far was looked: one row at least, without an id where there is none. */
export const idsOnPage = (filter: AuditFilter, page: PageQuery, bounds: IdBounds) => {
  const branches = branchesOf(filter);
  const { fromEnd = false, limit } = page;
  const look = isFound(filter) ? limit : share(branches, LOOKED_AT_MAX, limit);
  // The least that one of those has been looked at that has more.
  const furthest = fromEnd ? sql`max(id)` : sql`min(id)`;
  const nearest = fromEnd ? sql<number | null>`min(c.at)` : sql<number | null>`max(c.at)`;
  const isWithin = fromEnd ? sql<SqlBool>`l.id <= e.at` : sql<SqlBool>`l.id >= e.at`;
  return db
    .with('looked', () => lookInAll(branches, filter, page, bounds, look))
    .with('ends', (cte) =>
      cte
        .selectFrom((of) =>
          of
            .selectFrom('looked')
            .select(sql<number>`${furthest}`.as('at'))
            .groupBy('branch')
            .having(sql<SqlBool>`count(*) >= ${sql.lit(look)}`)
            .as('c'),
        )
        .select(nearest.as('at')),
    )
    .selectFrom('ends as e')
    .leftJoinLateral(
      (of) =>
        of
          .selectFrom('looked as l')
          .select('l.id')
          .where('l.is', '=', sql.lit(true))
          .where(sql<SqlBool>`(e.at is null or ${isWithin})`)
          .orderBy('l.id', fromEnd ? 'asc' : 'desc')
          .limit(limit)
          .as('p'),
      (join) => join.onTrue(),
    )
    .select(['p.id', 'e.at']);
};

const lookInAll = (
  branches: readonly Branch[],
  filter: AuditFilter,
  page: Pick<PageQuery, 'after' | 'before' | 'fromEnd'>,
  bounds: IdBounds,
  look: number,
) => {
  const [first, second] = branches.map((branch) => lookIn(branch, filter, page, bounds, look));
  if (first === undefined) throw new Error('There is nothing to look for.');
  return second === undefined ? first : first.unionAll(second);
};

/** How many there are, as far as was looked, and whether that was to the end. */
export const countOf = (filter: AuditFilter, bounds: IdBounds, countedMax: number) => {
  const branches = branchesOf(filter);
  const look = share(branches, isFound(filter) ? countedMax : LOOKED_AT_MAX, 1) + 1;
  const counted = db
    .selectFrom(lookInAll(branches, filter, {}, bounds, look).as('l'))
    .select(['l.branch', rowCount.as('looked'), sql<number>`count(*) filter (where l.is)::int`.as('n')])
    .groupBy('l.branch');
  return db
    .selectFrom(counted.as('c'))
    .select([
      sql<number>`coalesce(sum(c.n), 0)::int`.as('total'),
      sql<boolean>`coalesce(max(c.looked), 0) < ${sql.lit(look)}`.as('isExact'),
    ]);
};

/**
 * The first id from which on events are of that moment or later. They are numbered in the order in which they were inserted,
 * which is that of their moments but for how far clocks differ: so the moment is found by halving.
 */
export const firstIdAt = (moment: Date) => db.selectFrom(halving(moment).as<'h'>(sql`h`)).select('h.id');

const halving = (moment: Date) =>
  sql<{ id: number | null }>`(
    with recursive search (low, high) as (
      select min(id), max(id) + 1 from audit_events
      union all
      select
        case when e.id is null or e.at >= ${moment} then low else e.id + 1 end,
        case when e.id is null or e.at >= ${moment} then middle else high end
      from (select low, high, low + (high - low) / 2 as middle from search where low < high) s
      left join lateral (
        select e.id, e.at from audit_events e where e.id >= middle and e.id < high order by e.id limit 1
      ) e on true
    )
    select low as id from search where low >= high or low is null limit 1
  )`;
