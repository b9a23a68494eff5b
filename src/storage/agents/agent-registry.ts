import type { Page, PageQuery } from '../../application/ports/page.ts';
import type { AgentFilter, NewApiKey, RegistryStore } from '../../application/ports/registry-store.ts';
import type { Agent } from '../../domain/agent.ts';
import type { Sender } from '../../domain/sender.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { Database, Statement } from '../database.ts';
import { emptyPage, hasRealKeys, keysetOf, newestFirst } from '../keyset.ts';
import type { Orm } from '../mikro-orm.ts';
import { toAgent, toSender } from '../registry-records.ts';
import { SenderEntity } from '../senders/sender-entity.ts';
import { AgentEntity } from './agent-entity.ts';

type AgentRegistry = Pick<
  RegistryStore,
  'insertAgent' | 'insertSender' | 'agentsByIds' | 'agentByHandle' | 'sendersByIds' | 'agents' | 'deleteAgent'
>;

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

const INSERT_SENDER: Statement = {
  name: 'insert-sender',
  text: `with sender as (
           insert into senders (id, display_name, created_at) values ($1, $2, $3) returning id, created_at
         )
         insert into api_keys (id, sender_id, hash, prefix, scopes, created_at, expires_at)
         select $4::uuid, sender.id, $5::bytea, $6::text, $7::text[], sender.created_at, $8::timestamptz from sender`,
};

/** Agents and senders. Each call has an entity manager of its own, so that nothing stale is ever answered. */
export const createAgentRegistry = (orm: Orm, database: Database): AgentRegistry => ({
  insertAgent: async (agent, key) => {
    const inserted = await database.query(INSERT_AGENT, [
      agent.id,
      agent.handle,
      agent.displayName,
      agent.description,
      agent.createdAt.toISOString(),
      ...keyValues(key),
    ]);
    return inserted.length === 1;
  },

  insertSender: async (sender, key) => {
    await database.query(INSERT_SENDER, [
      sender.id,
      sender.displayName,
      sender.createdAt.toISOString(),
      ...keyValues(key),
    ]);
  },

  agentsByIds: (ids) =>
    database.guard('agents-by-ids', async () => {
      const rows = await orm.em.fork().find(AgentEntity, { id: { $in: ids.filter(isUuid) } });
      return inOrderOf<Agent>(ids, rows.map(toAgent));
    }),

  agentByHandle: (handle) =>
    database.guard('agent-by-handle', async () => {
      const row = await orm.em.fork().findOne(AgentEntity, { handle: { $eq: handle } });
      return row === null ? null : toAgent(row);
    }),

  sendersByIds: (ids) =>
    database.guard('senders-by-ids', async () => {
      const rows = await orm.em.fork().find(SenderEntity, { id: { $in: ids.filter(isUuid) } });
      return inOrderOf<Sender>(ids, rows.map(toSender));
    }),

  agents: (filter, page) => database.guard('list-agents', () => listAgents(orm, database, filter, page)),

  deleteAgent: (id) =>
    database.guard('delete-agent', async () => {
      if (!isUuid(id)) return false;
      return (await orm.em.fork().nativeDelete(AgentEntity, { id: { $eq: id } })) === 1;
    }),
});

const keyValues = ({ id, hash, prefix, scopes, expiresAt }: NewApiKey): readonly unknown[] => [
  id,
  hash,
  prefix,
  scopes,
  expiresAt?.toISOString() ?? null,
];

const inOrderOf = <Row extends { readonly id: string }>(
  ids: readonly string[],
  rows: readonly Row[],
): readonly (Row | null)[] => {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
};

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
