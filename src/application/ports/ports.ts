import type { AdminSessionStore } from './admin-session-store.ts';
import type { AdminStore } from './admin-store.ts';
import type { AgentStore } from './agent-store.ts';
import type { ApiKeyStore } from './api-key-store.ts';
import type { ApprovalLinkStore } from './approval-link-store.ts';
import type { ApprovalSettingsStore } from './approval-settings-store.ts';
import type { ApprovalStore } from './approval-store.ts';
import type { ApproverStore } from './approver-store.ts';
import type { AuditEntries } from './audit-entries.ts';
import type { AuditStore } from './audit-store.ts';
import type { Bus } from './bus.ts';
import type { Clock } from './clock.ts';
import type { ConsoleSessionStore } from './console-session-store.ts';
import type { DecisionStore } from './decision-store.ts';
import type { DocumentStore } from './document-store.ts';
import type { Enforcement } from './enforcement.ts';
import type { InvitationStore } from './invitation-store.ts';
import type { LimitsStore } from './limits-store.ts';
import type { Log } from './log.ts';
import type { LoginDeviceStore } from './login-device-store.ts';
import type { LookForDueWork } from './look-for-due-work.ts';
import type { Mailer } from './mailer.ts';
import type { Metrics } from './metrics.ts';
import type { Outbound } from './outbound.ts';
import type { Outbox } from './outbox.ts';
import type { OwnerStore } from './owner-store.ts';
import type { PasskeyStore } from './passkey-store.ts';
import type { PresenceStore } from './presence-store.ts';
import type { QuarantineStore } from './quarantine-store.ts';
import type { RateLimiter } from './rate-limiter.ts';
import type { RegistrationWorkStore } from './registration-work-store.ts';
import type { RejectionStore } from './rejection-store.ts';
import type { RequestStore } from './request-store.ts';
import type { SchemaCheck } from './schema-check.ts';
import type { SenderStore } from './sender-store.ts';
import type { SharedTime } from './shared-time.ts';
import type { AuditTrust, Signer } from './signer.ts';
import type { StatisticsStore } from './statistics-store.ts';
import type { StorageStore } from './storage-store.ts';
import type { SuspensionStore } from './suspension-store.ts';
import type { Tracing } from './tracing.ts';
import type { WebhookStore } from './webhook-store.ts';

/**
 * What the application stores, a noun each, the time that all nodes on one database share, what waits for their sweeps, and
 * whether the tables are what this release knows.
 */
export type Stores = {
  readonly agents: AgentStore;
  readonly senders: SenderStore;
  readonly apiKeys: ApiKeyStore;
  readonly approvers: ApproverStore;
  readonly approvals: ApprovalStore;
  readonly approvalSettings: ApprovalSettingsStore;
  readonly auditEntries: AuditEntries;
  readonly documents: DocumentStore;
  readonly requests: RequestStore;
  readonly rejections: RejectionStore;
  readonly owners: OwnerStore;
  readonly presence: PresenceStore;
  readonly decisions: DecisionStore;
  readonly adminSessions: AdminSessionStore;
  readonly admins: AdminStore;
  readonly consoleSessions: ConsoleSessionStore;
  readonly loginDevices: LoginDeviceStore;
  readonly limits: LimitsStore;
  readonly approvalLinks: ApprovalLinkStore;
  readonly webhooks: WebhookStore;
  readonly outbox: Outbox;
  readonly passkeys: PasskeyStore;
  readonly statistics: StatisticsStore;
  readonly suspensions: SuspensionStore;
  readonly quarantines: QuarantineStore;
  readonly storage: StorageStore;
  readonly invitations: InvitationStore;
  readonly audit: AuditStore;
  readonly workStore: RegistrationWorkStore;
  readonly sharedTime: SharedTime;
  readonly lookForDueWork: LookForDueWork;
  readonly checkSchema: SchemaCheck;
};

/** What the application needs of the outside, under the names by which every use case asks for it. */
export type Ports = Stores & {
  readonly enforcement: Enforcement;
  readonly bus: Bus;
  readonly rateLimiter: RateLimiter;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly outbound: Outbound;
  /** Null where the node has no key to sign the audit trail with. */
  readonly signer: Signer | null;
  readonly auditTrust: AuditTrust;
  /** Null where no mail server is set. */
  readonly mailer: Mailer | null;
};
