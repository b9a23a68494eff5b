import packageJson from '../package.json' with { type: 'json' };
import type { AdmissionSettings } from './application/admission/admission.ts';
import type { createApplication } from './application/application.ts';
import type { RateLimit } from './application/ports/rate-limiter.ts';
import type { Config } from './config.ts';
import type { createTracing } from './tracing/create-tracing.ts';
import type { McpSettings } from './transport/mcp/exchange.ts';
import type { addRestApi } from './transport/rest/rest-api.ts';

/** Wrong passwords from everywhere together, as a multiple of what one address has. */
const FAILED_LOGINS_IN_ALL_FACTOR = 5;

/** Null where nothing is to be recorded. */
export function tracingSettings(config: Config, nodeId: string): Parameters<typeof createTracing>[0] {
  const { otlpEndpoint: endpoint, otlpHeaders: headers, serviceName, tracesSampler, tracesRatio } = config;
  const ratio = tracesSampler.endsWith('always_on') ? 1 : tracesSampler.endsWith('ratio') ? tracesRatio : 0;
  if (endpoint === undefined || ratio === 0) return null;
  const isParentBased = tracesSampler.startsWith('parentbased');
  return { endpoint, headers, serviceName, ratio, isParentBased, version: packageJson.version, nodeId };
}

/** By address: nobody guesses a key, and each is looked up. */
const FAILED_KEY_LOGINS_PER_MINUTE = 60;

/** Ten in a quarter of an hour, by administrator: at that rate a code is guessed in years. */
const FAILED_CODES_PER_MINUTE = 10 / 15;

/** Of each webhook: a receiver that somebody named is not called more often because somebody likes to. */
const WEBHOOK_TESTS_PER_MINUTE = 1;

/** What the use cases go by. */
export const applicationSettings = (config: Config): Parameters<typeof createApplication>[1] => ({
  requestExpirySeconds: config.requestExpirySeconds,
  requestExpiryMaxSeconds: config.requestExpiryMaxSeconds,
  queuedRequestsPerAgentMax: config.queuedRequestsPerAgentMax,
  queuedBytesPerAgentMax: config.queuedBytesPerAgentMax,
  openRequestsMax: config.openRequestsMax,
  openBytesMax: config.openBytesMax,
  approvalWindowSeconds: config.approvalWindowSeconds,
  approvalsPendingPerAgentMax: config.approvalsPendingPerAgentMax,
  approvalsPendingMax: config.approvalsPendingMax,
  publicUrl: config.publicUrl?.replace(/\/+$/, '') ?? '',
  adminPasswordLogin: config.adminPasswordLogin,
  registration: config.registration,
  auditSealEveryMs: config.auditSealSeconds * 1_000,
  auditAnchorUrl: config.auditAnchorUrl ?? null,
  registrationPowBits: config.registrationPowBits,
  handleQuarantineMs: config.handleQuarantineDays * 24 * 60 * 60 * 1_000,
  keyLifetimeDays: config.keyLifetimeDays,
  storage: {
    ofSender: config.storagePerSenderMaxBytes,
    ofAgent: config.storagePerAgentMaxBytes,
    ofOwner: config.storagePerOwnerMaxBytes,
    inAll: config.storageMaxBytes,
  },
  rejectionsKeptPerMinute: config.rejectionsKeptPerMinute,
  rejectedParamsRetentionMs: config.rejectedParamsRetentionHours * 60 * 60 * 1_000,
  requestRetentionMs: config.requestRetentionDays * 24 * 60 * 60 * 1_000,
  versionsKept: config.versionsKept,
  identitiesUnusedMs: config.identitiesUnusedDays * 24 * 60 * 60 * 1_000,
  quarantine: {
    afterTimeouts: config.quarantineAfterTimeouts,
    windowMs: config.quarantineWindowSeconds * 1_000,
    lengthMs: config.quarantineSeconds * 1_000,
  },
  channels: {
    ackTimeoutMs: config.deliveryAckTimeoutSeconds * 1_000,
    maxAttempts: config.deliveryMaxAttempts,
    channelsPerAgentMax: config.channelsPerAgentMax,
    unackedMax: config.channelUnackedMax,
    openMax: config.channelOpenMax,
    unsentHighWaterBytes: config.channelBacklogMaxBytes / 4,
    unsentMaxBytes: config.channelBacklogMaxBytes,
    nodeTimeoutMs: config.nodeTimeoutSeconds * 1_000,
    shutdownGraceMs: config.shutdownGraceSeconds * 1_000,
  },
});

/** What the MCP door goes by. */
export const mcpSettings = (config: Config): McpSettings => ({
  version: packageJson.version,
  host: config.host,
  publicUrl: config.publicUrl,
  corsOrigins: config.corsOrigins,
  taskAfterSeconds: config.mcpTaskAfterSeconds,
  waitMaxSeconds: config.mcpWaitMaxSeconds,
  retentionMs: config.requestRetentionDays === 0 ? null : config.requestRetentionDays * 24 * 60 * 60 * 1_000,
  companionTools: config.mcpCompanionTools,
  answerMaxBytes: config.answerMaxBytes,
});

/** How many times a level's seats may wait for one, and how many times longer than strangers those above them do. */
const QUEUE_FACTOR = 4;
const WAIT_FACTOR = { agents: 100, senders: 25, anonymous: 1 } as const;
const WAIT_MAX_MS = 60_000;
/** Credentials that are looked up at once. */
const LOOK_UPS = { seats: 8, queue: 256 } as const;

/** Half of the seats are agents', three eighths senders', and the rest everybody's. */
export function admissionSettings(config: Config): AdmissionSettings {
  const { seatsMax, seatWaitMs } = config;
  const bounds = (seats: number, level: keyof typeof WAIT_FACTOR) => ({
    seats,
    queue: seats * QUEUE_FACTOR,
    waitMs: Math.min(WAIT_MAX_MS, seatWaitMs * WAIT_FACTOR[level]),
  });
  return {
    costPerMinute: config.costBudgetPerMinute,
    anonymousCostPerMinute: config.costBudgetAnonymousPerMinute,
    seats: {
      agents: bounds(Math.floor(seatsMax / 2), 'agents'),
      senders: bounds(Math.floor((seatsMax * 3) / 8), 'senders'),
      anonymous: bounds(Math.floor(seatsMax / 8), 'anonymous'),
    },
    lookUps: { ...LOOK_UPS, waitMs: Math.min(WAIT_MAX_MS, seatWaitMs * WAIT_FACTOR.senders) },
    delayMaxMs: config.overloadDelayMs,
  };
}

/** A node gives less to everybody from so small a part on of how late it sheds strangers, and never for less than what any node is late. */
const LATE_PART = 20;
const LATE_MIN_MS = 5;

/** How late a node is to be at most, in milliseconds. */
export const lateMs = ({ overloadDelayMs }: Config): number => Math.max(LATE_MIN_MS, overloadDelayMs / LATE_PART);

/** Points a minute of each limit. */
export const rateLimits = (config: Config): Readonly<Record<RateLimit, number>> => ({
  registrations: config.registrationsPerMinute,
  submissions: config.submissionsPerMinute,
  publications: config.publicationsPerMinute,
  'new-keys': config.publicationsPerMinute,
  'webhook-tests': WEBHOOK_TESTS_PER_MINUTE,
  decisions: config.decisionsPerMinute,
  'failed-logins': config.failedLoginsPerMinute,
  'failed-logins-of-device': config.failedLoginsPerMinute,
  'failed-logins-in-all': config.failedLoginsPerMinute * FAILED_LOGINS_IN_ALL_FACTOR,
  'failed-key-logins': FAILED_KEY_LOGINS_PER_MINUTE,
  'failed-codes': FAILED_CODES_PER_MINUTE,
});

/** What REST tells of the platform. */
export const aboutPlatform = (config: Config): Parameters<typeof addRestApi>[1]['about'] => ({
  version: packageJson.version,
  description: packageJson.description,
  publicUrl: config.publicUrl,
  security: {
    contact: config.securityContact,
    policy: config.securityPolicyUrl,
    encryption: config.securityEncryptionUrl,
    languages: config.securityLanguages,
  },
  mcp: config.mcpEnabled,
  registration: config.registration,
  registrationPowBits: config.registrationPowBits,
  graphiql: config.graphiql,
  heartbeatIntervalSeconds: config.heartbeatIntervalSeconds,
  heartbeatTimeoutSeconds: config.heartbeatTimeoutSeconds,
  maxMessageBytes: config.wsMaxMessageSize,
  resultMaxBytes: config.resultMaxBytes,
  resultBodyMaxBytes: config.resultBodyMaxBytes,
});
