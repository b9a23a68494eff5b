import { defineEntity, p } from '@mikro-orm/core';
import type { JsonText } from '../../domain/json/json-text.ts';
import { DEFAULT_ACTIONS, type PolicyAction } from '../../domain/policy.ts';
import { AgentEntity } from '../agents/agent-entity.ts';
import type { StoredRule } from './stored-rule.ts';

export const PolicySetEntity = defineEntity({
  name: 'PolicySet',
  tableName: 'policy_sets',
  properties: {
    id: p.uuid().primary(),
    agentId: () => p.manyToOne(AgentEntity).mapToPk().deleteRule('cascade').fieldName('agent_id'),
    version: p.integer(),
    isActive: p.boolean(),
    defaultAction: p.enum(DEFAULT_ACTIONS).$type<PolicyAction>(),
    rules: p.json<JsonText<readonly StoredRule[]>>().columnType('json'),
    createdAt: p.datetime(3),
  },
  uniques: [
    { name: 'policy_sets_agent_id_version_unique', properties: ['agentId', 'version'] },
    { name: 'policy_sets_active_unique', properties: 'agentId', where: 'is_active' },
  ],
});
