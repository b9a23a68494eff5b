import { AdminCredentialEntity } from './admin/admin-credential-entity.ts';
import { AdminSessionEntity } from './admin/admin-session-entity.ts';
import { RejectionSummaryEntity } from './admin/rejection-summary-entity.ts';
import { RequestSummaryEntity } from './admin/request-summary-entity.ts';
import { AgentEntity } from './agents/agent-entity.ts';
import { DeletedAgentEntity } from './agents/deleted-agent-entity.ts';
import { ChannelEntity } from './channels/channel-entity.ts';
import { NodeEntity } from './channels/node-entity.ts';
import { CapabilityContractEntity } from './documents/capability-contract-entity.ts';
import { PolicySetEntity } from './documents/policy-set-entity.ts';
import { ApiKeyEntity } from './keys/api-key-entity.ts';
import { RequestEntity } from './requests/request-entity.ts';
import { SenderEntity } from './senders/sender-entity.ts';

/** Every table there is. */
export const ENTITIES = [
  AgentEntity,
  DeletedAgentEntity,
  SenderEntity,
  ApiKeyEntity,
  CapabilityContractEntity,
  PolicySetEntity,
  NodeEntity,
  ChannelEntity,
  RequestEntity,
  AdminSessionEntity,
  AdminCredentialEntity,
  RequestSummaryEntity,
  RejectionSummaryEntity,
];
