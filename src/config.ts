import { resolve } from 'node:path';
import { APPROVAL_WINDOW_SECONDS_MIN } from './domain/approval-settings.ts';
import { ConfigError, type LogLevel, type Source, settingReader, WEB } from './setting-reader.ts';

export type AppEnv = 'development' | 'production' | 'test';
export type { LogLevel };

export { ConfigError };

/** Every setting, with its default and bounds. A test holds `.env.example` and docs/settings.md to this. */
export function readConfig(environment: Source) {
  const read = settingReader(environment);
  const appEnv = read.oneOf('APP_ENV', ['development', 'production', 'test'] as const, 'development');
  const heartbeatIntervalSeconds = read.number('WS_HEARTBEAT_INTERVAL_SECONDS', 15, { min: 0.1, max: 3_600 });
  const heartbeatTimeoutSeconds = read.number('WS_HEARTBEAT_TIMEOUT_SECONDS', 60, { min: 0.2, max: 86_400 });
  if (heartbeatTimeoutSeconds <= heartbeatIntervalSeconds) {
    throw new ConfigError(
      `WS_HEARTBEAT_TIMEOUT_SECONDS (${heartbeatTimeoutSeconds}) must be more than WS_HEARTBEAT_INTERVAL_SECONDS (${heartbeatIntervalSeconds})`,
    );
  }
  const expiryMaxSeconds = read.integer('REQUEST_EXPIRY_MAX_SECONDS', 604_800, { min: 1, max: 31_536_000 });
  const bodyLimitBytes = read.integer('BODY_LIMIT_BYTES', 1_048_576, { min: 65_536, max: 16_777_216 });
  const resultMaxBytes = read.integer('RESULT_MAX_BYTES', 1_048_576, { min: 65_536, max: 4_194_304 });
  const answerMaxBytes = read.integer('ANSWER_MAX_BYTES', 4_194_304, { min: 1_048_576, max: 67_108_864 });
  const channelUnackedMax = read.integer('CHANNEL_UNACKED_MAX', 64, { min: 1, max: 10_000 });
  const channelOpenMax = read.integer('CHANNEL_OPEN_MAX', Math.max(1_000, 2 * channelUnackedMax), {
    min: 1,
    max: 100_000,
  });
  if (channelOpenMax < channelUnackedMax) {
    throw new ConfigError(
      `CHANNEL_OPEN_MAX (${channelOpenMax}) must not be less than CHANNEL_UNACKED_MAX (${channelUnackedMax})`,
    );
  }
  const socketsMax = read.integer('SOCKETS_MAX', 10_000, { min: 10, max: 1_000_000 });
  const connectionsMax = read.integer('CONNECTIONS_MAX', Math.max(15_000, Math.ceil(socketsMax * 1.5)), {
    min: 20,
    max: 2_000_000,
  });
  if (connectionsMax <= socketsMax) {
    throw new ConfigError(`CONNECTIONS_MAX (${connectionsMax}) must be more than SOCKETS_MAX (${socketsMax})`);
  }
  const host = read.text('HOST', '127.0.0.1');
  const port = read.integer('PORT', 8_000, { min: 0, max: 65_535 });
  const metricsPort = read.optionalInteger('METRICS_PORT', { min: 0, max: 65_535 });
  if (metricsPort !== undefined && metricsPort === port && port !== 0) {
    throw new ConfigError(`METRICS_PORT must be another port than PORT, but both are ${port}`);
  }
  const metricsToken = read.token('METRICS_TOKEN', { minLength: METRICS_TOKEN_MIN_LENGTH });
  const metricsOnPublicPort = read.boolean('METRICS_ON_PUBLIC_PORT', false);
  if (metricsOnPublicPort && metricsToken === undefined) {
    throw new ConfigError(
      'METRICS_ON_PUBLIC_PORT needs METRICS_TOKEN: whoever reaches the port could read the metrics',
    );
  }
  const publicUrl = read.webAddress('PUBLIC_URL');
  const smtpUrl = read.secretUrl('SMTP_URL', ['smtp', 'smtps']);
  const mailFrom = read.mailAddress('MAIL_FROM');
  if (smtpUrl !== undefined && mailFrom === undefined) {
    throw new ConfigError('SMTP_URL needs MAIL_FROM: e-mails need an address that they come from');
  }
  if (smtpUrl !== undefined && publicUrl === undefined) {
    throw new ConfigError('SMTP_URL needs PUBLIC_URL: e-mails say where to look at what waits');
  }
  const production = appEnv === 'production';
  return {
    appEnv,
    host,
    port,
    logLevel: read.logLevel('LOG_LEVEL', 'info'),
    metricsPort,
    metricsHost: read.text('METRICS_HOST', '127.0.0.1'),
    metricsToken,
    metricsOnPublicPort,
    dataDir: resolve(read.text('DATA_DIR', '.clawcierge')),
    databaseUrl: read.secretText('DATABASE_URL'),
    databaseDirectUrl: read.secretText('DATABASE_DIRECT_URL'),
    databasePooler: read.oneOf('DATABASE_POOLER', ['auto', 'transaction', 'none'] as const, 'auto'),
    databasePassword: read.secret('DATABASE_PASSWORD'),
    databaseSchema: read.schemaName('DATABASE_SCHEMA'),
    migrateOnStart: read.boolean('MIGRATE_ON_START', true),
    databasePoolSize: read.integer('DATABASE_POOL_SIZE', 10, { min: 2, max: 200 }),
    databaseStatementTimeoutSeconds: read.number('DATABASE_STATEMENT_TIMEOUT_SECONDS', 10, { min: 1, max: 600 }),
    redisUrl: read.secretUrl('REDIS_URL', ['redis', 'rediss']),
    redisPrefix: read.redisPrefix('REDIS_PREFIX'),
    publicUrl,
    smtpUrl,
    mailFrom,
    trustProxy: read.trustedProxies('TRUST_PROXY'),
    httpRequestTimeoutSeconds: read.number('HTTP_REQUEST_TIMEOUT_SECONDS', 30, { min: 0.1, max: 3_600 }),
    corsOrigins: read.origins('CORS_ORIGINS'),
    securityContact: read.uris('SECURITY_CONTACT', ['mailto', 'https', 'tel']),
    securityPolicyUrl: read.uris('SECURITY_POLICY_URL', ['https']),
    securityEncryptionUrl: read.uris('SECURITY_ENCRYPTION_URL', ['https', 'dns', 'openpgp4fpr']),
    securityLanguages: read.languages('SECURITY_LANGUAGES', ['en']),
    graphiql: read.boolean('GRAPHIQL', !production),
    introspection: read.boolean('GRAPHQL_INTROSPECTION', !production),
    bodyLimitBytes,
    resultMaxBytes,
    // The largest request is told of in any case, with all that stands beside its result.
    answerMaxBytes: Math.max(answerMaxBytes, resultMaxBytes + 3_145_728),
    // As one text of a JSON body, with what escapes and an operation take besides.
    resultBodyMaxBytes: Math.max(bodyLimitBytes, 2 * resultMaxBytes + 65_536),
    requestExpirySeconds: read.integer('REQUEST_EXPIRY_SECONDS', 300, { min: 1, max: expiryMaxSeconds }),
    requestExpiryMaxSeconds: expiryMaxSeconds,
    keyLifetimeDays: read.integer('KEY_LIFETIME_DAYS', 0, { min: 0, max: 3_650 }),
    requestRetentionDays: read.integer('REQUEST_RETENTION_DAYS', 90, { min: 0, max: 36_500 }),
    versionsKept: read.integer('VERSIONS_KEPT', 50, { min: 0, max: 1_000_000 }),
    identitiesUnusedDays: read.integer('IDENTITIES_UNUSED_DAYS', production ? 30 : 365, { min: 0, max: 36_500 }),
    storagePerSenderMaxBytes: read.integer('STORAGE_PER_SENDER_MAX_BYTES', production ? 10 * GIB : 0, STORED_BYTES),
    storagePerAgentMaxBytes: read.integer('STORAGE_PER_AGENT_MAX_BYTES', production ? 40 * GIB : 0, STORED_BYTES),
    storagePerOwnerMaxBytes: read.integer('STORAGE_PER_OWNER_MAX_BYTES', production ? 80 * GIB : 0, STORED_BYTES),
    storageMaxBytes: read.integer('STORAGE_MAX_BYTES', 0, STORED_BYTES),
    rejectionsKeptPerMinute: read.integer('REJECTIONS_KEPT_PER_MINUTE', production ? 30 : 6_000, {
      min: 0,
      max: 10_000_000,
    }),
    rejectedParamsRetentionHours: read.integer('REJECTED_PARAMS_RETENTION_HOURS', 24, { min: 0, max: 876_000 }),
    queuedRequestsPerAgentMax: read.integer('QUEUED_REQUESTS_PER_AGENT_MAX', 1_000, { min: 1, max: 100_000 }),
    queuedBytesPerAgentMax: read.integer('QUEUED_BYTES_PER_AGENT_MAX', 33_554_432, { min: 65_536, max: 4_294_967_296 }),
    openRequestsMax: read.integer('OPEN_REQUESTS_MAX', 100_000, { min: 100, max: 10_000_000 }),
    openBytesMax: read.integer('OPEN_BYTES_MAX', 1_073_741_824, { min: 1_048_576, max: 68_719_476_736 }),
    approvalWindowSeconds: read.integer('APPROVAL_WINDOW_SECONDS', Math.min(86_400, expiryMaxSeconds), {
      min: Math.min(APPROVAL_WINDOW_SECONDS_MIN, expiryMaxSeconds),
      max: expiryMaxSeconds,
    }),
    approvalsPendingPerAgentMax: read.integer('APPROVALS_PENDING_PER_AGENT_MAX', 200, { min: 1, max: 10_000 }),
    approvalsPendingMax: read.integer('APPROVALS_PENDING_MAX', 10_000, { min: 1, max: 1_000_000 }),
    pipelineStageTimeoutSeconds: read.number('PIPELINE_STAGE_TIMEOUT_SECONDS', 5, { min: 0.05, max: 60 }),
    quarantineAfterTimeouts: read.integer('QUARANTINE_AFTER_TIMEOUTS', production ? 5 : 100, { min: 0, max: 1_000 }),
    quarantineWindowSeconds: read.integer('QUARANTINE_WINDOW_SECONDS', 600, { min: 1, max: 86_400 }),
    quarantineSeconds: read.integer('QUARANTINE_SECONDS', 3_600, { min: 1, max: 604_800 }),
    enforcementCpuBudgetMs: read.integer('ENFORCEMENT_CPU_BUDGET_MS', 250, { min: 10, max: 10_000 }),
    heartbeatIntervalSeconds,
    heartbeatTimeoutSeconds,
    wsMaxMessageSize: read.integer('WS_MAX_MESSAGE_SIZE', 65_536, { min: 1_024, max: 16_777_216 }),
    deliveryAckTimeoutSeconds: read.number('DELIVERY_ACK_TIMEOUT_SECONDS', 10, { min: 0.1, max: 3_600 }),
    deliveryMaxAttempts: read.integer('DELIVERY_MAX_ATTEMPTS', 5, { min: 1, max: 100 }),
    channelsPerAgentMax: read.integer('CHANNELS_PER_AGENT_MAX', 8, { min: 1, max: 1_000 }),
    channelUnackedMax,
    channelOpenMax,
    channelBacklogMaxBytes: read.integer('CHANNEL_BACKLOG_MAX_BYTES', 1_048_576, { min: 131_072, max: 67_108_864 }),
    subscriptionsPerSocketMax: read.integer('SUBSCRIPTIONS_PER_SOCKET_MAX', 100, { min: 1, max: 10_000 }),
    socketsMax,
    socketsPerAddressMax: read.integer('SOCKETS_PER_ADDRESS_MAX', production ? 1_000 : 10_000, {
      min: 1,
      max: 1_000_000,
    }),
    anonymousSocketIdleSeconds: read.number('ANONYMOUS_SOCKET_IDLE_SECONDS', 30, { min: 1, max: 3_600 }),
    connectionsMax,
    unsentPerConnectionMaxBytes: read.integer('UNSENT_PER_CONNECTION_MAX_BYTES', 16_777_216, {
      min: 8_388_608,
      max: 1_073_741_824,
    }),
    unsentMaxBytes: read.integer('UNSENT_MAX_BYTES', 134_217_728, { min: 8_388_608, max: 68_719_476_736 }),
    streamsMax: read.integer('STREAMS_MAX', 1_000, { min: 1, max: 100_000 }),
    streamsPerAddressMax: read.integer('STREAMS_PER_ADDRESS_MAX', 100, { min: 1, max: 100_000 }),
    mcpEnabled: read.boolean('MCP_ENABLED', true),
    mcpTaskAfterSeconds: read.number('MCP_TASK_AFTER_SECONDS', 2, { min: 0, max: 60 }),
    mcpWaitMaxSeconds: read.integer('MCP_WAIT_MAX_SECONDS', 300, { min: 1, max: 3_600 }),
    mcpCompanionTools: read.boolean('MCP_COMPANION_TOOLS', true),
    nodeTimeoutSeconds: read.number('NODE_TIMEOUT_SECONDS', 10, { min: 1, max: 600 }),
    shutdownDrainSeconds: read.number('SHUTDOWN_DRAIN_SECONDS', production ? 5 : 0, { min: 0, max: 600 }),
    shutdownGraceSeconds: read.number('SHUTDOWN_GRACE_SECONDS', 5, { min: 0, max: 600 }),
    costBudgetPerMinute: read.integer('COST_BUDGET_PER_MINUTE', production ? 6_000 : 600_000, {
      min: 1,
      max: 100_000_000,
    }),
    costBudgetAnonymousPerMinute: read.integer('COST_BUDGET_ANONYMOUS_PER_MINUTE', production ? 1_500 : 600_000, {
      min: 1,
      max: 100_000_000,
    }),
    seatsMax: read.integer('SEATS_MAX', production ? 24 : 2_048, { min: 16, max: 100_000 }),
    seatWaitMs: read.integer('SEAT_WAIT_MS', production ? 40 : 10_000, { min: 1, max: 60_000 }),
    overloadDelayMs: read.integer('OVERLOAD_DELAY_MS', production ? 100 : 10_000, { min: 1, max: 600_000 }),
    registrationsPerMinute: read.integer('RATE_LIMIT_REGISTRATIONS_PER_MINUTE', production ? 60 : 3_000, {
      min: 1,
      max: 1_000_000,
    }),
    submissionsPerMinute: read.integer('RATE_LIMIT_SUBMISSIONS_PER_MINUTE', production ? 600 : 60_000, {
      min: 1,
      max: 10_000_000,
    }),
    publicationsPerMinute: read.integer('RATE_LIMIT_PUBLICATIONS_PER_MINUTE', production ? 30 : 600, {
      min: 1,
      max: 1_000_000,
    }),
    computingMsPerMinute: read.integer('RATE_LIMIT_COMPUTING_MS_PER_MINUTE', production ? 10_000 : 600_000, {
      min: 100,
      max: 10_000_000,
    }),
    ownerComputingMsPerMinute: read.integer('RATE_LIMIT_OWNER_COMPUTING_MS_PER_MINUTE', production ? 20_000 : 600_000, {
      min: 100,
      max: 10_000_000,
    }),
    decisionsPerMinute: read.integer('RATE_LIMIT_DECISIONS_PER_MINUTE', 60, { min: 1, max: 10_000 }),
    failedLoginsPerMinute: read.integer('RATE_LIMIT_FAILED_LOGINS_PER_MINUTE', 10, { min: 1, max: 10_000 }),
    webhooksAllowPrivate: read.boolean('WEBHOOKS_ALLOW_PRIVATE', false),
    otlpEndpoint: read.secretUrl('OTEL_EXPORTER_OTLP_ENDPOINT', WEB),
    otlpProtocol: read.oneOf('OTEL_EXPORTER_OTLP_PROTOCOL', ['http/json'] as const, 'http/json'),
    otlpHeaders: read.secretText('OTEL_EXPORTER_OTLP_HEADERS'),
    serviceName: read.text('OTEL_SERVICE_NAME', 'clawcierge'),
    tracesSampler: read.oneOf('OTEL_TRACES_SAMPLER', TRACES_SAMPLERS, 'parentbased_always_on'),
    tracesRatio: read.number('OTEL_TRACES_SAMPLER_ARG', 1, { min: 0, max: 1 }),
    isOpenKnowingly: read.boolean('I_KNOW_THIS_IS_OPEN', false),
    adminPassword: read.secretText('ADMIN_PASSWORD'),
    registration: read.oneOf('REGISTRATION', ['open', 'invite', 'closed'] as const, 'open'),
    registrationPowBits: read.integer('REGISTRATION_POW_BITS', 0, { min: 0, max: 30 }),
    handleQuarantineDays: read.integer('HANDLE_QUARANTINE_DAYS', 30, { min: 0, max: 3_650 }),
    auditSealSeconds: read.number('AUDIT_SEAL_SECONDS', 1, { min: 0.1, max: 3_600 }),
    auditSigningKey: read.bytes('AUDIT_SIGNING_KEY', 32),
    auditTrustedKeys: read.verifiers('AUDIT_TRUSTED_KEYS'),
    auditAnchorUrl: read.webAddress('AUDIT_ANCHOR_URL'),
    adminPasswordLogin: read.oneOf('ADMIN_PASSWORD_LOGIN', ['auto', 'always', 'never'] as const, 'auto'),
  };
}

const GIB = 1_073_741_824;
/** Up to 8 PiB, which numbers still hold exactly. */
const STORED_BYTES = { min: 0, max: 9_007_199_254_740_991 } as const;

export type Config = ReturnType<typeof readConfig>;

/** Enough that it cannot be guessed over a network. */
const METRICS_TOKEN_MIN_LENGTH = 16;
/** As OpenTelemetry names them. */
const TRACES_SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
