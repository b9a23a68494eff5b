import { sql } from 'kysely';
import type { WebhookStore } from '../../application/ports/webhook-store.ts';
import { type Act, ownAct } from '../../domain/actor.ts';
import type { NewAuditEntry } from '../../domain/audit-entry.ts';
import { isUuid } from '../../domain/uuid.ts';
import { eventType, WEBHOOK_EVENTS, type WebhookEndpoint } from '../../domain/webhook.ts';
import { LOCK_AGENT } from '../agents/lock-agent.ts';
import { entryBy } from '../audit/entry-by.ts';
import { noteEntries } from '../audit/note-entries.ts';
import type { Database } from '../database.ts';
import { anyOf, rowCount, valuesOf } from '../expressions.ts';
import { rowOf } from '../parameters.ts';
import { LOCK_HELD } from '../requests/lock-held.ts';
import { statement } from '../statement.ts';
import { columnsOfTable, db, type RowIn } from '../tables.ts';
import { WebhookEndpointEntity } from './webhook-endpoint-entity.ts';

const WEBHOOK_ROW = columnsOfTable(WebhookEndpointEntity);

const SECRETS = ['secret', 'formerSecret', 'formerUntil'] as const;
const WEBHOOK = columnsOfTable(WebhookEndpointEntity, { without: [...SECRETS, 'agentId'] });

const webhooks = db.selectFrom('webhook_endpoints as w');

/** Unless the agent has `max` of other names; the caller holds the agent's lock. */
const SET = statement(
  'set-webhook',
  { webhook: rowOf(WEBHOOK_ROW), max: 'int', formerUntil: 'timestamptz' },
  ({ webhook, max, formerUntil }) =>
    db
      .insertInto('webhook_endpoints')
      .columns(WEBHOOK_ROW.names)
      .expression(
        db
          .selectNoFrom(valuesOf(WEBHOOK_ROW, webhook))
          .where(
            webhooks
              .select(rowCount.as('others'))
              .where('w.agent_id', '=', webhook.agent_id)
              .where('w.name', '<>', webhook.name),
            '<',
            max,
          ),
      )
      .onConflict((conflict) =>
        conflict.columns(['agent_id', 'name']).doUpdateSet((set) => ({
          url: set.ref('excluded.url'),
          secret: set.ref('excluded.secret'),
          former_secret: set.ref('webhook_endpoints.secret'),
          former_until: formerUntil,
          events: set.ref('excluded.events'),
          includes_params: set.ref('excluded.includes_params'),
          disabled_at: null,
          last_status: null,
          last_error: null,
          last_at: null,
        })),
      )
      .returning(WEBHOOK.from('webhook_endpoints')),
);

const REMOVE = statement('remove-webhook', { agentId: 'uuid', name: 'text' }, ({ agentId, name }) =>
  db
    .deleteFrom('webhook_endpoints as w')
    .where('w.agent_id', '=', agentId)
    .where('w.name', '=', name)
    .returning(WEBHOOK.from('w')),
);

const OF_AGENTS = statement('webhooks-of-agents', { agentIds: 'uuid[]' }, ({ agentIds }) =>
  webhooks
    .select('w.agent_id as agentId')
    .select(WEBHOOK.from('w'))
    .where('w.agent_id', '=', anyOf(agentIds))
    .orderBy('w.name'),
);

const CALLABLE = statement(
  'callable-webhook',
  { agentId: 'uuid', name: 'text', at: 'timestamptz' },
  ({ agentId, name, at }) =>
    webhooks
      .select(['w.id', 'w.agent_id as agentId', 'w.name', 'w.url', 'w.includes_params as includesParams', 'w.secret'])
      .select(sql<string | null>`case when w.former_until > ${at} then w.former_secret end`.as('formerSecret'))
      .where('w.agent_id', '=', agentId)
      .where('w.name', '=', name),
);

/** Of the webhook as it was called: each time that it is set it has another secret. */
const RECORD_CALL = statement(
  'record-webhook-call',
  { id: 'uuid', secret: 'text', at: 'timestamptz', status: 'int?', error: 'text?', isOver: 'boolean' },
  ({ id, secret, at, status, error, isOver }) =>
    db
      .updateTable('webhook_endpoints as w')
      .set({
        last_at: at,
        last_status: status,
        last_error: error,
        disabled_at: sql<Date | null>`case when ${isOver} then coalesce(w.disabled_at, ${at}) else w.disabled_at end`,
      })
      .where('w.id', '=', id)
      .where('w.secret', '=', secret)
      .returning(WEBHOOK.from('w')),
);

const toWebhook = ({ events, ...fields }: RowIn<typeof WEBHOOK>): WebhookEndpoint => ({
  ...fields,
  events: WEBHOOK_EVENTS.filter((event) => events.includes(eventType(event))),
});

export const createWebhookStore = (database: Database): WebhookStore => ({
  set: async ({ events, ...fields }, { max, at, formerMs, act = ownAct(at) }) => {
    const { agentId } = fields;
    if (!isUuid(agentId)) return null;
    const webhook = { ...fields, ...NOT_CALLED_YET, events: events.map(eventType), createdAt: at };
    const formerUntil = new Date(at.getTime() + formerMs);
    return database.transaction('set-webhook', async (connection) => {
      const locked = await connection.run(LOCK_AGENT, { id: agentId });
      if (locked.length === 0) return null;
      const [row] = await connection.run(SET, { webhook, max, formerUntil });
      if (row === undefined) return 'full';
      const set = toWebhook(row);
      await noteEntries(connection, [webhookChanged(act, agentId, set, false)]);
      return set;
    });
  },

  remove: async (agentId, name, act = ownAct()) => {
    if (!isUuid(agentId)) return null;
    return database.transaction('remove-webhook', async (connection) => {
      if ((await connection.run(LOCK_AGENT, { id: agentId })).length === 0) return null;
      await connection.run(LOCK_HELD, { agentId });
      const [row] = await connection.run(REMOVE, { agentId, name });
      if (row === undefined) return null;
      const removed = toWebhook(row);
      await noteEntries(connection, [webhookChanged(act, agentId, removed, true)]);
      return removed;
    });
  },

  ofAgents: async (agentIds) => {
    const rows = await database.run(OF_AGENTS, { agentIds: agentIds.filter(isUuid) });
    const byAgent = Map.groupBy(rows, ({ agentId }) => agentId);
    return agentIds.map((id) => (byAgent.get(id) ?? []).map(({ agentId: _, ...row }) => toWebhook(row)));
  },

  callable: async (agentId, name, at) =>
    isUuid(agentId) ? ((await database.run(CALLABLE, { agentId, name, at }))[0] ?? null) : null,

  recordCall: async ({ id, secret }, call) => {
    const [row] = await database.run(RECORD_CALL, { id, secret, ...call });
    return row === undefined ? null : toWebhook(row);
  },
});

/** Not its address, which may have secrets in it. */
const webhookChanged = (
  act: Act,
  agentId: string,
  { id, name, events, includesParams }: WebhookEndpoint,
  isRemoved: boolean,
): NewAuditEntry => ({
  type: 'webhook.changed',
  ...entryBy(act),
  subject: { kind: 'webhook', id },
  agentId,
  data: { name, events: events.map(eventType), includesParams, isRemoved },
});

const NOT_CALLED_YET = {
  formerSecret: null,
  formerUntil: null,
  disabledAt: null,
  lastStatus: null,
  lastError: null,
  lastAt: null,
};
