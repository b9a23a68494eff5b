import { defineEntity, p } from '@mikro-orm/core';
import type { JsonText } from '../../domain/json/json-text.ts';
import { AgentEntity } from '../agents/agent-entity.ts';

/** `actions` repeats the names in `capabilities`, so that the directory can be filtered by them. */
export const CapabilityContractEntity = defineEntity({
  name: 'CapabilityContract',
  tableName: 'capability_contracts',
  properties: {
    id: p.uuid().primary(),
    agentId: () => p.manyToOne(AgentEntity).mapToPk().deleteRule('cascade').fieldName('agent_id'),
    version: p.integer(),
    isActive: p.boolean(),
    capabilities: p.json<JsonText<readonly unknown[]>>().columnType('json'),
    actions: p.array().$type<readonly string[]>(),
    createdAt: p.datetime(3),
  },
  uniques: [
    { name: 'capability_contracts_agent_id_version_unique', properties: ['agentId', 'version'] },
    { name: 'capability_contracts_active_unique', properties: 'agentId', where: 'is_active' },
  ],
  indexes: [{ name: 'capability_contracts_actions_index', properties: 'actions', type: 'gin', where: 'is_active' }],
});
