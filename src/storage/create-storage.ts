import { sql } from 'kysely';
import type { Pool } from 'pg';
import type { AuditArchive } from '../application/ports/audit-archive.ts';
import type { Log } from '../application/ports/log.ts';
import { Metrics } from '../application/ports/metrics.ts';
import type { LookAtOpenRequests, LookAtOutbox, PoolUse } from '../application/ports/operation.ts';
import type { Stores } from '../application/ports/ports.ts';
import type { Tracing } from '../application/ports/tracing.ts';
import type { DatabaseLink } from '../postgres/database-link.ts';
import { requireWritable } from '../postgres/require-writable.ts';
import { DEFAULT_SCHEMA } from '../postgres/schema-name.ts';
import { createAdminSessionStore } from './admin/admin-session-store.ts';
import { createStatisticsStore } from './admin/statistics-store.ts';
import { createAgentStore } from './agents/agent-store.ts';
import { createApprovalLinkStore } from './approvals/approval-link-store.ts';
import { createApprovalSettingsStore } from './approvals/approval-settings-store.ts';
import { createApprovalStore } from './approvals/approval-store.ts';
import { createDecisionStore } from './approvals/decision-store.ts';
import { createAuditArchive } from './audit/audit-archive.ts';
import { createAuditEntries } from './audit/audit-entries.ts';
import { createAuditStore } from './audit/audit-store.ts';
import { createPresenceStore } from './channels/presence-store.ts';
import { createAdminStore } from './console/admin-store.ts';
import { createConsoleSessionStore } from './console/console-session-store.ts';
import { createLoginDeviceStore } from './console/login-device-store.ts';
import { createPasskeyStore } from './console/passkey-store.ts';
import { Database } from './database.ts';
import { createDocumentStore } from './documents/document-store.ts';
import { createLookForDueWork } from './due-work.ts';
import { createInvitationStore } from './invitations/invitation-store.ts';
import { createApiKeyStore } from './keys/api-key-store.ts';
import { createLimitsStore } from './limits/limits-store.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { answerWithinMs, createOrm, poolParameters } from './mikro-orm.ts';
import { createApproverStore } from './owners/approver-store.ts';
import { createOwnerStore } from './owners/owner-store.ts';
import { platformId } from './platform-id.ts';
import { createQuarantineStore } from './quarantines/quarantine-store.ts';
import { createRegistrationWorkStore } from './registration/registration-work-store.ts';
import { createLookAtOpenRequests } from './requests/open-requests.ts';
import { createRejectionStore } from './requests/rejection-store.ts';
import { createRequestStore } from './requests/request-store.ts';
import { createSchemaCheck } from './schema/check-schema.ts';
import type { NamedMigration } from './schema/migration.ts';
import { createSenderStore } from './senders/sender-store.ts';
import { statementByKey } from './statement.ts';
import { createStorageStore } from './storage-store.ts';
import { createSuspensionStore } from './suspensions/suspension-store.ts';
import { db } from './tables.ts';
import { createLookAtOutbox, createOutbox } from './telling/outbox-store.ts';
import { createWebhookStore } from './telling/webhook-store.ts';

export type Storage = Stores & {
  /** Answers when the database does; throws UnavailableError when it does not. */
  ping(): Promise<void>;
  /** The server's version, such as `18.4`. */
  serverVersion(): Promise<string>;
  /** Names the platform among those that share something with it; the same on all nodes. */
  platformId(): Promise<string>;
  /** What becomes of the pool's connections, and how many calls wait for one. */
  poolUse(): PoolUse;
  /** What is open on all nodes together, at some moment a few seconds ago at most. */
  openRequests: LookAtOpenRequests;
  /** What is to be told, likewise. */
  outboxDepth: LookAtOutbox;
  /**
   * From now on no call waits for the database for longer than so many milliseconds, and none at all once it has left one
   * without an answer: for a node that stops, which must not take longer because of its database.
   */
  hurry(ms: number): void;
  /** What operators do with the audit trail. */
  auditArchive: AuditArchive;
  /** Ends every connection. What is under way is finished first. */
  close(): Promise<void>;
};

const SHARED_TIME = statementByKey('shared-time', {}, () => db.selectNoFrom(sql<Date>`clock_timestamp()`.as('now')));

const SERVER_VERSION = statementByKey('server-version', {}, () =>
  db.selectNoFrom(sql<string>`current_setting('server_version')`.as('version')),
);

const PING = statementByKey('ping', {}, () => db.selectNoFrom(sql<number>`1`.as('alive')));

/** A server that does not take leave is not waited for any longer, in milliseconds. */
const LEAVE_WITHIN_MS = 1_000;

/**
 * Answers when every connection that the pool has now is gone. A pool says that it has ended when it has told its
 * connections to; whoever stops the server then finds some of them still there, and each is an error in the log.
 */
function untilConnectionsEnd(pool: Pool): Promise<void> {
  let left = pool.totalCount;
  if (left === 0) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, LEAVE_WITHIN_MS);
    pool.on('remove', () => {
      left -= 1;
      if (left > 0) return;
      clearTimeout(timer);
      resolve();
    });
  });
}

/**
 * The stores over one PostgreSQL database. Nothing connects before it is used, so this works while the database is
 * away; every call then throws UnavailableError until it is back.
 */
export const createStorage = async (settings: {
  readonly link: DatabaseLink;
  /** Where `migrateDatabase` found or made the tables. @default `clawcierge` */
  readonly schema?: string;
  /** What entries of the audit trail name as the node that wrote them. @default nothing */
  readonly nodeId?: string;
  /** Connections at most. */
  readonly poolSize: number;
  readonly log: Log;
  /** Every statement to the log, without its values. @default false */
  readonly sqlEcho?: boolean;
  /** Records statements. @default none is */
  readonly tracing?: Tracing;
  /** How long the server may take for a statement. @default 10000 */
  readonly statementTimeoutMs?: number;
  /** Where the stores count what they do. */
  readonly metrics?: Metrics;
  /** What this release knows of. @default all */
  readonly migrations?: readonly NamedMigration[];
}): Promise<Storage> => {
  const { link, schema = DEFAULT_SCHEMA, poolSize, log, sqlEcho = false, statementTimeoutMs, nodeId } = settings;
  const { migrations = MIGRATIONS, metrics = new Metrics(), tracing } = settings;
  requireWritable(link);
  const session = {
    ...(statementTimeoutMs !== undefined && { statementTimeoutMs }),
    ...(nodeId !== undefined && { nodeId }),
  };
  const orm = await createOrm({ link, schema, poolSize, log, sqlEcho, ...session });
  const pool = await orm.driver.getConnection().getNativeClient();
  const forPooler = link.isPooled ? poolParameters({ schema, ...session }) : null;
  const database = new Database(pool, log, {
    echo: sqlEcho,
    answerWithinMs: answerWithinMs(statementTimeoutMs),
    metrics,
    forPooler,
    ...(tracing && { tracing }),
  });

  const sharedTime = async () => {
    const [row] = await database.run(SHARED_TIME, {});
    return row?.now ?? new Date();
  };

  return {
    agents: createAgentStore(database),
    senders: createSenderStore(database),
    apiKeys: createApiKeyStore(database),
    approvers: createApproverStore(database),
    approvals: createApprovalStore(database),
    approvalSettings: createApprovalSettingsStore(database),
    auditEntries: createAuditEntries(database),
    documents: createDocumentStore(database),
    requests: createRequestStore(database),
    rejections: createRejectionStore(database),
    owners: createOwnerStore(database),
    presence: createPresenceStore(database, migrations.at(-1)?.name ?? null),
    decisions: createDecisionStore(database),
    adminSessions: createAdminSessionStore(database),
    admins: createAdminStore(database),
    consoleSessions: createConsoleSessionStore(database),
    loginDevices: createLoginDeviceStore(database),
    limits: createLimitsStore(database),
    approvalLinks: createApprovalLinkStore(database),
    webhooks: createWebhookStore(database),
    passkeys: createPasskeyStore(database),
    outbox: createOutbox(database),
    statistics: createStatisticsStore(database),
    suspensions: createSuspensionStore(database),
    quarantines: createQuarantineStore(database),
    storage: createStorageStore(database),
    invitations: createInvitationStore(database),
    audit: createAuditStore(database),
    workStore: createRegistrationWorkStore(database),
    sharedTime,
    lookForDueWork: createLookForDueWork(database),
    checkSchema: createSchemaCheck(database, migrations),
    ping: async () => {
      await database.run(PING, {});
    },
    serverVersion: async () => {
      const [row] = await database.run(SERVER_VERSION, {});
      return row?.version ?? 'unknown';
    },
    platformId: () => platformId(database, schema),
    poolUse: () => ({
      used: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
      max: poolSize,
    }),
    openRequests: createLookAtOpenRequests(database),
    outboxDepth: createLookAtOutbox(database),
    auditArchive: createAuditArchive(database, sharedTime),
    hurry: (ms) => database.hurry(ms),
    close: async () => {
      const ended = untilConnectionsEnd(pool);
      await orm.close();
      // The ORM ends its pool only if it has run a statement itself.
      if (!pool.ending) await pool.end();
      await ended;
    },
  };
};
