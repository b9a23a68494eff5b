import { sql } from 'kysely';
import type { LimitsStore } from '../../application/ports/limits-store.ts';
import { type Act, ownAct } from '../../domain/actor.ts';
import type { NewAuditEntry } from '../../domain/audit-entry.ts';
import type { AgentLimits, AgentRules, SenderLimit, SenderRule } from '../../domain/limits.ts';
import { newId } from '../../domain/new-id.ts';
import { isUuid } from '../../domain/uuid.ts';
import { LOCK_AGENT } from '../agents/lock-agent.ts';
import { entryBy } from '../audit/entry-by.ts';
import { detailGiven, GIVEN_ENTRIES, noteEntries, noteGiven, toGiven } from '../audit/note-entries.ts';
import { createBatcher } from '../batcher.ts';
import type { Database } from '../database.ts';
import { NEXT_AGENT_LIMITS_VERSION } from '../documents/document-statements.ts';
import { anyOf, isAny, rowCount, valuesOf } from '../expressions.ts';
import { emptyPage, hasRealKeys, newestFirst, onPage } from '../keyset.ts';
import { rowOf } from '../parameters.ts';
import { statement, statementByKey } from '../statement.ts';
import { columnsOfTable, db } from '../tables.ts';
import { AgentLimitsEntity } from './agent-limits-entity.ts';
import { SenderLimitEntity } from './sender-limit-entity.ts';

const LIMITS_ROW = columnsOfTable(AgentLimitsEntity);
const LIMITS = columnsOfTable(AgentLimitsEntity, { without: ['id', 'agentId', 'isActive', 'createdAt'] });
const OF_SENDER_ROW = columnsOfTable(SenderLimitEntity);
const OF_SENDER = columnsOfTable(SenderLimitEntity, { without: ['agentId', 'isBlocked'] });

const NO_RULES: AgentRules = { limits: null, senders: new Map() };

const ACTIVE = statementByKey('active-agent-limits', { agentIds: 'uuid[]' }, ({ agentIds }) =>
  db
    .selectFrom('agent_limits as l')
    .select('l.agent_id as agentId')
    .select(LIMITS.from('l'))
    .where('l.agent_id', '=', anyOf(agentIds))
    .where('l.is_active', '=', true),
);

const RULES_OF_SENDERS = statementByKey('sender-limits-of-agents', { agentIds: 'uuid[]' }, ({ agentIds }) =>
  db
    .selectFrom('sender_limits as l')
    .select([
      'l.agent_id as agentId',
      'l.sender_id as senderId',
      'l.per_minute as perMinute',
      'l.per_day as perDay',
      'l.open',
      'l.is_blocked as blocked',
    ])
    .where('l.agent_id', '=', anyOf(agentIds)),
);

const INSERT = statement('insert-agent-limits', { limits: rowOf(LIMITS_ROW) }, ({ limits }) =>
  db.insertInto('agent_limits').values(limits),
);

/** Of a sender, or of an agent that asks on its own behalf. */
const nameOf = sql<string | null>`coalesce(
  (select s.display_name from senders as s where s.id = l.sender_id),
  (select a.display_name from agents as a where a.id = l.sender_id))`.as('senderName');

const withNames = db
  .selectFrom('sender_limits as l')
  .select(OF_SENDER.from('l'))
  .select(['l.is_blocked as blocked', nameOf]);

/** Unless the agent has limits of `max` other senders; the caller holds the agent's lock. */
const SET_OF_SENDER = statement('set-sender-limit', { limit: rowOf(OF_SENDER_ROW), max: 'int' }, ({ limit, max }) =>
  db
    .insertInto('sender_limits')
    .columns(OF_SENDER_ROW.names)
    .expression(
      db
        .selectNoFrom(valuesOf(OF_SENDER_ROW, limit))
        .where(
          db
            .selectFrom('sender_limits as l')
            .select(rowCount.as('others'))
            .where('l.agent_id', '=', limit.agent_id)
            .where('l.sender_id', '<>', limit.sender_id),
          '<',
          max,
        ),
    )
    .onConflict((conflict) =>
      conflict.columns(['agent_id', 'sender_id']).doUpdateSet((set) => ({
        per_minute: set.ref('excluded.per_minute'),
        per_day: set.ref('excluded.per_day'),
        open: set.ref('excluded.open'),
        is_blocked: set.ref('excluded.is_blocked'),
        reason: set.ref('excluded.reason'),
        updated_at: set.ref('excluded.updated_at'),
      })),
    )
    .returning('sender_id'),
);

const ONE_OF_SENDER = statementByKey('sender-limit', { agentId: 'uuid', senderId: 'uuid' }, ({ agentId, senderId }) =>
  withNames.where('l.agent_id', '=', agentId).where('l.sender_id', '=', senderId),
);

const REMOVE_OF_SENDER = statement(
  'remove-sender-limit',
  { agentId: 'uuid', senderId: 'uuid', entries: GIVEN_ENTRIES },
  ({ agentId, senderId, entries }) =>
    db
      .with('removed', (cte) =>
        cte
          .deleteFrom('sender_limits')
          .where('agent_id', '=', agentId)
          .where('sender_id', '=', senderId)
          .returning('sender_id'),
      )
      .with('noted', () => noteGiven(entries, isAny('removed')))
      .with('detailed', () => detailGiven(entries, isAny('removed')))
      .selectFrom('removed')
      .select('sender_id'),
);

/** It concerns the agent: a sender is never told what is set for it, nor why. Null numbers where it was removed. */
const senderLimitChanged = (
  act: Act,
  agentId: string,
  { senderId, reason, ...rule }: { readonly senderId: string; readonly reason?: string | null } & Partial<SenderRule>,
): NewAuditEntry => ({
  type: 'sender_limit.changed',
  ...entryBy(reason ? { ...act, details: { ...act.details, reason } } : act),
  subject: { kind: 'sender', id: senderId },
  agentId,
  data: { isRemoved: rule.blocked === undefined, ...rule },
});

export const createLimitsStore = (database: Database): LimitsStore => {
  const limitOf = async (agentId: string, senderId: string): Promise<SenderLimit | null> =>
    (await database.run(ONE_OF_SENDER, { agentId, senderId }))[0] ?? null;

  const rulesOf = createBatcher<readonly string[], readonly AgentRules[]>({
    run: async (lists) => {
      const agentIds = [...new Set(lists.flat())].filter(isUuid);
      const [limits, senders] = await Promise.all([
        database.run(ACTIVE, { agentIds }),
        database.run(RULES_OF_SENDERS, { agentIds }),
      ]);
      const ofAgents = new Map(limits.map(({ agentId, ...each }) => [agentId, each satisfies AgentLimits]));
      const ofSenders = Map.groupBy(senders, ({ agentId }) => agentId);
      return lists.map((ids) => ids.map((id) => rules(ofAgents.get(id) ?? null, ofSenders.get(id) ?? [])));
    },
  });

  return {
    rulesOf: async (agentIds) => (agentIds.length === 0 ? [] : rulesOf(agentIds)),

    setAgentLimits: async (agentId, numbers, at, act = ownAct(at)) => {
      if (!isUuid(agentId)) return null;
      return database.transaction('set-agent-limits', async (connection) => {
        const [agent] = await connection.run(LOCK_AGENT, { id: agentId });
        if (agent === undefined) return null;
        const [next] = await connection.run(NEXT_AGENT_LIMITS_VERSION, { agentId });
        const limits = { ...numbers, version: next?.version ?? 1 };
        await connection.run(INSERT, { limits: { ...limits, id: newId(), agentId, isActive: true, createdAt: at } });
        const subject = { kind: 'agent', id: agentId } as const;
        await noteEntries(connection, [{ type: 'limits.changed', ...entryBy(act), subject, agentId, data: limits }]);
        return { limits, handle: agent.handle };
      });
    },

    setSenderLimit: async (agentId, { blocked, ...limit }, max, at, act = ownAct(at)) => {
      if (!isUuid(agentId)) return null;
      const set = await database.transaction('set-sender-limit', async (connection) => {
        const [agent] = await connection.run(LOCK_AGENT, { id: agentId });
        if (agent === undefined) return null;
        const row = { ...limit, agentId, isBlocked: blocked, updatedAt: at };
        const [stored] = await connection.run(SET_OF_SENDER, { limit: row, max });
        if (stored === undefined) return 'full';
        await noteEntries(connection, [senderLimitChanged(act, agentId, { ...limit, blocked })]);
        return agent;
      });
      if (set === null || set === 'full') return set;
      const stored = await limitOf(agentId, limit.senderId);
      return stored === null ? null : { limit: stored, handle: set.handle };
    },

    removeSenderLimit: async (agentId, senderId, act = ownAct()) => {
      if (!isUuid(agentId) || !isUuid(senderId)) return null;
      const limit = await limitOf(agentId, senderId);
      const entries = [toGiven(senderLimitChanged(act, agentId, { senderId }))];
      if (limit !== null) await database.run(REMOVE_OF_SENDER, { agentId, senderId, entries });
      return limit;
    },

    senderLimits: async (agentId, page) => {
      if (!isUuid(agentId)) return emptyPage(async () => 0);
      const count = db.selectFrom('sender_limits').select(rowCount.as('total')).where('agent_id', '=', agentId);
      const totalCount = async () => (await database.runOnce('count-sender-limits', count))[0]?.total ?? 0;
      if (!hasRealKeys(page, isUuid)) return emptyPage(totalCount);
      const ofAgent = onPage(withNames.where('l.agent_id', '=', agentId), 'l.sender_id', page);
      return { rows: newestFirst(await database.runOnce('sender-limits', ofAgent), page), totalCount };
    },
  };
};

const rules = (
  limits: AgentLimits | null,
  senders: readonly (SenderRule & { readonly senderId: string })[],
): AgentRules =>
  limits === null && senders.length === 0
    ? NO_RULES
    : {
        limits,
        senders: new Map(
          senders.map(({ senderId, perMinute, perDay, open, blocked }) => [
            senderId,
            { perMinute, perDay, open, blocked },
          ]),
        ),
      };
