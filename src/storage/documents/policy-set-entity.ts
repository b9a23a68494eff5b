import { defineEntity, p } from '@mikro-orm/core';
import type { JsonText } from '../../domain/json/json-text.ts';
import { POLICY_ACTIONS, type PolicyRule } from '../../domain/policy.ts';
import { AgentEntity } from '../agents/agent-entity.ts';

export const PolicySetEntity = defineEntity({
  name: 'PolicySet',
  tableName: 'policy_sets',
  properties: {
    id: p.uuid().primary(),
    agentId: () => p.manyToOne(AgentEntity).mapToPk().deleteRule('cascade').fieldName('agent_id'),
    version: p.integer(),
    isActive: p.boolean(),
    defaultAction: p.enum(POLICY_ACTIONS),
    rules: p.json<JsonText<readonly PolicyRule[]>>().columnType('json'),
    createdAt: p.datetime(3),
  },
  uniques: [
    { name: 'policy_sets_agent_id_version_unique', properties: ['agentId', 'version'] },
    { name: 'policy_sets_active_unique', properties: 'agentId', where: 'is_active' },
  ],
});
