import { defineEntity, p } from '@mikro-orm/core';
import { AgentEntity } from '../agents/agent-entity.ts';

/** How an agent's approvals go, versioned as its policies are. */
export const ApprovalSettingsEntity = defineEntity({
  name: 'ApprovalSettings',
  tableName: 'approval_settings',
  properties: {
    id: p.uuid().primary(),
    agentId: () => p.manyToOne(AgentEntity).mapToPk().deleteRule('cascade').fieldName('agent_id'),
    version: p.integer(),
    isActive: p.boolean(),
    windowSeconds: p.integer(),
    quorum: p.integer(),
    pendingPerSenderMax: p.integer(),
    perSenderPerHour: p.integer(),
    denyCoolDownSeconds: p.integer(),
    allowEdits: p.boolean(),
    preventSelfApproval: p.boolean(),
    /** The approvers that are told by e-mail; null for all. */
    notify: p.array().columnType('uuid[]').$type<readonly string[]>().strictNullable(),
    createdAt: p.datetime(3),
  },
  uniques: [
    { name: 'approval_settings_agent_id_version_unique', properties: ['agentId', 'version'] },
    { name: 'approval_settings_active_unique', properties: 'agentId', where: 'is_active' },
  ],
  checks: [{ name: 'approval_settings_quorum_check', expression: 'quorum >= 1 and quorum <= 5' }],
});
