import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import packageJson from '../package.json' with { type: 'json' };
import type { KeptPassword } from './application/admin/password-logins.ts';
import { Admission } from './application/admission/admission.ts';
import { FairShare } from './application/admission/fair-share.ts';
import { createApplication } from './application/application.ts';
import { meterHere, noteComputing, payerHere, standAside } from './application/limits/computing-budget.ts';
import type { Clock } from './application/ports/clock.ts';
import type { Log } from './application/ports/log.ts';
import { Metrics } from './application/ports/metrics.ts';
import { createBus, linkOf, openMailer, openStorage, readMetrics, redisOf } from './chosen-adapters.ts';
import type { Config } from './config.ts';
import { newId } from './domain/new-id.ts';
import { createEnforcement } from './enforcement/create-enforcement.ts';
import { watchEventLoop } from './event-loop-delay.ts';
import { createMeteredIsolate } from './isolate/metered-isolate.ts';
import { createWorkerIsolate } from './isolate/worker-isolate.ts';
import { createRateLimiter } from './limits/rate-limiter.ts';
import { logOfCalls } from './log.ts';
import { createHttpsOutbound } from './outbound/https-outbound.ts';
import {
  aboutPlatform,
  admissionSettings,
  applicationSettings,
  lateMs,
  mcpSettings,
  rateLimits,
  tracingSettings,
} from './part-settings.ts';
import { RepeatedLines } from './repeated-lines.ts';
import { openAuditKeys } from './signing/audit-keys.ts';
import { inWordsOf } from './storage/schema/open-database.ts';
import { createTracing } from './tracing/create-tracing.ts';
import { createAuthenticateConsoleCookie, deviceTokenIn, sessionTokenIn } from './transport/admin/admin-cookie.ts';
import { addAdminRoutes } from './transport/admin/admin-routes.ts';
import { addAdminUi } from './transport/admin/ui-routes.ts';
import { admitCalls, admitUpgrades, type Door } from './transport/admission.ts';
import { AnonymousSockets } from './transport/anonymous-sockets.ts';
import { countAnswers } from './transport/answer-metrics.ts';
import { addApprovalLinks } from './transport/approvals/link-routes.ts';
import { Arrivals } from './transport/arrivals.ts';
import { createAuthenticate } from './transport/authenticate.ts';
import { createAddressOf, trustHopOf } from './transport/callers-address.ts';
import { Connections } from './transport/connections.ts';
import { createGraphqlEngine } from './transport/graphql/engine.ts';
import { addGraphqlRoute } from './transport/graphql/http-route.ts';
import { createGraphqlSocketServer } from './transport/graphql/socket-server.ts';
import { createGraphqlUpgrade } from './transport/graphql/upgrade.ts';
import { createHttpServer } from './transport/http-server.ts';
import { KnownCallers } from './transport/known-callers.ts';
import { BACKLOG, Listeners } from './transport/listeners.ts';
import { OpenStreams } from './transport/open-streams.ts';
import { Refusals } from './transport/refusals.ts';
import { addRestApi } from './transport/rest/rest-api.ts';
import { listening, type StartingServer } from './transport/rest/starting-server.ts';
import { handleUpgrades } from './transport/upgrades.ts';
import { createChannelUpgrade } from './transport/websocket/channel-upgrade.ts';

/** A running platform. */
export type Platform = {
  /** Where it listens, as `http://host:port`. */
  readonly url: string;
  /** The platform's own. */
  readonly version: string;
  /** PostgreSQL's. */
  readonly databaseVersion: string;
  /** Where its metrics are, if they have a port of their own. */
  readonly metricsUrl: string | null;
  /** The administrator's password, if it was made just now: it is told only here, and to `keepPassword`. */
  readonly generatedAdminPassword: string | null;
  /**
   * Goes on serving for SHUTDOWN_DRAIN_SECONDS, or until the signal, as a node that stops soon: balancers are told, and
   * every answer ends its connection.
   */
  drain(signal: AbortSignal): Promise<void>;
  /**
   * Stops taking work, sends agents elsewhere (close code 1001), finishes what is in flight, ends every connection.
   */
  stop(): Promise<void>;
};

/** What a platform is started in. */
export type Surroundings = {
  readonly databaseUrl: string;
  /** What this node is called among the others, and in the log. @default a new id */
  readonly nodeId?: string;
  readonly clock: Clock;
  readonly log: Log;
  /** What the threads run that compute contracts. @default the sources of it, or what is built of them, as with the rest */
  readonly contractWorker?: URL;
  /** What answers until the platform does, and gives its place to it. @default nothing */
  readonly starting?: StartingServer;
  /** Takes an administrator's password that is made, before it counts; throws where it cannot. @default nothing does */
  readonly keepPassword?: (password: string) => KeptPassword;
};

/** While it stops the platform waits so long for an answer of its database, in milliseconds. */
const STOP_DATABASE_WAIT_MS = 1_000;

/** Constructs the adapters, those among which the settings choose in `chosen-adapters.ts`, and connects them. */
export async function startPlatform(
  config: Config,
  { databaseUrl, nodeId = newId(), clock, log: wholeLog, contractWorker, starting, keepPassword }: Surroundings,
): Promise<Platform> {
  // What is begun is ended in the opposite order, also when a later step fails.
  await using begun = new AsyncDisposableStack();
  const lines = new RepeatedLines({ log: wholeLog, clock });
  begun.defer(() => lines.flush());
  // For what serves calls. What outlives them, such as a connection that one happened to open, has the other.
  const processLog = lines.log;
  const log = logOfCalls(processLog);
  const metrics = new Metrics();
  const tracing = await createTracing(tracingSettings(config, nodeId), processLog);
  begun.defer(() => tracing.close());
  const link = await inWordsOf(config, () => linkOf(config, databaseUrl, log));
  if (link.isPooled) log.info({}, 'a pooler of transactions stands before the database');
  const { storage, schema } = await openStorage(config, link, nodeId, { log, metrics, tracing });
  begun.defer(() => storage.close());
  const redis = await redisOf(config, storage);
  const bus = await createBus(config, { redis, link, schema, log: processLog });
  begun.defer(() => bus.close());
  const isolate = createWorkerIsolate({
    ...(contractWorker && { entry: contractWorker }),
    // What takes its whole budget has a verdict before its stage is not waited for any longer.
    cpuBudgetMs: Math.min(config.enforcementCpuBudgetMs, config.pipelineStageTimeoutSeconds * 500),
    waitMaxMs: config.pipelineStageTimeoutSeconds * 1_000,
    onThreadLost: (kind, cause) => processLog.warn({ kind, err: cause }, 'a thread that evaluates contracts was ended'),
    onJobEnd: (outcome) => metrics.isolateJobs.of(outcome).add(),
  });
  const metered = createMeteredIsolate(isolate, {
    perMinute: { payerMs: config.computingMsPerMinute, ownerMs: config.ownerComputingMsPerMinute },
    nodes: () => app.cluster.otherNodes + 1,
    now: () => clock.monotonic(),
    payerHere,
    standAside,
    meterHere,
    ownerOf: (agentId) => app.ownerOf(agentId),
    onStanding: noteComputing,
    onUsedUp(whose, account) {
      metrics.rateLimited.of(whose === 'payer' ? 'computing' : 'owner-computing').add();
      log.info({ limit: 'computing', whose, key: account }, 'a budget of computing is used up');
    },
    onSpent: (ms, outcome) => metrics.isolateMs.of(outcome).add(ms),
    refuseQuarantined: (agentId, version) => app.quarantines.refuse(agentId, version),
    onUsedUpBy: (agentId, version) => app.quarantines.noteTimeout(agentId, version),
  });
  const compiledUse = metrics.caches.of('compiled_documents');
  const enforcement = createEnforcement({
    stageTimeoutMs: config.pipelineStageTimeoutSeconds * 1_000,
    resultMaxBytes: config.resultMaxBytes,
    isolate: metered,
    onLookUp: (isHit) => compiledUse[isHit ? 'hits' : 'misses'].add(),
    now: () => clock.monotonic(),
    onFailure(stage, cause, isOverload) {
      metrics.noVerdicts.of(stage, isOverload ? 'overload' : 'failed').add();
      log[isOverload ? 'warn' : 'error']({ stage, err: cause }, 'a stage gave no verdict, so nothing was decided');
    },
  });
  begun.defer(() => enforcement.close());
  const rateLimiter = await createRateLimiter(rateLimits(config), {
    redis,
    log: processLog,
    metrics,
    nodes: () => app.cluster.otherNodes + 1,
  });
  begun.defer(() => rateLimiter.close());
  const mailer = await openMailer(config);
  begun.defer(() => mailer?.close());
  const app = createApplication(
    {
      ...storage,
      enforcement,
      bus,
      rateLimiter,
      clock,
      log,
      metrics,
      tracing,
      outbound: createHttpsOutbound({ allowPrivate: config.webhooksAllowPrivate }),
      ...openAuditKeys(config, processLog),
      mailer,
    },
    applicationSettings(config),
    nodeId,
  );
  const authenticate = createAuthenticate({
    keys: app.keys,
    authenticateConsoleCookie: createAuthenticateConsoleCookie(app.admin.authenticate),
  });

  const eventLoop = watchEventLoop();
  begun.defer(() => eventLoop.stop());
  const { delayMs, latenessMs } = eventLoop;
  const share = new FairShare();
  const admission = new Admission({ settings: admissionSettings(config), clock, log, metrics, delayMs, share });
  const callers = new KnownCallers({
    admission,
    clock,
    authenticateApiKey: app.keys.authenticate,
    authenticateSession: app.admin.authenticate,
    sessionTokenIn,
    isKnownDevice: app.admin.isKnownDevice,
    deviceTokenIn,
  });
  const door: Door = { admission, callers, clock };

  const engine = createGraphqlEngine({
    log,
    metrics,
    introspection: config.introspection,
    answerMaxBytes: config.answerMaxBytes,
  });
  begun.defer(() => engine.yoga.dispose());
  const server = await createHttpServer(config, log, app.isStopping, tracing);
  const connections = new Connections({ ...config, isByAddress: config.trustProxy === false }, { clock, log, metrics });
  const listeners = new Listeners(
    server,
    config.trustProxy === false ? new Arrivals({ share, clock, log, metrics }) : null,
  );
  begun.defer(() => listeners.ended());
  begun.defer(() => server.close());
  begun.defer(connections.watch(server));
  countAnswers(server, metrics);
  const refusals = new Refusals({ clock, connections, share });
  admitCalls(server, door, refusals);
  const streams = new OpenStreams({ max: config.streamsMax, perAddressMax: config.streamsPerAddressMax, log });
  // Open streams would hold up the close for ever.
  server.addHook('preClose', async () => streams.endAll());
  await addRestApi(server, {
    app,
    streams,
    authenticate,
    clock,
    log,
    checks: {
      database: () => (app.node.isRenewing() ? 'ok' : 'down'),
      bus: () => (bus.health() === 'ok' ? 'ok' : 'degraded'),
      schema: () => (app.knownSchema.isKnown ? 'ok' : 'down'),
      audit: () => (app.audit.isKeepingUp() ? 'ok' : 'degraded'),
    },
    about: aboutPlatform(config),
    answerMaxBytes: config.answerMaxBytes,
  });
  if (config.mcpEnabled) {
    const { addMcpRoutes } = await import('./transport/mcp/mcp-routes.ts');
    await addMcpRoutes(server, { app, authenticate, streams, clock, log, settings: mcpSettings(config) });
  }
  addGraphqlRoute(server, {
    app,
    authenticate,
    engine,
    admission,
    clock,
    graphiql: config.graphiql ? folderOf('playground') : null,
    bodyMaxBytes: config.resultBodyMaxBytes,
    streams,
  });
  addAdminRoutes(server, { app, authenticate, clock, log, publicUrl: config.publicUrl });
  addApprovalLinks(server, { app, log });
  addAdminUi(server, { authenticate, folder: folderOf('admin-ui') });
  const heartbeat = {
    intervalMs: config.heartbeatIntervalSeconds * 1_000,
    timeoutMs: config.heartbeatTimeoutSeconds * 1_000,
  };
  const anonymous = new AnonymousSockets({ ...config, idleMs: config.anonymousSocketIdleSeconds * 1_000 }, clock, log);
  const graphqlSockets = createGraphqlSocketServer({
    anonymous,
    unsentMaxBytes: config.unsentPerConnectionMaxBytes,
    app,
    authenticate,
    engine,
    door,
    tracing,
    clock,
    log,
    heartbeat,
    subscriptionsMax: config.subscriptionsPerSocketMax,
    maxMessageSize: config.wsMaxMessageSize,
  });
  const upgrades = handleUpgrades(
    server.server,
    [
      createGraphqlUpgrade(graphqlSockets, { maxMessageSize: config.wsMaxMessageSize }),
      createChannelUpgrade({
        app,
        authenticate,
        admission,
        clock,
        log,
        heartbeat,
        maxMessageSize: config.wsMaxMessageSize,
      }),
    ],
    {
      socketsMax: config.socketsMax,
      socketsPerAddressMax: config.socketsPerAddressMax,
      addressOf: createAddressOf(trustHopOf(config.trustProxy)),
      admit: admitUpgrades(door),
      refusals,
      log,
    },
  );

  begun.defer(() => graphqlSockets.closeAll());

  const readable = await readMetrics(config, {
    metrics,
    server,
    log: processLog,
    sources: {
      version: packageJson.version,
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      channelTransports: () => app.nodeChannels.transports(),
      connections: () => ({ open: connections.size, unsentBytes: connections.unsentBytes }),
      sockets: () => upgrades.openSockets(),
      streams: () => streams.size,
      admission: () => admission.use(),
      delayMs,
      costPart: () => share.part,
      otherNodes: () => app.cluster.otherNodes,
      maintenance: app.maintenance.status,
      poolUse: storage.poolUse,
      isolateUse: isolate.use,
      busHealth: async () => bus.health(),
      auditState: () => app.audit.state(),
      openRequests: storage.openRequests,
      outboxDepth: storage.outboxDepth,
      openPart: app.node.openPart,
      stored: app.node.stored,
    },
  });
  begun.defer(() => readable?.close());

  const generatedAdminPassword = await app.admin.preparePassword(config.adminPassword, keepPassword);
  begun.defer(() => app.stop());
  await app.start();
  const listenAt = { host: config.host, port: starting?.port ?? config.port, backlog: BACKLOG };
  starting?.passTo(server.server);
  await listening(listenAt, () => server.listen(listenAt));
  if (starting) await listeners.listen();
  begun.defer(share.watch({ clock, log, latenessMs, lateMs: lateMs(config) }));
  begun.defer(() => upgrades.stop());

  begun.defer(() => storage.hurry(STOP_DATABASE_WAIT_MS));
  const url = urlOf(config.host, server.server.address());
  const databaseVersion = await storage.serverVersion();

  const running = begun.move();
  return {
    url,
    version: packageJson.version,
    databaseVersion,
    metricsUrl: readable?.url ?? null,
    generatedAdminPassword,
    drain: (signal) => {
      app.beginToStop();
      return waitFor(clock, config.shutdownDrainSeconds * 1_000, signal);
    },
    stop: () => running.disposeAsync(),
  };
}

/** Answers after so long, or when the signal is aborted. */
function waitFor(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0 || signal.aborted) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = clock.after(ms, resolve);
  signal.addEventListener('abort', () => {
    stop();
    resolve();
  });
  return promise;
}

/** Where `npm run build` puts a page. This file is one folder below them all, as a source and in the build. */
const folderOf = (page: string): string => fileURLToPath(new URL(`../${page}/dist/`, import.meta.url));

function urlOf(host: string, address: string | AddressInfo | null): string {
  if (address === null || typeof address === 'string') throw new Error('the server does not listen on a port');
  return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}
