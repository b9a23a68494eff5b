import { defineEntity, p } from '@mikro-orm/core';
import { AgentEntity } from '../agents/agent-entity.ts';
import { ApproverEntity } from '../owners/approver-entity.ts';
import { OwnerEntity } from '../owners/owner-entity.ts';
import { SenderEntity } from '../senders/sender-entity.ts';

/** A key belongs to one agent, sender, owner or approver, and goes with it. Only its hash is stored. */
export const ApiKeyEntity = defineEntity({
  name: 'ApiKey',
  tableName: 'api_keys',
  properties: {
    id: p.uuid().primary(),
    agentId: () => p.manyToOne(AgentEntity).mapToPk().strictNullable().deleteRule('cascade').fieldName('agent_id'),
    senderId: () => p.manyToOne(SenderEntity).mapToPk().strictNullable().deleteRule('cascade').fieldName('sender_id'),
    ownerId: () => p.manyToOne(OwnerEntity).mapToPk().strictNullable().deleteRule('cascade').fieldName('owner_id'),
    approverId: () =>
      p.manyToOne(ApproverEntity).mapToPk().strictNullable().deleteRule('cascade').fieldName('approver_id'),
    hash: p.blob().$type<Buffer>().unique('api_keys_hash_unique'),
    prefix: p.text(),
    scopes: p.array().$type<readonly string[]>(),
    createdAt: p.datetime(3),
    expiresAt: p.datetime(3).strictNullable(),
    lastUsedAt: p.datetime(3).strictNullable(),
    revokedAt: p.datetime(3).strictNullable(),
    label: p.text().strictNullable(),
    /** Held to `scopes`; otherwise it has all of its kind, whatever the column lists. */
    isLimited: p.boolean().default(false),
    /** Another key has taken its place; it goes on for the overlap alone. */
    isReplaced: p.boolean().default(false),
    /** That it expired is on record, or it was revoked before that. */
    isEndNoted: p.boolean().default(false),
  },
  indexes: [
    { name: 'api_keys_agent_id_index', properties: 'agentId' },
    { name: 'api_keys_sender_id_index', properties: 'senderId' },
    { name: 'api_keys_owner_id_index', properties: 'ownerId' },
    { name: 'api_keys_approver_id_index', properties: 'approverId' },
    {
      name: 'api_keys_expires_at_index',
      properties: 'expiresAt',
      where: 'expires_at is not null and not is_end_noted',
    },
  ],
  checks: [
    { name: 'api_keys_holder_check', expression: 'num_nonnulls(agent_id, sender_id, owner_id, approver_id) = 1' },
  ],
});
