import type { AgentFilter, AgentStore } from '../../application/ports/agent-store.ts';
import type { Page, PageQuery } from '../../application/ports/page.ts';
import type { Agent } from '../../domain/agent.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { Database } from '../database.ts';
import { anyOf, rowCount, valuesOf } from '../expressions.ts';
import { API_KEY_ROW, newKeyRow } from '../keys/api-key-records.ts';
import { emptyPage, hasRealKeys, newestFirst, onPage } from '../keyset.ts';
import { rowOf } from '../parameters.ts';
import { createReader } from '../reader.ts';
import { statement, statementByKey } from '../statement.ts';
import { columnsOfTable, db } from '../tables.ts';
import { lastHeartbeatAt, matches } from './agent-conditions.ts';
import { AgentEntity } from './agent-entity.ts';

/** Columns that the domain does not know of. */
const OF_STORAGE = ['searchText', 'ownerId', 'agentKeysManage'] as const;
const AGENT = columnsOfTable(AgentEntity, { without: OF_STORAGE });

/** As it is read: while it has a channel, its node's renewal is its last heartbeat. */
const READ = columnsOfTable(AgentEntity, { without: [...OF_STORAGE, 'lastHeartbeatAt'] });
export const AGENT_READ = [...READ.from('a'), lastHeartbeatAt.as('lastHeartbeatAt')] as const;

const agents = db.selectFrom('agents as a');

/** The agent and its key, or neither: no row where the handle is taken. */
const INSERT = statement('insert-agent', { agent: rowOf(AGENT), key: rowOf(API_KEY_ROW) }, ({ agent, key }) =>
  db
    .with('agent', (cte) =>
      cte
        .insertInto('agents')
        .values(agent)
        .onConflict((conflict) => conflict.column('handle').doNothing())
        .returning('id'),
    )
    .insertInto('api_keys')
    .columns(API_KEY_ROW.names)
    .expression((from) => from.selectFrom('agent').select(valuesOf(API_KEY_ROW, key)))
    .returning('id'),
);

const BY_IDS = statementByKey('agents-by-ids', { ids: 'uuid[]' }, ({ ids }) =>
  agents.select(AGENT_READ).where('a.id', '=', anyOf(ids)),
);

const BY_HANDLES = statementByKey('agents-by-handles', { handles: 'text[]' }, ({ handles }) =>
  agents.select(AGENT_READ).where('a.handle', '=', anyOf(handles)),
);

const DELETE = statement('delete-agent', { id: 'uuid' }, ({ id }) =>
  db.deleteFrom('agents').where('id', '=', id).returning(['id', 'handle']),
);

export const createAgentStore = (database: Database): AgentStore => {
  const byIds = createReader<Agent>(
    (ids) => database.run(BY_IDS, { ids: ids.filter(isUuid) }),
    ({ id }) => id,
  );
  const byHandles = createReader<Agent>(
    (handles) => database.run(BY_HANDLES, { handles }),
    ({ handle }) => handle,
  );

  return {
    insert: async (agent, key) => {
      const inserted = await database.run(INSERT, { agent, key: newKeyRow(agent.id, key, agent.createdAt) });
      return inserted.length === 1;
    },

    byIds,
    byHandle: async (handle) => (await byHandles([handle]))[0] ?? null,
    list: (filter, page) => list(database, filter, page),
    delete: async (id) => (isUuid(id) ? ((await database.run(DELETE, { id }))[0] ?? null) : null),
  };
};

const list = async (database: Database, filter: AgentFilter, page: PageQuery): Promise<Page<Agent>> => {
  const matching = agents.where(matches(filter));
  const totalCount = async () => {
    const [row] = await database.runOnce('count-agents', matching.select(rowCount.as('total')));
    return row?.total ?? 0;
  };
  if (!hasRealKeys(page, isUuid)) return emptyPage(totalCount);
  const rows = await database.runOnce('list-agents', onPage(matching.select(AGENT_READ), 'a.id', page));
  return { rows: newestFirst(rows, page), totalCount };
};
