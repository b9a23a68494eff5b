import type { Agent } from '../domain/agent.ts';
import type { ApiKey } from '../domain/api-key.ts';
import type { CapabilityContract } from '../domain/contract.ts';
import type { PolicySet } from '../domain/policy.ts';
import type { Sender } from '../domain/sender.ts';
import type { AgentRow } from './agents/agent-entity.ts';
import type { CapabilityContractRow } from './documents/capability-contract-entity.ts';
import type { PolicySetRow } from './documents/policy-set-entity.ts';
import type { ApiKeyRow } from './keys/api-key-entity.ts';
import type { SenderRow } from './senders/sender-entity.ts';

/** Rows as the domain's records: nothing of the ORM leaves the storage. */

export const toAgent = (row: AgentRow): Agent => ({
  id: row.id,
  handle: row.handle,
  displayName: row.displayName,
  description: row.description,
  lastHeartbeatAt: row.lastHeartbeatAt,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
});

export const toSender = (row: SenderRow): Sender => ({
  id: row.id,
  displayName: row.displayName,
  createdAt: row.createdAt,
});

export const toApiKey = (row: Omit<ApiKeyRow, 'hash'>): ApiKey => ({
  id: row.id,
  kind: row.agentId === null ? 'SENDER' : 'AGENT',
  ownerId: row.agentId ?? row.senderId ?? '',
  prefix: row.prefix,
  scopes: row.scopes,
  createdAt: row.createdAt,
  expiresAt: row.expiresAt,
  lastUsedAt: row.lastUsedAt,
  revokedAt: row.revokedAt,
});

export const toContract = (row: Omit<CapabilityContractRow, 'actions'>): CapabilityContract => ({
  id: row.id,
  agentId: row.agentId,
  version: row.version,
  isActive: row.isActive,
  capabilities: row.capabilities,
  createdAt: row.createdAt,
});

export const toPolicySet = (row: PolicySetRow): PolicySet => ({
  id: row.id,
  agentId: row.agentId,
  version: row.version,
  isActive: row.isActive,
  defaultAction: row.defaultAction,
  rules: row.rules,
  createdAt: row.createdAt,
});
