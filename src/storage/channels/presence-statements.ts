import { type Expression, expressionBuilder, type SqlBool, sql } from 'kysely';
import { anyOf, greatest, rowCount } from '../expressions.ts';
import { rowOf, rowsOf } from '../parameters.ts';
import { isOpen, isStopped, isSuspect } from '../requests/request-conditions.ts';
import { statement, statementByKey } from '../statement.ts';
import { columnsOfTable, db, type Tables } from '../tables.ts';
import { ChannelEntity } from './channel-entity.ts';
import { NodeEntity } from './node-entity.ts';

export const NODE = columnsOfTable(NodeEntity);
const CHANNEL = columnsOfTable(ChannelEntity);

/** Channels `c` whose node `n` was seen since. */
export const liveChannels = (aliveSince: Expression<Date>) =>
  db.selectFrom('channels as c').innerJoin('nodes as n', 'n.id', 'c.node_id').where('n.seen_at', '>=', aliveSince);

/** Also removes what an earlier life of the same node left. */
export const REGISTER_NODE = statement('register-node', { node: rowOf(NODE) }, ({ node }) =>
  db
    .with('earlier', (cte) => cte.deleteFrom('channels').where('node_id', '=', node.id))
    .insertInto('nodes')
    .values(node)
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({
        seen_at: sql.ref('excluded.seen_at'),
        newest_migration: sql.ref('excluded.newest_migration'),
      }),
    ),
);

/** Nodes that were seen since, but for one. */
const otherNodes = (id: Expression<string>, aliveSince: Expression<Date>) =>
  db.selectFrom('nodes').select(rowCount.as('others')).where('id', '<>', id).where('seen_at', '>=', aliveSince);

const ofNode = expressionBuilder<Tables, 'nodes'>();

/** So long after an instant as the other one lies before it. */
const asFarAfter = (at: Expression<Date>, before: Expression<Date>) => sql<Date>`(${at} + (${at} - ${before}))`;

/**
 * Nodes that were not seen since, or were seen at a time that is as far ahead: the database's clock was set back since then,
 * and whoever lives has renewed itself by its new time.
 */
export const isStale = (at: Expression<Date>, aliveSince: Expression<Date>): Expression<SqlBool> =>
  ofNode.or([ofNode('seen_at', '<', aliveSince), ofNode('seen_at', '>', asFarAfter(at, aliveSince))]);

/**
 * The node's row, if it is there. Its channels live as long as that. A renewal that comes late never makes it older,
 * unless the database's clock was set back.
 */
export const RENEW_NODE = statementByKey(
  'renew-node',
  { node: rowOf(NODE), aliveSince: 'timestamptz' },
  ({ node, aliveSince }) =>
    db
      .with('renewed', (cte) =>
        cte
          .updateTable('nodes')
          .set((set) => ({
            seen_at: set
              .case()
              .when(set.ref('seen_at'), '>', asFarAfter(node.seen_at, aliveSince))
              .then(node.seen_at)
              .else(greatest<Date>(set.ref('seen_at'), node.seen_at))
              .end(),
          }))
          .where('id', '=', node.id)
          .returning('id'),
      )
      .selectNoFrom(({ exists, selectFrom }) => [
        exists(selectFrom('renewed').select('id')).$castTo<boolean>().as('isKnown'),
        otherNodes(node.id, aliveSince).$asScalar().$notNull().as('others'),
      ]),
);

/** The row of a node that another one took for dead, with its channels, but not those of agents that are gone. */
export const RESTORE_NODE = statement(
  'restore-node',
  { node: rowOf(NODE), channels: rowsOf(CHANNEL) },
  ({ node, channels }) =>
    db
      .with('restored', (cte) =>
        cte
          .insertInto('nodes')
          .values(node)
          .onConflict((conflict) =>
            conflict
              .column('id')
              .doUpdateSet({ seen_at: greatest<Date>(sql.ref('nodes.seen_at'), sql.ref('excluded.seen_at')) }),
          ),
      )
      .insertInto('channels')
      .columns(CHANNEL.names)
      .expression((from) =>
        from.selectFrom(channels.as('c')).innerJoin('agents as a', 'a.id', 'c.agent_id').selectAll('c'),
      )
      .onConflict((conflict) => conflict.column('id').doNothing()),
);

export const REMOVE_NODE = statement('remove-node', { id: 'text' }, ({ id }) =>
  db.deleteFrom('nodes').where('id', '=', id),
);

/** Empty where one of them does not say; null where none was seen. Names are compared as they are sorted: by bytes. */
export const OLDEST_KNOWN = statement('oldest-known', { aliveSince: 'timestamptz' }, ({ aliveSince }) =>
  db
    .selectFrom('nodes')
    .select(sql<string | null>`min(coalesce(newest_migration, '') collate "C")`.as('oldest'))
    .where('seen_at', '>=', aliveSince),
);

/** Those of the agents that nobody else is writing. */
const nobodyWrites = (agentIds: Expression<string>) =>
  db.selectFrom('agents as a').select('a.id').where('a.id', 'in', agentIds).forNoKeyUpdate('a').skipLocked();

/**
 * Their channels go with them, and the last renewal was their agents' heartbeat. Agents that somebody is writing are
 * passed over, here as where channels end: whoever opens a channel writes a later one, and nobody waits for anybody.
 */
export const FORGET_STALE_NODES = statement(
  'forget-stale-nodes',
  { at: 'timestamptz', aliveSince: 'timestamptz' },
  ({ at, aliveSince }) =>
    db
      .with('stale', (cte) => cte.deleteFrom('nodes').where(isStale(at, aliveSince)).returning(['id', 'seen_at']))
      .with(
        (cte) => cte('lost').materialized(),
        (cte) =>
          cte
            .selectFrom('stale')
            .innerJoin('channels as c', 'c.node_id', 'stale.id')
            // No agent was heard of later than now.
            .select((select) => ['c.agent_id', sql<Date>`least(${select.fn.max('stale.seen_at')}, ${at})`.as('at')])
            .groupBy('c.agent_id'),
      )
      .with('heard', (cte) => nobodyWrites(cte.selectFrom('lost').select('agent_id').$asScalar().$notNull()))
      .with('written', (cte) =>
        cte
          .updateTable('agents as a')
          .from('heard')
          .innerJoin('lost', 'lost.agent_id', 'heard.id')
          .set((set) => ({
            last_heartbeat_at: greatest<Date | null>(set.ref('a.last_heartbeat_at'), set.ref('lost.at')),
          }))
          .whereRef('a.id', '=', 'heard.id'),
      )
      .selectFrom('lost')
      .select('agent_id as agentId'),
);

/** Their end is their agents' last heartbeat. */
export const REMOVE_CHANNELS = statementByKey('remove-channels', { ids: 'uuid[]', at: 'timestamptz' }, ({ ids, at }) =>
  db
    .with('heard', () =>
      nobodyWrites(db.selectFrom('channels').select('agent_id').where('id', '=', anyOf(ids)).$asScalar().$notNull()),
    )
    .with('written', (cte) =>
      cte
        .updateTable('agents as a')
        .from('heard')
        .set((set) => ({ last_heartbeat_at: greatest<Date | null>(set.ref('a.last_heartbeat_at'), at) }))
        .whereRef('a.id', '=', 'heard.id'),
    )
    .deleteFrom('channels')
    .where('id', '=', anyOf(ids)),
);

export const ARE_CONNECTED = statementByKey(
  'are-connected',
  { agentIds: 'uuid[]', aliveSince: 'timestamptz' },
  ({ agentIds, aliveSince }) =>
    liveChannels(aliveSince).select('c.agent_id as agentId').distinct().where('c.agent_id', '=', anyOf(agentIds)),
);

export const CHANNELS_OF_AGENTS = statementByKey(
  'channels-of-agents',
  { agentIds: 'uuid[]', aliveSince: 'timestamptz' },
  ({ agentIds, aliveSince }) =>
    liveChannels(aliveSince)
      .select(CHANNEL.from('c'))
      .select((select) =>
        select
          .selectFrom('requests as r')
          .select(rowCount.as('open'))
          .whereRef('r.channel_id', '=', 'c.id')
          .where('r.finished_at', 'is', null)
          .$asScalar()
          .$notNull()
          .as('openRequests'),
      )
      .select((select) =>
        // No `exists`: that may be planned as a scan of every agent's suspects.
        select(
          select
            .selectFrom('requests as r')
            .select('r.id')
            .whereRef('r.agent_id', '=', 'c.agent_id')
            .whereRef('r.channel_id', '=', 'c.id')
            .where(isOpen)
            .where(isSuspect)
            .limit(1),
          'is not',
          null,
        )
          .$castTo<boolean>()
          .as('holdsSuspect'),
      )
      .select((select) =>
        // What waits has an index of its own.
        select(
          select
            .selectFrom('requests as r')
            .select('r.id')
            .whereRef('r.agent_id', '=', 'c.agent_id')
            .where(isOpen)
            .where('r.channel_id', 'is', null)
            .where('r.status', '=', 'PENDING')
            .where(({ not }) => not(isStopped))
            .limit(1),
          'is not',
          null,
        )
          .$castTo<boolean>()
          .as('isAwaited'),
      )
      .where('c.agent_id', '=', anyOf(agentIds))
      .orderBy('openRequests')
      .orderBy('c.opened_at')
      .orderBy('c.id'),
);
