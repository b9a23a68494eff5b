import { defineEntity, p } from '@mikro-orm/core';
import { AgentEntity } from '../agents/agent-entity.ts';

/** Where an owner is told. The secrets are stored as they are: each message is signed with them. */
export const WebhookEndpointEntity = defineEntity({
  name: 'WebhookEndpoint',
  tableName: 'webhook_endpoints',
  properties: {
    id: p.uuid().primary(),
    agentId: () => p.manyToOne(AgentEntity).mapToPk().deleteRule('cascade').fieldName('agent_id'),
    name: p.text(),
    url: p.text(),
    secret: p.text(),
    /** Signs as well until `formerUntil`. */
    formerSecret: p.text().strictNullable(),
    formerUntil: p.datetime(3).strictNullable(),
    events: p.array().$type<readonly string[]>(),
    includesParams: p.boolean(),
    disabledAt: p.datetime(3).strictNullable(),
    lastStatus: p.integer().strictNullable(),
    lastError: p.text().strictNullable(),
    lastAt: p.datetime(3).strictNullable(),
    createdAt: p.datetime(3),
  },
  uniques: [{ name: 'webhook_endpoints_agent_id_name_unique', properties: ['agentId', 'name'] }],
});
