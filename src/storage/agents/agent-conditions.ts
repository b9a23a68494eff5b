import { type Expression, expressionBuilder, type SqlBool, sql } from 'kysely';
import type { AgentFilter } from '../../application/ports/agent-store.ts';
import { liveChannels } from '../channels/presence-statements.ts';
import { greatest } from '../expressions.ts';
import type { Tables } from '../tables.ts';

const ofAgent = expressionBuilder<Tables & { readonly a: Tables['agents'] }, 'a'>();

/** Whether the agent `a` is one that the filter means: the directory's, and the administrators' (docs/decisions/0009). */
export const matches = ({ words = [], ownerId, action, connected, aliveSince }: AgentFilter): Expression<SqlBool> =>
  ofAgent.and([
    ...words.map((word) => ofAgent('a.search_text', 'like', sql<string>`lower(${`%${escapeWildcards(word)}%`})`)),
    ...(ownerId === undefined ? [] : [ofAgent('a.owner_id', '=', ownerId)]),
    ...(action === undefined ? [] : [offers(action)]),
    ...(connected === undefined ? [] : [isConnected(connected, aliveSince ?? new Date(0))]),
  ]);

const offers = (action: string): Expression<SqlBool> =>
  ofAgent.exists(
    ofAgent
      .selectFrom('capability_contracts as c')
      .whereRef('c.agent_id', '=', 'a.id')
      .where('c.is_active', '=', sql.lit(true))
      .where('c.actions', '@>', sql<string[]>`array[${action}]::text[]`),
  );

const isConnected = (expected: boolean, aliveSince: Date): Expression<SqlBool> => {
  const connected = ofAgent.exists(liveChannels(sql.val(aliveSince)).whereRef('c.agent_id', '=', sql.ref('a.id')));
  return expected ? connected : ofAgent.not(connected);
};

/** Of the agent `a`: the last renewal of a node that holds a channel of it, or what was written when its last one ended. */
export const lastHeartbeatAt = greatest<Date | null>(
  ofAgent.ref('a.last_heartbeat_at'),
  ofAgent
    .selectFrom('channels as its')
    .innerJoin('nodes as where', 'where.id', 'its.node_id')
    .select(({ fn }) => fn.max('where.seen_at').as('at'))
    .whereRef('its.agent_id', '=', 'a.id')
    .$asScalar(),
);

/** What `like` would read as a wildcard stands for itself. */
const escapeWildcards = (text: string): string => text.replace(/[\\%_]/g, '\\$&');
