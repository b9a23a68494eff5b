import { AdminCredentialEntity } from './admin-credential-entity.ts';
import { AdminSessionEntity } from './admin-session-entity.ts';
import { AgentEntity } from './agent-entity.ts';
import { ApiKeyEntity } from './api-key-entity.ts';
import { CapabilityContractEntity } from './capability-contract-entity.ts';
import { ChannelEntity } from './channel-entity.ts';
import { NodeEntity } from './node-entity.ts';
import { PolicySetEntity } from './policy-set-entity.ts';
import { RequestEntity } from './request-entity.ts';
import { SenderEntity } from './sender-entity.ts';

/** Every table there is. */
export const ENTITIES = [
  AgentEntity,
  SenderEntity,
  ApiKeyEntity,
  CapabilityContractEntity,
  PolicySetEntity,
  NodeEntity,
  ChannelEntity,
  RequestEntity,
  AdminSessionEntity,
  AdminCredentialEntity,
];
