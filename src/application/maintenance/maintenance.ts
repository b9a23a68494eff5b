import type { Directory } from '../agents/directory.ts';
import type { ApprovalWatches } from '../approvals/watch-approvals.ts';
import type { FailedAuthentications } from '../audit/failed-authentications.ts';
import type { AuditSealer } from '../audit/sealer.ts';
import type { Changes } from '../changes/changes.ts';
import type { ChannelEnds } from '../channel/channel-ends.ts';
import type { Dispatcher } from '../channel/dispatcher.ts';
import type { ChannelHub } from '../channel/hub.ts';
import type { NodeChannels } from '../channel/node-channels.ts';
import type { ClusterView } from '../cluster/cluster-view.ts';
import type { FollowedTime } from '../cluster/followed-time.ts';
import type { KnownSchema } from '../cluster/known-schema.ts';
import type { KeyUse } from '../keys/key-use.ts';
import type { OpenKeys } from '../keys/open-keys.ts';
import type { Ports } from '../ports/ports.ts';
import type { KeptRejections } from '../requests/kept-rejections.ts';
import type { OpenTotals } from '../requests/open-totals.ts';
import type { RequestWatches } from '../requests/request-watches.ts';
import type { ApplicationSettings } from '../settings.ts';
import type { StorageTotals } from '../storage/storage-totals.ts';
import type { Teller } from '../telling/teller.ts';
import { cancelOrphanedRequests } from './cancel-orphaned-requests.ts';
import { checkSchema } from './check-schema.ts';
import { closeOverdueChannels } from './close-overdue-channels.ts';
import { closeSuspended } from './close-suspended.ts';
import { countOpenRequests } from './count-open-requests.ts';
import { countStorage } from './count-storage.ts';
import { expireIdentities } from './expire-identities.ts';
import { expireRequests } from './expire-requests.ts';
import { expireVersions } from './expire-versions.ts';
import { failUndeliverable } from './fail-undeliverable.ts';
import { fenceNode } from './fence-node.ts';
import { followSharedTime } from './follow-shared-time.ts';
import { forgetDeadNodes } from './forget-dead-nodes.ts';
import { forgetFinishedRequests } from './forget-finished-requests.ts';
import { forgetRestingHandles } from './forget-resting-handles.ts';
import { MaintenanceRunner } from './maintenance-runner.ts';
import { noteExpiredKeys } from './note-expired-keys.ts';
import { offerBacklog } from './offer-backlog.ts';
import { recheckKeys } from './recheck-keys.ts';
import { reconcileApprovals } from './reconcile-approvals.ts';
import { reconcileChannels } from './reconcile-channels.ts';
import { reconcileWatches } from './reconcile-watches.ts';
import { recordChannelEnds } from './record-channel-ends.ts';
import { recordFailedAuthentications } from './record-failed-authentications.ts';
import { recordKeyUse } from './record-key-use.ts';
import { recordRejections } from './record-rejections.ts';
import { removeRejectedParams } from './remove-rejected-params.ts';
import { renewFencedNode } from './renew-fenced-node.ts';
import { renewLeases } from './renew-leases.ts';
import { renewPresence } from './renew-presence.ts';
import { sealAudit } from './seal-audit.ts';
import { summariseRequests } from './summarise-requests.ts';
import { sweep } from './sweep.ts';
import { tellApprovers } from './tell-approvers.ts';
import { thinCheckpoints } from './thin-checkpoints.ts';

type Dependencies = Ports & {
  readonly nodeId: string;
  readonly nodeTimeoutMs: number;
  readonly directory: Directory;
  readonly changes: Changes;
  readonly cluster: ClusterView;
  readonly time: FollowedTime;
  readonly knownSchema: KnownSchema;
  readonly channels: NodeChannels;
  readonly ends: ChannelEnds;
  readonly dispatcher: Dispatcher;
  readonly hub: ChannelHub;
  readonly keyUse: KeyUse;
  readonly openKeys: OpenKeys;
  readonly watches: RequestWatches;
  readonly approvalWatches: ApprovalWatches;
  readonly openTotals: OpenTotals;
  readonly storageTotals: StorageTotals;
  readonly keptRejections: KeptRejections;
  readonly failedAuthentications: FailedAuthentications;
  readonly teller: Teller;
  readonly sealer: AuditSealer;
  readonly settings: ApplicationSettings;
};

/** What every node does again and again, with the three tasks that are also what joining the cluster begins with. */
export function createMaintenance(deps: Dependencies) {
  const { settings, clock, log } = deps;
  const { ackTimeoutMs, maxAttempts } = settings.channels;
  const followTime = followSharedTime(deps);
  const renewal = renewPresence(deps);
  const schemaCheck = checkSchema(deps);
  const tasks = [
    followTime,
    renewal,
    renewFencedNode({ ...deps, renewPresence: renewal }),
    fenceNode(deps),
    schemaCheck,
    recordChannelEnds(deps),
    recordKeyUse(deps),
    noteExpiredKeys(deps),
    recordRejections(deps),
    recordFailedAuthentications(deps),
    closeOverdueChannels(deps),
    closeSuspended(deps),
    recheckKeys(deps),
    reconcileChannels(deps),
    reconcileWatches(deps),
    reconcileApprovals(deps),
    cancelOrphanedRequests(deps),
    sweep({
      ...deps,
      maxAttempts,
      sweeps: {
        hasExpired: expireRequests(deps),
        hasRedelivered: failUndeliverable({ ...deps, maxAttempts }),
        hasStaleNodes: forgetDeadNodes(deps),
        hasOutbox: tellApprovers(deps),
      },
    }),
    renewLeases({ ...deps, ackTimeoutMs }),
    countOpenRequests(deps),
    countStorage(deps),
    offerBacklog({ ...deps, ackTimeoutMs }),
    removeRejectedParams({ ...deps, retentionMs: settings.rejectedParamsRetentionMs }),
    forgetFinishedRequests({ ...deps, retentionMs: settings.requestRetentionMs }),
    expireIdentities({ ...deps, unusedMs: settings.identitiesUnusedMs }),
    expireVersions({ ...deps, versionsKept: settings.versionsKept }),
    forgetRestingHandles({ ...deps, handleQuarantineMs: settings.handleQuarantineMs }),
    sealAudit({ ...deps, sealEveryMs: settings.auditSealEveryMs }),
    thinCheckpoints(deps),
    summariseRequests({ ...deps, retentionMs: settings.requestRetentionMs }),
  ];
  return {
    runner: new MaintenanceRunner({ tasks, clock, log }),
    followSharedTime: followTime,
    renewPresence: renewal,
    checkSchema: schemaCheck,
  };
}
