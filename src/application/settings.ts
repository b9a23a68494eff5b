import type { QuarantineTerms } from '../domain/quarantine.ts';
import type { PasswordLogin } from './admin/password-login.ts';
import type { ChannelSettings } from './channel/settings.ts';
import type { RegistrationMode } from './invitations/admission.ts';
import type { StorageBounds } from './storage/storage-count.ts';

export type ApplicationSettings = {
  /** After how many days keys expire that nobody said anything about; 0 for never. */
  readonly keyLifetimeDays: number;
  readonly requestExpirySeconds: number;
  readonly requestExpiryMaxSeconds: number;
  readonly queuedRequestsPerAgentMax: number;
  /** Of the params of what waits for one agent. */
  readonly queuedBytesPerAgentMax: number;
  /** What may be unfinished on the platform, and the bytes of its params. */
  readonly openRequestsMax: number;
  readonly openBytesMax: number;
  /** How long people may take to decide about a request, unless the agent's owner says otherwise. */
  readonly approvalWindowSeconds: number;
  /** Of one agent, and in all. */
  readonly approvalsPendingPerAgentMax: number;
  readonly approvalsPendingMax: number;
  /** What may be stored of one sender, agent and owner, and in all. */
  readonly storage: StorageBounds;
  /** How many rejected requests of one sender are kept in a minute; of the others only the number is. */
  readonly rejectionsKeptPerMinute: number;
  /** How long the params of what was rejected at once are kept; 0 for not at all. */
  readonly rejectedParamsRetentionMs: number;
  /** How long finished requests are kept; 0 for ever. */
  readonly requestRetentionMs: number;
  /** How many versions of each agent's contract, and of its policies, are kept in any case; 0 for all. */
  readonly versionsKept: number;
  /** After how long unused agents and senders are deleted; 0 for never. */
  readonly identitiesUnusedMs: number;
  /** What the platform is called by from outside, without a slash at its end; empty where that is not set. */
  readonly publicUrl: string;
  readonly adminPasswordLogin: PasswordLogin;
  readonly registration: RegistrationMode;
  /** How much work strangers do before they register, in zero bits of a hash; 0 for none. */
  readonly registrationPowBits: number;
  /** How long the handle of a deleted agent is its former owner's only; 0 for not at all. */
  readonly handleQuarantineMs: number;
  /** How often what was written into the audit trail is sealed. */
  readonly auditSealEveryMs: number;
  /** Where checkpoints are told besides; null for nowhere. */
  readonly auditAnchorUrl: string | null;
  readonly quarantine: QuarantineTerms;
  readonly channels: ChannelSettings;
};
