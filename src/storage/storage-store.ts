import { type RawBuilder, sql } from 'kysely';
import type { StorageStore, TenantKind } from '../application/ports/storage-store.ts';
import { isUuid } from '../domain/uuid.ts';
import type { Database } from './database.ts';
import { anyOf, rowCount } from './expressions.ts';
import { FIRST_UUID, nextAfter } from './id-pages.ts';
import { rowOf } from './parameters.ts';
import { createReader } from './reader.ts';
import { statement, statementByKey } from './statement.ts';
import { StorageCountEntity } from './storage-count-entity.ts';
import { columnsOfTable, db } from './tables.ts';

/** What a row takes besides its texts: itself, and what indexes hold of it. So a bound on bytes is one on rows, too. */
const ROW_BYTES = 1_024;

type Of = { readonly senderId: RawBuilder<string | null>; readonly agentId: RawBuilder<string | null> };

const NOBODY = sql<string | null>`null::uuid`;
const own = (column: string) => sql<string | null>`${sql.ref(`t.${column}`)}`;

/** As they are stored: a long text is compressed, and is not read for that. */
const sizeOf = (...columns: readonly string[]) =>
  sql<number>`${sql.lit(ROW_BYTES)} + ${sql.join(
    columns.map((column) => sql`coalesce(pg_column_size(${sql.ref(`t.${column}`)}), 0)`),
    sql` + `,
  )}`;

const countPage = (
  kind: TenantKind,
  table: 'requests' | 'capability_contracts' | 'policy_sets' | 'api_keys' | 'approvals',
  size: RawBuilder<number>,
  { senderId, agentId }: Of,
) =>
  statement(`stored-${kind}`, { after: 'uuid', limit: 'int' }, ({ after, limit }) =>
    db
      .with(
        (cte) => cte('page').materialized(),
        (cte) =>
          cte
            .selectFrom(`${table} as t` as 'requests as t')
            .select(['t.id', senderId.as('sender'), agentId.as('agent'), size.as('size')])
            .where('t.id', '>', after)
            .orderBy('t.id')
            .limit(limit),
      )
      .selectFrom('page as p')
      .leftJoin('agents as a', 'a.id', 'p.agent')
      .select([
        'p.sender as senderId',
        'p.agent as agentId',
        'a.owner_id as ownerId',
        rowCount.as('rows'),
        sql<number>`sum(p.size)::float8`.as('bytes'),
        sql<string>`max(p.id::text)`.as('lastId'),
      ])
      .groupBy(['p.sender', 'p.agent', 'a.owner_id']),
  );

const OF_PARTIES = { senderId: own('sender_id'), agentId: own('agent_id') };
const OF_AGENT = { senderId: NOBODY, agentId: own('agent_id') };

const PAGES = {
  requests: countPage(
    'requests',
    'requests',
    sizeOf('params', 'result', 'pipeline_log', 'deliveries', 'effective_params'),
    OF_PARTIES,
  ),
  contracts: countPage('contracts', 'capability_contracts', sizeOf('capabilities'), OF_AGENT),
  policy_sets: countPage('policy_sets', 'policy_sets', sizeOf('rules'), OF_AGENT),
  keys: countPage('keys', 'api_keys', sizeOf('scopes'), OF_PARTIES),
  approvals: countPage('approvals', 'approvals', sizeOf('hold_reasons', 'findings', 'approved_by'), OF_PARTIES),
};

/** Sealed entries with what is personal of them; what was pruned of a leaf's counts nothing. */
const TRAIL = statement('stored-audit', { after: 'bigint', limit: 'int' }, ({ after, limit }) =>
  db
    .with(
      (cte) => cte('page').materialized(),
      (cte) =>
        cte
          .selectFrom('audit_leaves as l')
          .select(['l.index', 'l.xact', 'l.id'])
          .where('l.index', '>', after)
          .orderBy('l.index')
          .limit(limit),
    )
    .selectFrom('page as p')
    .leftJoin('audit_events as t', (join) => join.onRef('t.xact', '=', 'p.xact').onRef('t.id', '=', 'p.id'))
    .leftJoin('audit_details as d', (join) =>
      join.onRef('d.entry_id', '=', 't.entry_id').on('t.details_digest', 'is not', null),
    )
    .select([
      sql<number>`count(t.id)::int`.as('rows'),
      sql<number>`coalesce(sum(${sizeOf('data')} + coalesce(pg_column_size(d.details), 0)) filter (where t.id is not null), 0)::float8`.as(
        'bytes',
      ),
      sql<number>`count(*)::int`.as('leaves'),
      sql<number | null>`max(p.index)`.as('lastIndex'),
      sql<number | null>`(select min(index) from audit_leaves)`.as('beginsAt'),
    ]),
);

const ENTRIES_OF = statementByKey('stored-audit-of', { ids: 'uuid[]' }, ({ ids }) =>
  db.selectFrom('audit_heads as h').select(['h.audience', 'h.n']).where('h.audience', '=', anyOf(ids)),
);

const COUNT_ROW = columnsOfTable(StorageCountEntity);
/** There is one, the last. */
const COUNT_ID = 0;

const KEEP_COUNT = statement('keep-storage-count', { count: rowOf(COUNT_ROW) }, ({ count }) =>
  db
    .insertInto('storage_count')
    .values(count)
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({
        at: sql`excluded.at`,
        kinds: sql`excluded.kinds`,
        senders: sql`excluded.senders`,
        agents: sql`excluded.agents`,
        owners: sql`excluded.owners`,
      }),
    ),
);

const LAST_COUNT = statementByKey('last-storage-count', { id: 'int' }, ({ id }) =>
  db.selectFrom('storage_count as c').select(COUNT_ROW.from('c')).where('c.id', '=', id),
);

export const createStorageStore = (database: Database): StorageStore => {
  const heads = createReader<{ readonly audience: string; readonly n: number }>(
    (ids) => database.run(ENTRIES_OF, { ids: ids.filter(isUuid) }),
    ({ audience }) => audience,
  );
  return {
    page: async (kind, after, limit) => {
      const of = await database.run(PAGES[kind], { after: after ?? FIRST_UUID, limit });
      const rows = of.reduce((sum, each) => sum + each.rows, 0);
      const lastIds = of.map(({ lastId }) => lastId);
      return { of, lastId: nextAfter(lastIds, rows < limit) };
    },

    trail: async (after, limit) => {
      const [found] = await database.run(TRAIL, { after, limit });
      const { rows = 0, bytes = 0, leaves = 0, lastIndex = null, beginsAt = null } = found ?? {};
      return { rows, bytes, lastIndex, isLast: leaves < limit, beginsAt };
    },

    keepCount: async (count) => {
      await database.run(KEEP_COUNT, { count: { id: COUNT_ID, ...count } });
    },

    lastCount: async () => (await database.run(LAST_COUNT, { id: COUNT_ID }))[0] ?? null,

    entriesOf: async (ids) => (await heads(ids)).map((head) => head?.n ?? 0),
  };
};
