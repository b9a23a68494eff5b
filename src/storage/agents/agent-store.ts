import type { AgentFilter, AgentStore } from '../../application/ports/agent-store.ts';
import type { Page, PageQuery } from '../../application/ports/page.ts';
import type { Agent } from '../../domain/agent.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { Database, Statement } from '../database.ts';
import { inOrderOf } from '../in-order-of.ts';
import { firstKeyValues } from '../keys/first-key.ts';
import { emptyPage, hasRealKeys, keysetOf, newestFirst } from '../keyset.ts';
import type { Orm } from '../mikro-orm.ts';
import { AgentEntity, type AgentRow } from './agent-entity.ts';

/** The agent and its key, or neither: no row where the handle is taken. */
const INSERT_AGENT: Statement = {
  name: 'insert-agent',
  text: `with agent as (
           insert into agents (id, handle, display_name, description, last_heartbeat_at, created_at, updated_at)
           values ($1, $2, $3, $4, null, $5, $5)
           on conflict (handle) do nothing returning id, created_at
         )
         insert into api_keys (id, agent_id, hash, prefix, scopes, created_at, expires_at)
         select $6::uuid, agent.id, $7::bytea, $8::text, $9::text[], agent.created_at, $10::timestamptz from agent
         returning id`,
};

/** Agents. Each call has an entity manager of its own, so that nothing stale is ever answered. */
export const createAgentStore = (orm: Orm, database: Database): AgentStore => ({
  insert: async (agent, key) => {
    const inserted = await database.query(INSERT_AGENT, [
      agent.id,
      agent.handle,
      agent.displayName,
      agent.description,
      agent.createdAt.toISOString(),
      ...firstKeyValues(key),
    ]);
    return inserted.length === 1;
  },

  byIds: (ids) =>
    database.guard('agents-by-ids', async () => {
      const rows = await orm.em.fork().find(AgentEntity, { id: { $in: ids.filter(isUuid) } });
      return inOrderOf<Agent>(ids, rows.map(toAgent));
    }),

  byHandle: (handle) =>
    database.guard('agent-by-handle', async () => {
      const row = await orm.em.fork().findOne(AgentEntity, { handle: { $eq: handle } });
      return row === null ? null : toAgent(row);
    }),

  list: (filter, page) => database.guard('list-agents', () => listAgents(orm, database, filter, page)),

  delete: (id) =>
    database.guard('delete-agent', async () => {
      if (!isUuid(id)) return false;
      return (await orm.em.fork().nativeDelete(AgentEntity, { id: { $eq: id } })) === 1;
    }),
});

const toAgent = (row: AgentRow): Agent => ({
  id: row.id,
  handle: row.handle,
  displayName: row.displayName,
  description: row.description,
  lastHeartbeatAt: row.lastHeartbeatAt,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
});

const listAgents = async (
  orm: Orm,
  database: Database,
  { search = '', action, connected, aliveSince }: AgentFilter,
  page: PageQuery,
): Promise<Page<Agent>> => {
  const filtered = () => {
    const query = orm.em.fork().createQueryBuilder(AgentEntity, 'a');
    for (const word of search.split(/\s+/u).filter((each) => each !== '')) {
      const pattern = `%${escapeWildcards(word)}%`;
      query.andWhere('(a.handle ilike ? or a.display_name ilike ? or a.description ilike ?)', [
        pattern,
        pattern,
        pattern,
      ]);
    }
    if (action !== undefined) {
      query.andWhere(
        'exists (select from capability_contracts c where c.agent_id = a.id and c.is_active and c.actions @> array[?]::text[])',
        [action],
      );
    }
    if (connected !== undefined) {
      query.andWhere(
        `${connected ? '' : 'not '}exists (select from channels c join nodes n on n.id = c.node_id where c.agent_id = a.id and n.seen_at >= ?::timestamptz)`,
        [(aliveSince ?? new Date(0)).toISOString()],
      );
    }
    return query;
  };
  const totalCount = () => database.guard('count-agents', () => filtered().getCount());
  if (!hasRealKeys(page, isUuid)) return emptyPage(totalCount);
  const rows = await filtered()
    .andWhere(keysetOf('id', page))
    .orderBy({ id: page.fromEnd ? 'asc' : 'desc' })
    .limit(page.limit)
    .getResultList();
  return { rows: newestFirst(rows.map(toAgent), page), totalCount };
};

/** What `like` would read as a wildcard stands for itself. */
const escapeWildcards = (text: string): string => text.replace(/[\\%_]/g, '\\$&');
