import { newId } from '../domain/new-id.ts';
import { createAdmin } from './admin/admin.ts';
import { createAgents } from './agents/agents.ts';
import { Directory } from './agents/directory.ts';
import { createLinkFor } from './approvals/approval-links.ts';
import { createApprovals } from './approvals/approvals.ts';
import { Anchor } from './audit/anchor.ts';
import { createAuditProofs } from './audit/audit.ts';
import { FailedAuthentications } from './audit/failed-authentications.ts';
import { AuditSealer } from './audit/sealer.ts';
import { createTrail } from './audit/trail.ts';
import { Changes } from './changes/changes.ts';
import { createChannels } from './channel/channels.ts';
import { ClusterView } from './cluster/cluster-view.ts';
import { FollowedTime } from './cluster/followed-time.ts';
import { KnownSchema } from './cluster/known-schema.ts';
import { createMembership } from './cluster/membership.ts';
import { createRequireEveryNodeKnows } from './cluster/require-known.ts';
import { CountedKeys } from './counted-keys.ts';
import { createInvitations } from './invitations/invitations.ts';
import { createRegistrationWork } from './invitations/proof-of-work.ts';
import { KeyEnds } from './keys/key-ends.ts';
import { KeyUse } from './keys/key-use.ts';
import { createKeys } from './keys/keys.ts';
import { OpenKeys } from './keys/open-keys.ts';
import { createWhenKeyEnds } from './keys/when-key-ends.ts';
import { createLimits } from './limits/limits.ts';
import { createMaintenance } from './maintenance/maintenance.ts';
import { createOwners } from './owners/owners.ts';
import type { Ports } from './ports/ports.ts';
import { createQuarantines } from './quarantines/quarantines.ts';
import { KeptRejections } from './requests/kept-rejections.ts';
import { OpenTotals } from './requests/open-totals.ts';
import { OutcomeWaiters } from './requests/outcome-waiters.ts';
import { ProgressReports } from './requests/progress-reports.ts';
import { RequestWatches } from './requests/request-watches.ts';
import { createRequests } from './requests/requests.ts';
import { createSenders } from './senders/senders.ts';
import type { ApplicationSettings } from './settings.ts';
import { createReadStorage } from './storage/read-storage.ts';
import { StorageTotals } from './storage/storage-totals.ts';
import { createSuspensions } from './suspensions/suspensions.ts';
import { createTellByMail } from './telling/tell-by-mail.ts';
import { Teller } from './telling/teller.ts';
import { createCallWebhook } from './webhooks/call-webhook.ts';
import { createWebhooks } from './webhooks/webhooks.ts';

/** Every use case, in groups by noun, over the ports it needs. The transports know this and the domain, and nothing else of the inside. */
export type Application = ReturnType<typeof createApplication>;

/** It was told to stop, or it could not renew itself for so long that others may have taken over. */
export type NodeRefusal = 'stopping' | 'fenced';

/** What several groups share is made here and passed to all of them under one name; a group takes of it what it needs. */
export function createApplication(ports: Ports, settings: ApplicationSettings, nodeId = newId()) {
  const { clock, log } = ports;
  const { nodeTimeoutMs } = settings.channels;
  const openSessions = new CountedKeys();
  const changes = new Changes({
    ...ports,
    nodeId,
    nodeTimeoutMs,
    stores: ports,
    openSessionIds: () => openSessions.keys(),
  });
  const time = new FollowedTime({ ...ports, nodeTimeoutMs });
  const cluster = new ClusterView({ changes, time, clock, nodeTimeoutMs });
  const knownSchema = new KnownSchema({ log });
  const node = { ...ports, nodeId, nodeTimeoutMs, changes, time, cluster, knownSchema };
  const requireEveryNodeKnows = createRequireEveryNodeKnows(node);
  const keyUse = new KeyUse(ports.apiKeys, clock);
  const openKeys = new OpenKeys(node);
  const whenKeyEnds = createWhenKeyEnds({ ...node, openKeys, openSessions });
  const directory = new Directory({ ...node, hintsReachAll: () => cluster.hintsReachAll() });
  const watches = new RequestWatches({ ...node, directory });
  const waiters = new OutcomeWaiters({ watches, whenKeyEnds, clock, log });
  const progress = new ProgressReports(node);
  const channels = createChannels({ ...node, openKeys, settings: settings.channels });
  const openTotals = new OpenTotals({ requests: settings.openRequestsMax, bytes: settings.openBytesMax }, clock);
  const storageTotals = new StorageTotals(settings.storage);
  const keptRejections = new KeptRejections({ ...ports, cluster, perMinute: settings.rejectionsKeptPerMinute });
  const failedAuthentications = new FailedAuthentications(ports);
  const callWebhook = createCallWebhook(ports);
  const { publicUrl } = settings;
  const linkFor = createLinkFor({ ...ports, publicUrl });
  const tellByMail = createTellByMail({ ...ports, linkFor, publicUrl });
  const teller = new Teller({ ...ports, callWebhook, tellByMail, publicUrl });
  const { holdRequest, approvalWatches, ...approvals } = createApprovals({
    ...node,
    ...channels,
    directory,
    requireEveryNodeKnows,
    teller,
    settings,
  });
  const registrationWork = createRegistrationWork({ ...ports, settings });
  const shared = {
    ...node,
    approvalWatches,
    callWebhook,
    teller,
    ...channels,
    directory,
    keyUse,
    openKeys,
    requireEveryNodeKnows,
    whenKeyEnds,
    watches,
    waiters,
    progress,
    holdRequest,
    openTotals,
    keptRejections,
    failedAuthentications,
    storageTotals,
    keyEnds: new KeyEnds(settings.keyLifetimeDays),
    registrationWork,
    settings,
  };
  const anchor = new Anchor({ ...ports, url: settings.auditAnchorUrl });
  const sealer = new AuditSealer({ ...ports, onCheckpoint: (checkpoint) => anchor.tell(checkpoint) });
  const owners = createOwners(shared);
  const requests = createRequests(shared);
  const keys = createKeys({ ...shared, mayManageApprover: owners.mayManageApprover });
  const { runner: maintenance, ...tasksOfMembers } = createMaintenance({ ...shared, sealer });
  const membership = createMembership({ ...node, ...tasksOfMembers });
  let isStopping = false;

  return {
    nodeId,
    cluster,
    knownSchema,
    agents: createAgents(shared),
    approvals,
    audit: createTrail({ ...shared, proofs: createAuditProofs({ ...ports, sealer }) }),
    senders: createSenders(shared),
    invitations: createInvitations(ports),
    registration: { challenge: registrationWork.challenge },
    owners,
    suspensions: createSuspensions(shared),
    quarantines: createQuarantines(shared),
    keys,
    requests,
    /** Whose the agent is; null for nobody's. */
    ownerOf: directory.ownerOf,
    storage: createReadStorage(shared),
    limits: createLimits({ ...shared, dispatcher: channels.dispatcher }),
    webhooks: createWebhooks(shared),
    channels: channels.hub,
    nodeChannels: channels.channels,
    admin: createAdmin({ ...shared, keys, submitRequest: requests.submit }),
    maintenance: { status: () => maintenance.status() },
    node: {
      /** Why the node takes no work, if it does not. */
      refusal: (): NodeRefusal | null => {
        if (isStopping) return 'stopping';
        return cluster.isFenced() ? 'fenced' : null;
      },
      /** Whether the database took what this node wrote, a moment ago. */
      isRenewing: () => cluster.isRenewing(),
      /** Why it did not, where that is known. */
      renewalProblem: () => cluster.renewalProblem,
      /** Which part of what the platform takes is open, as the node counted it last. */
      openPart: () => openTotals.part,
      /** What is stored by kind, and which part that is of what may be, as the node counted it last. */
      stored: () => ({ kinds: storageTotals.kinds, part: storageTotals.part }),
    },
    async start() {
      await membership.join();
      const kept = await ports.storage.lastCount();
      if (kept !== null) storageTotals.recall(kept);
      maintenance.start();
    },
    /** Whether it was told that it is to stop; it may go on serving for a while. */
    isStopping: () => isStopping,
    /** Is to stop soon: goes on as before, and says so to whoever asks. */
    beginToStop() {
      isStopping = true;
    },
    /** Sends the agents elsewhere, then ends what this node does on its own. */
    async stop() {
      isStopping = true;
      await Promise.all([channels.hub.shutDown(), shared.teller.stop(settings.channels.shutdownGraceMs)]);
      waiters.stop();
      progress.stop();
      await maintenance.stop();
      anchor.stop();
      // Each may take as long as the database may: one after the other would take longer than is left.
      await Promise.all([
        keptRejections
          .flush()
          .catch((error: unknown) => log.warn({ err: error }, 'how many rejections were not kept is not recorded')),
        failedAuthentications
          .flush({ all: true })
          .catch((error: unknown) => log.warn({ err: error }, 'how many authentications failed is not recorded')),
        keyUse.flush().catch((error: unknown) => log.warn({ err: error }, 'the last use of keys is not recorded')),
        membership.leave(),
      ]);
    },
  };
}
