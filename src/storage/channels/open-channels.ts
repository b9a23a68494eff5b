import { sql } from 'kysely';
import type { ChannelOpening, PresenceStore } from '../../application/ports/presence-store.ts';
import { UnavailableError } from '../../domain/errors.ts';
import { isUuid } from '../../domain/uuid.ts';
import { createBatcher } from '../batcher.ts';
import type { Database } from '../database.ts';
import { greatest, rowCount } from '../expressions.ts';
import { rowsOf } from '../parameters.ts';
import { isClaimableAt } from '../requests/request-conditions.ts';
import { statementByKey } from '../statement.ts';
import { isAnySuspended } from '../suspensions/is-suspended.ts';
import { columnsOfTable, db, type RowIn } from '../tables.ts';
import { ChannelEntity } from './channel-entity.ts';
import { liveChannels } from './presence-statements.ts';

const CHANNEL = columnsOfTable(ChannelEntity);

/** How often it is tried again where others open channels of the same agent at the same moment. */
const TRIES = 20;

/** Which version of a row it is: the transaction that wrote it. */
const version = (table: 'a' | 'seen') => sql<string>`${sql.ref(`${table}.xmin`)}::text`;

/**
 * Channels of any agents and nodes, each unless its agent has `max` live ones. Whoever opens one writes the agent's row,
 * so a row that is another version once it is locked than this statement sees tells that its count is out of date: then
 * nothing is inserted, and `outcome` is "again". A node's row that is missing comes back, and `isNodeNew` tells it.
 */
const OPEN_CHANNELS = statementByKey(
  'open-channels',
  { channels: rowsOf(CHANNEL, { max: 'int', aliveSince: 'timestamptz' }) },
  ({ channels }) =>
    db
      .with(
        (cte) => cte('new').materialized(),
        (cte) =>
          cte
            .selectFrom(channels.withOrdinality('n'))
            .selectAll()
            .select(sql<number>`row_number() over (partition by n.agent_id order by n.ord)`.as('place')),
      )
      .with('node', (cte) =>
        cte
          .insertInto('nodes')
          .columns(['id', 'seen_at'])
          .expression((from) =>
            from
              .selectFrom('new')
              .select((select) => ['node_id', select.fn.max('opened_at').as('seen_at')])
              .groupBy('node_id'),
          )
          .onConflict((conflict) => conflict.column('id').doNothing())
          .returning('id'),
      )
      .with('locked', (cte) =>
        cte
          .selectFrom('agents as a')
          .select(['a.id', version('a').as('version')])
          .where('a.id', 'in', (from) => from.selectFrom('new').select('agent_id'))
          .orderBy('a.id')
          .forNoKeyUpdate('a'),
      )
      .with('counted', (cte) =>
        cte
          .selectFrom('new')
          .innerJoin('locked', 'locked.id', 'new.agent_id')
          .innerJoin('agents as seen', 'seen.id', 'new.agent_id')
          .selectAll('new')
          .select(({ eb }) => [
            eb(version('seen'), '=', sql.ref<string>('locked.version')).$castTo<boolean>().as('is_up_to_date'),
            eb(
              liveChannels(sql.ref('new.aliveSince'))
                .select(rowCount.as('live'))
                .where('c.agent_id', '=', sql.ref<string>('new.agent_id')),
              '<=',
              sql<number>`new.max - new.place`,
            )
              .$castTo<boolean>()
              .as('has_room'),
            isAnySuspended(sql.ref('new.agent_id')).as('is_suspended'),
          ]),
      )
      .with('opened', (cte) =>
        cte
          .insertInto('channels')
          .columns(CHANNEL.names)
          .expression((from) =>
            from
              .selectFrom('counted')
              .select(CHANNEL.names)
              .where('has_room', '=', true)
              .where('is_suspended', '=', false)
              .where('is_up_to_date', '=', true),
          )
          .returning(['id', 'agent_id', 'opened_at']),
      )
      .with('heard', (cte) =>
        cte
          .updateTable('agents as a')
          .from((from) =>
            from
              .selectFrom('opened')
              .select((select) => ['agent_id', select.fn.max('opened_at').as('at')])
              .groupBy('agent_id')
              .as('o'),
          )
          .set((set) => ({ last_heartbeat_at: greatest<Date | null>(set.ref('a.last_heartbeat_at'), set.ref('o.at')) }))
          .whereRef('a.id', '=', 'o.agent_id'),
      )
      .selectFrom('new')
      .leftJoin('counted', 'counted.id', 'new.id')
      .leftJoin('opened', 'opened.id', 'new.id')
      .select(({ case: choose, exists, selectFrom }) => [
        'new.id',
        exists(selectFrom('node').select('node.id').whereRef('node.id', '=', 'new.node_id'))
          .$castTo<boolean>()
          .as('isNodeNew'),
        choose()
          .when('counted.id', 'is', null)
          .then(sql.lit('no-agent'))
          .when('counted.is_suspended', '=', true)
          .then(sql.lit('suspended'))
          .when('counted.has_room', '=', false)
          .then(sql.lit('too-many'))
          .when('opened.id', 'is', null)
          .then(sql.lit('again'))
          .when(
            exists(
              selectFrom('requests as r')
                .select('r.id')
                .where('r.agent_id', '=', sql.ref<string>('new.agent_id'))
                .where(isClaimableAt(sql.ref('new.opened_at'))),
            ),
          )
          .then(sql.lit('awaited'))
          .else(sql.lit('inserted'))
          .end()
          .$castTo<ChannelOpening | 'again'>()
          .as('outcome'),
      ]),
);

type NewChannel = RowIn<typeof CHANNEL> & { readonly max: number; readonly aliveSince: Date };

/** Opens channels, those of one tick together. `onNodeNew` hears of nodes whose rows were gone, or may have been. */
export const createOpenChannels = (
  database: Database,
  onNodeNew: (nodeId: string) => void,
): PresenceStore['insertChannel'] => {
  const open = createBatcher<NewChannel, ChannelOpening | 'again'>({
    use: database.metrics.batches.of('open_channels'),
    run: async (channels) => {
      const rows = new Map((await database.run(OPEN_CHANNELS, { channels })).map((row) => [row.id, row]));
      return channels.map(({ id, nodeId }) => {
        const row = rows.get(id);
        if (row?.isNodeNew) onNodeNew(nodeId);
        return row?.outcome ?? 'no-agent';
      });
    },
  });
  return async (channel, max, aliveSince) => {
    if (!isUuid(channel.agentId)) return 'no-agent';
    for (let tries = 0; tries < TRIES; tries += 1) {
      const outcome = await open({ ...channel, max, aliveSince }).catch((error: unknown) => {
        // Its row may have been gone, and be there again, without an answer that says so.
        onNodeNew(channel.nodeId);
        throw error;
      });
      if (outcome !== 'again') return outcome;
    }
    throw new UnavailableError('Too many channels of the agent are opened at this moment; connect again.', 1);
  };
};
