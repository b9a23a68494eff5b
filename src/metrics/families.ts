import type { Counter, Histogram, Labelled, Metrics } from '../application/ports/metrics.ts';

type Described = {
  readonly name: string;
  /** In one line. */
  readonly help: string;
  /** The names of its labels. */
  readonly labels: readonly string[];
};

/** A number, with the values of the labels in their order. */
export type Sample = { readonly values: readonly string[]; readonly value: number };

export type HistogramSample = { readonly values: readonly string[]; readonly histogram: Histogram };

/** One metric as it is told outside, and where it is read when somebody looks. */
export type Family = Described &
  (
    | { readonly type: 'counter'; readonly read: () => readonly Sample[] }
    /** Throws where it cannot be told; it is left out then. */
    | { readonly type: 'gauge'; readonly read: () => readonly Sample[] | Promise<readonly Sample[]> }
    | { readonly type: 'histogram'; readonly read: () => readonly HistogramSample[] }
  );

/** The only sample of what has no labels. */
export const single = (value: number): readonly Sample[] => [{ values: [], value }];

type Counters = Labelled<readonly string[], Counter>;
type Histograms = Labelled<readonly string[], Histogram>;

const counter = (name: string, help: string, count: Counter): Family => ({
  type: 'counter',
  name,
  help,
  labels: [],
  read: () => single(count.value),
});

const counters = (name: string, help: string, counts: Pick<Counters, 'names' | 'all'>): Family => ({
  type: 'counter',
  name,
  help,
  labels: counts.names,
  read: () => Array.from(counts.all(), ({ values, cell }) => ({ values, value: cell.value })),
});

const histogram = (name: string, help: string, spread: Histogram): Family => ({
  type: 'histogram',
  name,
  help,
  labels: [],
  read: () => [{ values: [], histogram: spread }],
});

const histograms = (name: string, help: string, spreads: Pick<Histograms, 'names' | 'all'>): Family => ({
  type: 'histogram',
  name,
  help,
  labels: spreads.names,
  read: () => Array.from(spreads.all(), ({ values, cell }) => ({ values, histogram: cell })),
});

/** What this node has counted since it started: what the whole platform did is the sum over its nodes. */
export const countedFamilies = (metrics: Metrics): readonly Family[] => [
  histograms(
    'clawcierge_http_request_duration_seconds',
    'HTTP requests and how long their answers took, without what callers asked to wait for (Prefer: wait), by method, template of the route ("none" where no route takes it) and status. Streams of events are left out.',
    metrics.http,
  ),
  counters(
    'clawcierge_graphql_operations_total',
    'GraphQL operations over HTTP POST and WebSockets, by type ("none" for documents that were refused) and whether the answer has errors.',
    metrics.operations,
  ),
  counters(
    'clawcierge_submissions_total',
    'Requests that the pipeline decided about: passed, denied or held, with the stage that denied or held, and the kind of denial.',
    metrics.submissions,
  ),
  counter(
    'clawcierge_rejections_not_kept_total',
    'Submissions that the pipeline denied and that are counted, not stored.',
    metrics.rejectionsNotKept,
  ),
  counters(
    'clawcierge_refused_submissions_total',
    'Submissions that ended with an error other than a denial, by its code.',
    metrics.refusedSubmissions,
  ),
  counters(
    'clawcierge_refused_places_total',
    "Submissions that found no place, by the bound that was met: of one sender in an agent's queue, what is kept there for newcomers, of the agent; of what is held for approval; or of all that is open, the sender's share of it, or the agent's.",
    metrics.refusedPlaces,
  ),
  counters(
    'clawcierge_approvals_total',
    'Approvals that this node asked people for, and how those ended that ended by what this node did.',
    metrics.approvals,
  ),
  histogram(
    'clawcierge_time_to_decision_seconds',
    'Time from when an approval was asked for to the decision that ended it, of those that were decided through this node.',
    metrics.timeToDecision,
  ),
  counter('clawcierge_deliveries_total', 'Requests sent to channels of this node.', metrics.deliveries),
  counter(
    'clawcierge_redeliveries_total',
    'Those of the deliveries whose request had been delivered before.',
    metrics.redeliveries,
  ),
  histogram(
    'clawcierge_time_to_ack_seconds',
    'Time from the submission of a request to each acknowledgement that this node recorded.',
    metrics.timeToAck,
  ),
  histogram(
    'clawcierge_time_to_outcome_seconds',
    'Time from the submission of a request to the outcome that its agent reported to this node.',
    metrics.timeToOutcome,
  ),
  counters(
    'clawcierge_outcomes_total',
    'Outcomes that agents reported to this node, by the status that their requests ended with.',
    metrics.outcomes,
  ),
  counter('clawcierge_expired_requests_total', 'Requests that this node ended as timed out.', metrics.expiredRequests),
  counter(
    'clawcierge_undeliverable_requests_total',
    'Requests that this node gave up: not acknowledged, or lost with their channels, too often.',
    metrics.undeliverableRequests,
  ),
  counter(
    'clawcierge_cancelled_requests_total',
    'Requests that senders or administrators cancelled through this node.',
    metrics.cancelledRequests,
  ),
  counters(
    'clawcierge_connections_ended_total',
    'Connections that were ended, by cause: there were as many as there may be (connections), one left more unread than it may (unsent), or all did together (unsent_in_all).',
    metrics.connectionsEnded,
  ),
  counters('clawcierge_rate_limited_total', 'Calls that a rate limit refused, by the limit.', metrics.rateLimited),
  counters(
    'clawcierge_shed_calls_total',
    'Calls that were shed because there was too much to do, by the level of who called (agents, senders, anonymous) and cause: no place to wait for a seat (queue_full), no seat in time (waited), or the node behind with what it has to do (event_loop).',
    metrics.shed,
  ),
  counters(
    'clawcierge_cost_units_total',
    'What calls cost, in units of about a millisecond of processor time, by the level of who called.',
    metrics.costUnits,
  ),
  counters(
    'clawcierge_registration_proofs_total',
    'Proofs of work of registrations, by outcome: taken, or refused as missing, invalid or spent.',
    metrics.registrationProofs,
  ),
  counters(
    'clawcierge_webhook_calls_total',
    'Calls of webhooks, by outcome: taken (a status of 2xx), refused (any other) or no_answer.',
    metrics.webhookCalls,
  ),
  counters(
    'clawcierge_mails_total',
    'E-mails to approvers, by outcome: taken by the mail server, or failed.',
    metrics.mails,
  ),
  counter('clawcierge_audit_sealed_total', 'Entries of the audit trail that this node sealed.', metrics.auditSealed),
  histogram(
    'clawcierge_audit_round_seconds',
    'How long this node took to seal one page of entries, at most 2000 of them.',
    metrics.auditRounds,
  ),
  counter(
    'clawcierge_database_pool_timeouts_total',
    'Calls that got no connection to the database in time.',
    metrics.poolTimeouts,
  ),
  {
    type: 'histogram',
    name: 'clawcierge_batch_size',
    help: 'Calls that shared a statement, by what the statement does.',
    labels: metrics.batches.names,
    read: () => Array.from(metrics.batches.all(), ({ values, cell }) => ({ values, histogram: cell.sizes })),
  },
  {
    type: 'counter',
    name: 'clawcierge_cache_requests_total',
    help: 'Look-ups in the caches of this node, by cache and result: hit or miss.',
    labels: [...metrics.caches.names, 'result'],
    read: () =>
      Array.from(metrics.caches.all(), ({ values, cell }) => [
        { values: [...values, 'hit'], value: cell.hits.value },
        { values: [...values, 'miss'], value: cell.misses.value },
      ]).flat(),
  },
  counters(
    'clawcierge_no_verdicts_total',
    'Requests and results that a stage gave no verdict about, for too much to do (overload) or since it failed: nothing was decided.',
    metrics.noVerdicts,
  ),
  counters(
    'clawcierge_quarantines_total',
    'Contracts and policy sets that this node put in quarantine, for being ended by their budget too often.',
    metrics.quarantines,
  ),
  counters(
    'clawcierge_isolate_milliseconds_total',
    'Milliseconds of threads that jobs took, with the start of a thread that took the place of one they ended, by how they ended.',
    metrics.isolateMs,
  ),
  counters(
    'clawcierge_isolate_jobs_total',
    'Jobs of the threads that evaluate costly contracts and rules, by how they ended.',
    metrics.isolateJobs,
  ),
];
