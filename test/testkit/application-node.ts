import { randomBytes } from 'node:crypto';
import { v7 as newId } from 'uuid';
import { createApplication } from '../../src/application/application.ts';
import type { Channel } from '../../src/application/channel/channel.ts';
import type { Bus } from '../../src/application/ports/bus.ts';
import type { Clock } from '../../src/application/ports/clock.ts';
import type { Enforcement } from '../../src/application/ports/enforcement.ts';
import { Metrics } from '../../src/application/ports/metrics.ts';
import type { Ports } from '../../src/application/ports/ports.ts';
import type { RateLimiter } from '../../src/application/ports/rate-limiter.ts';
import { NO_TRACING } from '../../src/application/ports/tracing.ts';
import type { ApplicationSettings } from '../../src/application/settings.ts';
import { EVERY_SCOPE } from '../../src/domain/api-key.ts';
import type { AdminPrincipal, AgentPrincipal, SenderPrincipal } from '../../src/domain/principal.ts';
import type { Request } from '../../src/domain/request.ts';
import { createHttpsOutbound } from '../../src/outbound/https-outbound.ts';
import { createDatabaseLink } from '../../src/postgres/database-link.ts';
import { createStorage, type Storage } from '../../src/storage/create-storage.ts';
import { silentLog } from './postgres.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Long enough that nothing lapses unless a test means it to. Times in milliseconds. */
export const CHANNEL_SETTINGS: ApplicationSettings['channels'] = {
  ackTimeoutMs: 10_000,
  maxAttempts: 5,
  channelsPerAgentMax: 8,
  unackedMax: 64,
  openMax: 1_000,
  unsentHighWaterBytes: 262_144,
  unsentMaxBytes: 1_048_576,
  nodeTimeoutMs: 10_000,
  shutdownGraceMs: 1_000,
};

/** Lets everything pass: what is refused is other tests' business. */
export const permissive: Enforcement = {
  decide: async () => ({ outcome: 'PASSED', log: [] }),
  redecide: async () => ({ outcome: 'PASSED', log: [] }),
  checkContract: async () => ({ errors: [], warnings: [] }),
  checkPolicies: async () => ({ errors: [], warnings: [] }),
  needsOf: () => new Set(),
  rememberedCondition: () => ({ ok: false, issues: [] }),
  checkPayload: () => [],
  close: async () => {},
};

const PLENTY = { quota: 1_000, windowSeconds: 60, remaining: 1_000, resetSeconds: 60 };

const unlimited: RateLimiter = {
  take: async () => ({ ...PLENTY, retryAfterSeconds: 0 }),
  refund: async () => {},
  look: async () => PLENTY,
  takeAll: async (claims) => claims.map(() => ({ ...PLENTY, isRefused: false })),
  refundAll: async () => {},
  lookAtAll: async (claims) => claims.map(() => PLENTY),
};

/** How long a tenth of a second takes while a node stops, in milliseconds. */
const TURN_MS = 4;

export type NodeOptions = {
  readonly databaseUrl: string;
  readonly bus: Bus;
  readonly clock: Clock & Partial<Pick<VirtualClock, 'advance'>>;
  readonly settings?: Partial<ApplicationSettings['channels']>;
  readonly queuedRequestsPerAgentMax?: number;
  readonly queuedBytesPerAgentMax?: number;
  readonly openRequestsMax?: number;
  readonly openBytesMax?: number;
  readonly identitiesUnusedMs?: number;
  /** Lets everything pass unless told. */
  readonly enforcement?: Enforcement;
  /** Puts something between the use cases and the stores. */
  readonly wrap?: (storage: Storage) => Storage;
};

export type ApplicationNode = Awaited<ReturnType<typeof createNode>>;

/**
 * A node without its transports: the real use cases over a real database, on a bus and a clock that the test owns. It
 * does nothing on its own before `start`; `crash` ends it without a word to anybody.
 */
export async function createNode({
  databaseUrl,
  bus,
  clock,
  settings = {},
  queuedRequestsPerAgentMax = 1_000,
  queuedBytesPerAgentMax = 33_554_432,
  openRequestsMax = 100_000,
  openBytesMax = 1_073_741_824,
  identitiesUnusedMs = 0,
  enforcement = permissive,
  wrap = (storage) => storage,
}: NodeOptions) {
  const storage = await createStorage({ link: createDatabaseLink(databaseUrl), poolSize: 8, log: silentLog });
  const life = { isOver: false };
  const ports: Ports = {
    ...wrap(storage),
    enforcement,
    bus,
    rateLimiter: unlimited,
    clock: whileAlive(clock, life),
    log: silentLog,
    metrics: new Metrics(),
    tracing: NO_TRACING,
    outbound: createHttpsOutbound({ allowPrivate: true }),
    signer: null,
    auditTrust: { verifiers: [], ownBefore: [], newcomer: null },
    mailer: null,
  };
  const app = createApplication(ports, {
    requestExpirySeconds: 300,
    requestExpiryMaxSeconds: 3_600,
    queuedRequestsPerAgentMax,
    queuedBytesPerAgentMax,
    openRequestsMax,
    openBytesMax,
    approvalWindowSeconds: 3_600,
    approvalsPendingPerAgentMax: 200,
    approvalsPendingMax: 10_000,
    publicUrl: '',
    adminPasswordLogin: 'auto',
    registration: 'open',
    registrationPowBits: 0,
    handleQuarantineMs: 0,
    auditSealEveryMs: 1_000,
    auditAnchorUrl: null,
    keyLifetimeDays: 0,
    storage: { ofSender: 0, ofAgent: 0, ofOwner: 0, inAll: 0 },
    rejectionsKeptPerMinute: 6_000,
    quarantine: { afterTimeouts: 5, windowMs: 600_000, lengthMs: 3_600_000 },
    rejectedParamsRetentionMs: 86_400_000,
    requestRetentionMs: 0,
    versionsKept: 50,
    identitiesUnusedMs,
    channels: { ...CHANNEL_SETTINGS, ...settings },
  });
  return {
    app,
    storage,
    metrics: ports.metrics,
    start: () => app.start(),
    /** Every socket ends in the moment that the platform ends it, as with clients that are quick to close. */
    connect: (agent: AgentPrincipal) => connect(app, agent),
    async stop() {
      let isStopped = false;
      const stopped = app.stop().finally(() => {
        isStopped = true;
      });
      // Stopping waits for work that is acked; where time stands still it has to be moved on, but so slowly that no
      // request expires while the node's statements are under way.
      while (clock.advance && !isStopped) {
        clock.advance(100);
        await new Promise((resolve) => setTimeout(resolve, TURN_MS));
      }
      await stopped;
      await storage.close();
    },
    async crash() {
      life.isOver = true;
      await bus.close();
      await storage.close();
    },
    isCrashed: () => life.isOver,
  };
}

/** Nothing happens any more in a process that is gone. */
const whileAlive = (clock: Clock, life: { readonly isOver: boolean }): Clock => ({
  ...clock,
  every: (ms, tick) => clock.every(ms, () => life.isOver || tick()),
  after: (ms, tick) => clock.after(ms, () => life.isOver || tick()),
});

export type TestChannel = Awaited<ReturnType<typeof connect>>;

async function connect(app: ReturnType<typeof createApplication>, agent: AgentPrincipal) {
  const channel: Channel = await app.channels.open(agent, 'websocket');
  const deliveries: Request[] = [];
  const withdrawals: string[] = [];
  const listeners = new Set<(request: Request) => void>();
  const socket = { unsentBytes: 0, closedFor: null as string | null, reconnectWithinSeconds: 0 };
  channel.attach({
    deliver(request) {
      deliveries.push(request);
      for (const listener of listeners) listener(request);
    },
    withdraw: (requestId) => void withdrawals.push(requestId),
    close({ cause, reconnectWithinSeconds = 0 }) {
      socket.reconnectWithinSeconds = reconnectWithinSeconds;
      socket.closedFor ??= cause;
      void app.channels.end(channel);
    },
    unsentBytes: () => socket.unsentBytes,
  });
  return {
    channel,
    id: channel.record.id,
    deliveries,
    withdrawals,
    socket,
    onDelivery: (listener: (request: Request) => void) => void listeners.add(listener),
    /** Its socket is gone. */
    close: () => app.channels.end(channel),
  };
}

export type TestAgent = AgentPrincipal & { readonly handle: string };

/** An agent with a key, in the registry. */
export async function newAgent(storage: Storage, at: Date): Promise<TestAgent> {
  const [agentId, apiKeyId] = [newId(), newId()];
  const handle = `agent.${agentId.replaceAll('-', '')}`;
  const described = { handle, displayName: 'Test Agent', description: null, lastHeartbeatAt: null };
  await storage.agents.insert(
    { id: agentId, ...described, createdAt: at, updatedAt: at, ownerId: null, agentKeysManage: true },
    {
      id: apiKeyId,
      kind: 'AGENT',
      hash: randomBytes(32),
      prefix: 'clw_agent_abc',
      scopes: [],
      isLimited: false,
      label: null,
      expiresAt: null,
    },
  );
  return {
    kind: 'agent',
    agentId,
    apiKeyId,
    keyExpiresAt: null,
    sessionId: null,
    isManagedByOwner: false,
    isSuspended: false,
    scopes: EVERY_SCOPE.AGENT,
    handle,
  };
}

/** Whoever sends; no registry knows it, and none is asked. */
export const aSender = (): SenderPrincipal => ({
  kind: 'sender',
  senderId: newId(),
  apiKeyId: newId(),
  keyExpiresAt: null,
  sessionId: null,
  scopes: EVERY_SCOPE.SENDER,
  isSuspended: false,
});

/** An administrator whose session lasts for another hour. */
export const anAdmin = (at: Date): AdminPrincipal => ({
  kind: 'admin',
  adminId: null,
  name: 'admin',
  sessionId: 'one',
  sessionExpiresAt: new Date(at.getTime() + 3_600_000),
});
