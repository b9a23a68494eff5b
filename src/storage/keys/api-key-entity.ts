import { defineEntity, p } from '@mikro-orm/core';
import { AgentEntity } from '../agents/agent-entity.ts';
import { SenderEntity } from '../senders/sender-entity.ts';

/** A key belongs to an agent or to a sender and goes with it. Only its hash is stored. */
export const ApiKeyEntity = defineEntity({
  name: 'ApiKey',
  tableName: 'api_keys',
  properties: {
    id: p.uuid().primary(),
    agentId: () => p.manyToOne(AgentEntity).mapToPk().strictNullable().deleteRule('cascade').fieldName('agent_id'),
    senderId: () => p.manyToOne(SenderEntity).mapToPk().strictNullable().deleteRule('cascade').fieldName('sender_id'),
    hash: p.blob().$type<Buffer>().unique('api_keys_hash_unique'),
    prefix: p.text(),
    scopes: p.array().$type<readonly string[]>(),
    createdAt: p.datetime(3),
    expiresAt: p.datetime(3).strictNullable(),
    lastUsedAt: p.datetime(3).strictNullable(),
    revokedAt: p.datetime(3).strictNullable(),
  },
  indexes: [
    { name: 'api_keys_agent_id_index', properties: 'agentId' },
    { name: 'api_keys_sender_id_index', properties: 'senderId' },
  ],
  checks: [{ name: 'api_keys_owner_check', expression: '(agent_id is null) <> (sender_id is null)' }],
});
