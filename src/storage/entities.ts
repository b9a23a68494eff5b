import { AdminCredentialEntity } from './admin/admin-credential-entity.ts';
import { AdminSessionEntity } from './admin/admin-session-entity.ts';
import { RejectionSummaryEntity } from './admin/rejection-summary-entity.ts';
import { RequestSummaryEntity } from './admin/request-summary-entity.ts';
import { AgentEntity } from './agents/agent-entity.ts';
import { DeletedAgentEntity } from './agents/deleted-agent-entity.ts';
import { FormerAgentEntity } from './agents/former-agent-entity.ts';
import { RestingHandleEntity } from './agents/resting-handle-entity.ts';
import { ApprovalDecisionEntity } from './approvals/approval-decision-entity.ts';
import { ApprovalEntity } from './approvals/approval-entity.ts';
import { ApprovalLinkEntity } from './approvals/approval-link-entity.ts';
import { ApprovalSettingsEntity } from './approvals/approval-settings-entity.ts';
import { AuditCheckpointEntity } from './audit/audit-checkpoint-entity.ts';
import { AuditCursorEntity } from './audit/audit-cursor-entity.ts';
import { AuditDetailEntity } from './audit/audit-detail-entity.ts';
import { AuditEventEntity } from './audit/audit-event-entity.ts';
import { AuditHeadEntity } from './audit/audit-head-entity.ts';
import { AuditLeafEntity } from './audit/audit-leaf-entity.ts';
import { AuditMapEntity } from './audit/audit-map-entity.ts';
import { AuditMapTileEntity } from './audit/audit-map-tile-entity.ts';
import { AuditTileEntity } from './audit/audit-tile-entity.ts';
import { ChannelEntity } from './channels/channel-entity.ts';
import { NodeEntity } from './channels/node-entity.ts';
import { AdminEntity } from './console/admin-entity.ts';
import { AdminPasskeyEntity } from './console/admin-passkey-entity.ts';
import { ConsoleSessionEntity } from './console/console-session-entity.ts';
import { LoginDeviceEntity } from './console/login-device-entity.ts';
import { CapabilityContractEntity } from './documents/capability-contract-entity.ts';
import { PolicySetEntity } from './documents/policy-set-entity.ts';
import { InvitationEntity } from './invitations/invitation-entity.ts';
import { ApiKeyEntity } from './keys/api-key-entity.ts';
import { AgentLimitsEntity } from './limits/agent-limits-entity.ts';
import { SenderLimitEntity } from './limits/sender-limit-entity.ts';
import { ApproverEntity } from './owners/approver-entity.ts';
import { OwnerEntity } from './owners/owner-entity.ts';
import { QuarantineEntity } from './quarantines/quarantine-entity.ts';
import { PlatformSecretEntity } from './registration/platform-secret-entity.ts';
import { SpentProofEntity } from './registration/spent-proof-entity.ts';
import { RejectionsNotKeptEntity } from './requests/rejections-not-kept-entity.ts';
import { RequestEntity } from './requests/request-entity.ts';
import { SenderEntity } from './senders/sender-entity.ts';
import { StorageCountEntity } from './storage-count-entity.ts';
import { SuspensionEntity } from './suspensions/suspension-entity.ts';
import { OutboxEntity } from './telling/outbox-entity.ts';
import { WebhookEndpointEntity } from './telling/webhook-endpoint-entity.ts';

/** Every table there is. */
export const ENTITIES = [
  OwnerEntity,
  AgentEntity,
  DeletedAgentEntity,
  RestingHandleEntity,
  FormerAgentEntity,
  SenderEntity,
  SuspensionEntity,
  InvitationEntity,
  ApproverEntity,
  ApiKeyEntity,
  CapabilityContractEntity,
  PolicySetEntity,
  AgentLimitsEntity,
  SenderLimitEntity,
  QuarantineEntity,
  NodeEntity,
  ChannelEntity,
  RequestEntity,
  ApprovalSettingsEntity,
  ApprovalEntity,
  ApprovalDecisionEntity,
  ApprovalLinkEntity,
  WebhookEndpointEntity,
  OutboxEntity,
  AdminSessionEntity,
  AdminCredentialEntity,
  AdminEntity,
  AdminPasskeyEntity,
  ConsoleSessionEntity,
  LoginDeviceEntity,
  PlatformSecretEntity,
  SpentProofEntity,
  RequestSummaryEntity,
  RejectionSummaryEntity,
  AuditEventEntity,
  AuditDetailEntity,
  AuditLeafEntity,
  AuditTileEntity,
  AuditMapEntity,
  AuditMapTileEntity,
  AuditHeadEntity,
  AuditCheckpointEntity,
  AuditCursorEntity,
  RejectionsNotKeptEntity,
  StorageCountEntity,
];
