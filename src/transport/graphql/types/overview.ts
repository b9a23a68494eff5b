import type { Application } from '../../../application/application.ts';
import type {
  LatencyPercentiles,
  OverviewBucket,
  PlatformTotals,
  RejectionCount,
} from '../../../application/ports/statistics-store.ts';
import { REQUEST_STATUSES, type RequestStatus } from '../../../domain/request.ts';
import { builder } from '../builder.ts';
import { FEW } from '../counts.ts';
import { RequestStatusEnum } from './enums.ts';

type Overview = ReturnType<Application['admin']['overview']>;
type StatusCount = { readonly status: RequestStatus; readonly count: number };

const REJECTIONS_DEFAULT = 10;
const REJECTIONS_MAX = 50;

const PlatformTotalsType = builder.objectRef<PlatformTotals>('PlatformTotals').implement({
  description: 'How much there is now.',
  fields: (t) => ({
    agents: t.exposeInt('agents', { description: 'Registered agents.' }),
    agentsOnline: t.exposeInt('agentsOnline', { description: 'Agents with a channel open.' }),
    channels: t.exposeInt('channels', { description: 'Open channels.' }),
    openRequests: t.exposeInt('openRequests', { description: 'Requests that are not finished.' }),
  }),
});

const StatusCountType = builder.objectRef<StatusCount>('StatusCount').implement({
  description: 'How many requests have a status.',
  fields: (t) => ({
    status: t.field({ type: RequestStatusEnum, description: 'The status.', resolve: ({ status }) => status }),
    count: t.exposeInt('count', { description: 'How many have it now.' }),
  }),
});

const LatencyType = builder.objectRef<LatencyPercentiles>('LatencyPercentiles').implement({
  description:
    'How long completed requests took from submission to result, in milliseconds; null where there are none. From 256 ms on they are told to within 0.4 %.',
  fields: (t) => ({
    count: t.exposeInt('count', { description: 'How many completed requests they are of.' }),
    p50: t.exposeFloat('p50', { nullable: true, description: 'Half of them took no longer.' }),
    p90: t.exposeFloat('p90', { nullable: true, description: '90 of a hundred took no longer.' }),
    p95: t.exposeFloat('p95', { nullable: true, description: '95 of a hundred took no longer.' }),
    p99: t.exposeFloat('p99', { nullable: true, description: '99 of a hundred took no longer.' }),
  }),
});

const OverviewBucketType = builder.objectRef<OverviewBucket>('OverviewBucket').implement({
  description: 'A part of the time that an overview is of.',
  fields: (t) => ({
    from: t.expose('from', { type: 'DateTime', description: 'When it begins.' }),
    byStatus: t.field({
      type: [StatusCountType],
      description: 'Requests submitted in it, by the status that they have now; statuses without any are left out.',
      extensions: FEW,
      resolve: ({ byStatus }) =>
        REQUEST_STATUSES.map((status) => ({ status, count: byStatus[status] ?? 0 })).filter(({ count }) => count > 0),
    }),
    latency: t.field({
      type: LatencyType,
      description: 'How long those that are completed took.',
      resolve: ({ latency }) => latency,
    }),
  }),
});

const RejectionCountType = builder.objectRef<RejectionCount>('RejectionCount').implement({
  description: 'How often a stage of the pipeline said no for a reason.',
  fields: (t) => ({
    stage: t.exposeString('stage', { description: 'policy_engine, capability_sandbox, …' }),
    reason: t.exposeString('reason', { description: 'Why.' }),
    count: t.exposeInt('count', { description: 'How often.' }),
  }),
});

export const OverviewType = builder.objectRef<Overview>('Overview').implement({
  description: 'What went on, as statistics from the database. [admin]',
  fields: (t) => ({
    totals: t.field({ type: PlatformTotalsType, description: 'How much there is now.', resolve: (o) => o.totals() }),
    buckets: t.field({
      type: [OverviewBucketType],
      description: 'The span of time in parts of equal length, oldest first.',
      extensions: FEW,
      resolve: async (overview) => [...(await overview.figures()).buckets],
    }),
    latency: t.field({
      type: LatencyType,
      description: 'Over the whole span of time.',
      resolve: async (overview) => (await overview.figures()).latency,
    }),
    rejections: t.field({
      type: [RejectionCountType],
      description: 'What the pipeline said no to, most frequent first.',
      args: { first: t.arg.int({ description: 'How many, 1 to 50.', defaultValue: REJECTIONS_DEFAULT }) },
      resolve: async (overview, { first }) => {
        const limit = Math.min(Math.max(first ?? REJECTIONS_DEFAULT, 1), REJECTIONS_MAX);
        return [...(await overview.rejections(limit))];
      },
    }),
  }),
});

builder.queryField('overview', (t) =>
  t.field({
    type: OverviewType,
    description: 'What went on in a span of time, of 92 days at most. [admin]',
    authScopes: { admin: true },
    args: {
      from: t.arg({ type: 'DateTime', required: true, description: 'Its beginning.' }),
      to: t.arg({ type: 'DateTime', required: true, description: 'Its end.' }),
      buckets: t.arg.int({ description: 'In how many parts, 1 to 200.', defaultValue: 48 }),
    },
    resolve: (_root, { from, to, buckets }, { app, principal }) =>
      app.admin.overview(principal, { from, to, buckets: buckets ?? 48 }),
  }),
);
