import { v7 as newId } from 'uuid';
import type { Principal } from '../domain/principal.ts';
import { createAdminSessions } from './admin/admin-session.ts';
import { createReadChannels } from './admin/read-channels.ts';
import { createStatistics } from './admin/statistics.ts';
import { createTryRequests } from './admin/try-requests.ts';
import { createWatchPlatform } from './admin/watch-platform.ts';
import { createDeleteAgent } from './agents/delete-agent.ts';
import { Directory } from './agents/directory.ts';
import { createPublishCapabilities } from './agents/publish-capabilities.ts';
import { createPublishDocument } from './agents/publish-document.ts';
import { createPublishPolicies } from './agents/publish-policies.ts';
import { createReadAgents } from './agents/read-agents.ts';
import { createReadDocuments } from './agents/read-documents.ts';
import { createRegisterAgent } from './agents/register-agent.ts';
import { Changes } from './changes/changes.ts';
import { ChannelEnds } from './channel/channel-ends.ts';
import { Dispatcher } from './channel/dispatcher.ts';
import { ChannelHub } from './channel/hub.ts';
import { NodeChannels } from './channel/node-channels.ts';
import type { ChannelSettings } from './channel/settings.ts';
import { ClusterView } from './cluster/cluster-view.ts';
import { createMembership } from './cluster/membership.ts';
import { CountedKeys } from './counted-keys.ts';
import { createAuthenticateApiKey } from './keys/authenticate-api-key.ts';
import { KeyUse } from './keys/key-use.ts';
import { createManageApiKeys } from './keys/manage-api-keys.ts';
import { OpenKeys } from './keys/open-keys.ts';
import { createWhenKeyEnds } from './keys/when-key-ends.ts';
import { cancelOrphanedRequests } from './maintenance/cancel-orphaned-requests.ts';
import { closeOverdueChannels } from './maintenance/close-overdue-channels.ts';
import { expireRequests } from './maintenance/expire-requests.ts';
import { failUndeliverable } from './maintenance/fail-undeliverable.ts';
import { followSharedTime } from './maintenance/follow-shared-time.ts';
import { forgetDeadNodes } from './maintenance/forget-dead-nodes.ts';
import { forgetFinishedRequests } from './maintenance/forget-finished-requests.ts';
import { MaintenanceRunner } from './maintenance/maintenance-runner.ts';
import { offerBacklog } from './maintenance/offer-backlog.ts';
import { recheckKeys } from './maintenance/recheck-keys.ts';
import { reconcileChannels } from './maintenance/reconcile-channels.ts';
import { reconcileWatches } from './maintenance/reconcile-watches.ts';
import { recordChannelEnds } from './maintenance/record-channel-ends.ts';
import { recordKeyUse } from './maintenance/record-key-use.ts';
import { renewPresence } from './maintenance/renew-presence.ts';
import type { AdminSessionStore } from './ports/admin-session-store.ts';
import type { AgentStore } from './ports/agent-store.ts';
import type { ApiKeyStore } from './ports/api-key-store.ts';
import type { Bus } from './ports/bus.ts';
import type { Clock } from './ports/clock.ts';
import type { DocumentStore } from './ports/document-store.ts';
import type { Enforcement } from './ports/enforcement.ts';
import type { Log } from './ports/log.ts';
import type { PresenceStore } from './ports/presence-store.ts';
import type { RateLimiter } from './ports/rate-limiter.ts';
import type { RequestStore } from './ports/request-store.ts';
import type { SenderStore } from './ports/sender-store.ts';
import type { SharedTime } from './ports/shared-time.ts';
import type { StatisticsStore } from './ports/statistics-store.ts';
import { createAnswerRequest } from './requests/answer-request.ts';
import { createCancelRequest } from './requests/cancel-request.ts';
import { OutcomeWaiters } from './requests/outcome-waiters.ts';
import { createReadRequests } from './requests/read-requests.ts';
import { RequestWatches } from './requests/request-watches.ts';
import { createSubmitRequest } from './requests/submit-request.ts';
import { createRegisterSender } from './senders/register-sender.ts';

export type Ports = {
  readonly agents: AgentStore;
  readonly senders: SenderStore;
  readonly apiKeys: ApiKeyStore;
  readonly documents: DocumentStore;
  readonly requests: RequestStore;
  readonly presence: PresenceStore;
  readonly adminSessions: AdminSessionStore;
  readonly statistics: StatisticsStore;
  readonly enforcement: Enforcement;
  readonly bus: Bus;
  readonly rateLimiter: RateLimiter;
  readonly clock: Clock;
  readonly sharedTime: SharedTime;
  readonly log: Log;
};

export type ApplicationSettings = {
  readonly requestExpirySeconds: number;
  readonly requestExpiryMaxSeconds: number;
  readonly queuedRequestsPerAgentMax: number;
  /** How long finished requests are kept; 0 for ever. */
  readonly requestRetentionMs: number;
  readonly channels: ChannelSettings;
};

/** Every use case, in groups by noun, over the ports it needs. The transports know this and the domain, and nothing else of the inside. */
export type Application = ReturnType<typeof createApplication>;

export function createApplication(ports: Ports, settings: ApplicationSettings) {
  const { agents, senders, apiKeys, documents, requests, presence, enforcement, rateLimiter, clock, log } = ports;
  const nodeId = newId();
  const keyUse = new KeyUse(apiKeys, clock);
  const openSessions = new CountedKeys();
  const changes = new Changes({
    nodeId,
    bus: ports.bus,
    stores: { requests, agents, apiKeys, presence, adminSessions: ports.adminSessions },
    openSessionIds: () => openSessions.keys(),
    nodeTimeoutMs: settings.channels.nodeTimeoutMs,
    clock,
    log,
  });
  const watches = new RequestWatches({ requests, changes, log });
  const openKeys = new OpenKeys({ apiKeys, changes, clock });
  const { nodeTimeoutMs } = settings.channels;
  const cluster = new ClusterView({ changes, clock, nodeTimeoutMs });
  const channels = new NodeChannels();
  const ofChannels = { nodeId, channels, presence, requests, changes, clock, log, settings: settings.channels };
  const dispatcher = new Dispatcher({ ...ofChannels, cluster });
  const ends = new ChannelEnds({ ...ofChannels, nodeTimeoutMs });
  const hub = new ChannelHub({ ...ofChannels, ends, dispatcher, openKeys });
  const followTime = followSharedTime({ cluster, clock, sharedTime: ports.sharedTime, log });
  const renewal = renewPresence({ ...ofChannels, nodeTimeoutMs, cluster });
  const membership = createMembership({ ...ofChannels, cluster, followSharedTime: followTime, renewPresence: renewal });
  const maintenance = new MaintenanceRunner({
    tasks: [
      followTime,
      renewal,
      recordChannelEnds({ ends, cluster }),
      recordKeyUse({ keyUse, cluster }),
      closeOverdueChannels({ hub }),
      recheckKeys({ openKeys, cluster }),
      reconcileChannels({ dispatcher, cluster }),
      reconcileWatches({ watches, cluster }),
      forgetDeadNodes({ nodeTimeoutMs, cluster, presence, changes, clock }),
      cancelOrphanedRequests({ requests, changes, clock }),
      expireRequests({ requests, changes, clock }),
      failUndeliverable({ maxAttempts: settings.channels.maxAttempts, requests, changes, clock }),
      offerBacklog({ channels, dispatcher, requests, clock }),
      forgetFinishedRequests({ requests, clock, retentionMs: settings.requestRetentionMs }),
    ],
    clock,
    log,
  });
  const hintsReachAll = () => cluster.hintsReachAll();
  const directory = new Directory({ agents, documents, changes, clock, hintsReachAll });
  const submitRequest = createSubmitRequest({
    requests,
    directory,
    enforcement,
    dispatcher,
    rateLimiter,
    changes,
    clock,
    settings: {
      expirySeconds: settings.requestExpirySeconds,
      expiryMaxSeconds: settings.requestExpiryMaxSeconds,
      ackTimeoutMs: settings.channels.ackTimeoutMs,
      queuedPerAgentMax: settings.queuedRequestsPerAgentMax,
    },
  });
  const whenKeyEnds = createWhenKeyEnds({ changes, clock, openKeys, openSessions, adminSessions: ports.adminSessions });
  const waiters = new OutcomeWaiters({ watches, whenKeyEnds, clock, log });
  const manageApiKeys = createManageApiKeys({ apiKeys, changes, clock });
  const readAgents = createReadAgents({ agents, presence, clock, nodeTimeoutMs });
  const readDocuments = createReadDocuments({ documents });
  const publishDocument = createPublishDocument({ directory, rateLimiter, changes, clock });
  const answerRequest = createAnswerRequest({ requests, enforcement, changes, clock });
  const readRequests = createReadRequests({ requests });
  const adminSessions = createAdminSessions({ sessions: ports.adminSessions, rateLimiter, changes, clock, log });
  const tryRequests = createTryRequests({ senders, directory, enforcement, clock, submitRequest });

  return {
    nodeId,
    agents: {
      register: createRegisterAgent({ agents, directory, rateLimiter, changes, clock }),
      delete: createDeleteAgent({ agents, requests, directory, changes, clock }),
      publishCapabilities: createPublishCapabilities({ documents, enforcement, publishDocument }),
      publishPolicies: createPublishPolicies({ documents, enforcement, publishDocument }),
      ...readAgents,
      ...readDocuments,
    },
    senders: {
      register: createRegisterSender({ senders, rateLimiter, clock }),
      byIds: (ids: readonly string[]) => senders.byIds(ids),
    },
    keys: {
      authenticate: createAuthenticateApiKey({ apiKeys, changes, clock, keyUse, hintsReachAll }),
      create: manageApiKeys.createApiKey,
      revoke: manageApiKeys.revokeApiKey,
      ofOwners: (ids: readonly string[]) => apiKeys.byOwners(ids),
      whenKeyEnds,
    },
    requests: {
      submit: submitRequest,
      cancel: createCancelRequest({ requests, changes, clock }),
      acknowledge: answerRequest.acknowledgeRequest,
      complete: answerRequest.completeRequest,
      fail: answerRequest.failRequest,
      find: readRequests.findRequest,
      list: readRequests.listRequests,
      listOfAgent: readRequests.listRequestsOfAgent,
      watch: (principal: Principal | null, id: string) => watches.watch(principal, id),
      waitForOutcome: (...args: Parameters<OutcomeWaiters['wait']>) => waiters.wait(...args),
    },
    channels: hub,
    nodeChannels: channels,
    admin: {
      preparePassword: adminSessions.prepareAdminPassword,
      logIn: adminSessions.logInAdmin,
      authenticate: adminSessions.authenticateAdmin,
      logOut: adminSessions.logOutAdmin,
      ...createStatistics({ statistics: ports.statistics, clock, nodeTimeoutMs }),
      dryRun: tryRequests.dryRunRequest,
      submitTest: tryRequests.submitTestRequest,
      channelsOfAgent: createReadChannels({ presence, clock, nodeTimeoutMs }),
      watchPlatform: createWatchPlatform({ changes, requests }),
    },
    maintenance: { status: () => maintenance.status() },
    async start() {
      await membership.join();
      maintenance.start();
    },
    /** Sends the agents elsewhere, then ends what this node does on its own. */
    async stop() {
      await hub.shutDown();
      waiters.stop();
      await maintenance.stop();
      await keyUse.flush().catch((error: unknown) => log.warn({ err: error }, 'the last use of keys is not recorded'));
      await membership.leave();
    },
  };
}
