import type { Principal } from '../../domain/principal.ts';
import { requireScope } from '../access.ts';
import type { Directory } from '../agents/directory.ts';
import type { HoldRequest } from '../approvals/hold-request.ts';
import type { Changes } from '../changes/changes.ts';
import type { Dispatcher } from '../channel/dispatcher.ts';
import type { NodeChannels } from '../channel/node-channels.ts';
import type { ClusterView } from '../cluster/cluster-view.ts';
import type { Ports } from '../ports/ports.ts';
import type { ApplicationSettings } from '../settings.ts';
import type { StorageTotals } from '../storage/storage-totals.ts';
import { createAnswerRequest } from './answer-request.ts';
import { createCancelRequest } from './cancel-request.ts';
import { createFactsOf } from './facts.ts';
import { GivenAway } from './given-away.ts';
import type { KeptRejections } from './kept-rejections.ts';
import type { OpenTotals } from './open-totals.ts';
import type { OutcomeWaiters } from './outcome-waiters.ts';
import type { ProgressReports } from './progress-reports.ts';
import { createReadRejections } from './read-rejections.ts';
import { createReadRequests } from './read-requests.ts';
import { createReportProgress } from './report-progress.ts';
import type { RequestWatches } from './request-watches.ts';
import { ResultRules } from './result-rules.ts';
import { createSubmitRequest } from './submit-request.ts';
import { TightPolls } from './tight-polls.ts';

type Dependencies = Ports & {
  readonly nodeId: string;
  readonly directory: Directory;
  readonly changes: Changes;
  readonly cluster: ClusterView;
  readonly channels: NodeChannels;
  readonly dispatcher: Dispatcher;
  readonly holdRequest: HoldRequest;
  readonly watches: RequestWatches;
  readonly waiters: OutcomeWaiters;
  readonly progress: ProgressReports;
  readonly openTotals: OpenTotals;
  readonly storageTotals: StorageTotals;
  readonly keptRejections: KeptRejections;
  readonly settings: ApplicationSettings;
};

/** The use cases of requests: of their senders, and of the agents that answer them. */
export function createRequests(deps: Dependencies) {
  const { watches, waiters, settings } = deps;
  const polls = new TightPolls(deps.clock);
  const resultRules = new ResultRules(deps);
  const givenAway = new GivenAway(deps);
  const { acknowledgeRequest, completeRequest, failRequest, reportOutcome } = createAnswerRequest({
    ...deps,
    resultRules,
  });
  const { findRequest, listRequests, listSummaries, listRequestsOfAgent } = createReadRequests({
    ...deps,
    polls,
    givenAway,
  });
  return {
    /** How the result of a request is to be read. */
    resultFormatOf: (request: Parameters<ResultRules['formatOf']>[0]) => resultRules.formatOf(request),
    submit: createSubmitRequest({
      ...deps,
      polls,
      givenAway,
      factsOf: createFactsOf(deps),
      settings: {
        expirySeconds: settings.requestExpirySeconds,
        expiryMaxSeconds: settings.requestExpiryMaxSeconds,
        ackTimeoutMs: settings.channels.ackTimeoutMs,
        queuedPerAgentMax: { requests: settings.queuedRequestsPerAgentMax, bytes: settings.queuedBytesPerAgentMax },
        rejectedParamsRetentionMs: settings.rejectedParamsRetentionMs,
      },
    }),
    cancel: createCancelRequest(deps),
    acknowledge: acknowledgeRequest,
    complete: completeRequest,
    fail: failRequest,
    reportOutcome,
    reportProgress: createReportProgress({ ...deps, acknowledgeRequest }),
    find: findRequest,
    list: listRequests,
    listSummaries,
    listOfAgent: listRequestsOfAgent,
    watch: (principal: Principal | null, id: string) =>
      watches.watch(principal && requireScope(principal, 'requests:read'), id),
    /** What was rejected at the agent since then and not kept, by sender. */
    rejectionsNotKept: createReadRejections(deps),
    waitForOutcome: (...args: Parameters<OutcomeWaiters['wait']>) => waiters.wait(...args),
  };
}
