import { Card, SegmentedControl, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useQuery } from 'urql';
import { LineChart } from '../charts/line-chart.tsx';
import { StackedBars } from '../charts/stacked-bars.tsx';
import { Bars, size } from '../components/bars.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { useQueryState } from '../components/query-state.ts';
import { REQUEST_STATUSES, STATUS_LOOK } from '../components/request-status.tsx';
import { stageName } from '../components/request-timeline.tsx';
import { Empty, ErrorNotice, Loading } from '../components/states.tsx';
import { duration } from '../components/time.tsx';
import { OverviewDocument, type OverviewQuery, type RequestStatus } from '../generated/graphql.ts';
import { useActivity } from '../live/activity.tsx';

type Overview = OverviewQuery['overview'];

const MINUTE_MS = 60_000;
const SPANS: Readonly<Record<string, { readonly label: string; readonly bucketMs: number; readonly buckets: number }>> =
  {
    '1h': { label: '1 hour', bucketMs: MINUTE_MS, buckets: 60 },
    '24h': { label: '24 hours', bucketMs: 30 * MINUTE_MS, buckets: 48 },
    '7d': { label: '7 days', bucketMs: 180 * MINUTE_MS, buckets: 56 },
  };

/** The statistics are read again after something happened, at most so often. */
const REFRESH_MS = 5_000;

/** The end is the end of the current bucket, so that bars stay where they are while time goes on. */
function windowOf({ bucketMs, buckets }: { bucketMs: number; buckets: number }) {
  const to = (Math.floor(Date.now() / bucketMs) + 1) * bucketMs;
  return { from: new Date(to - bucketMs * buckets).toISOString(), to: new Date(to).toISOString(), buckets };
}

/** How the platform is doing: outcomes over time, latencies, rejections, who is there. */
export function OverviewPage() {
  const { read, write } = useQueryState();
  const name = read('span') in SPANS ? read('span') : '1h';
  const span = SPANS[name];
  return (
    <>
      <PageHeader
        title="Overview"
        documentTitle="Overview"
        hint="Outcomes, latencies and rejections, from the database."
        actions={
          <SegmentedControl
            aria-label="Span of time"
            value={name}
            onChange={(value) => write({ span: value === '1h' ? '' : value })}
            data={Object.entries(SPANS).map(([value, { label }]) => ({ value, label }))}
          />
        }
      />
      {span && <Statistics key={name} span={span} />}
    </>
  );
}

function Statistics({ span }: { readonly span: { readonly bucketMs: number; readonly buckets: number } }) {
  const [variables, setVariables] = useState(() => windowOf(span));
  const [{ data, error, stale }, refetch] = useQuery({
    query: OverviewDocument,
    variables,
    requestPolicy: 'cache-and-network',
  });
  const [shown, setShown] = useState<Overview | null>(null);
  if (data && !stale && data.overview !== shown) setShown(data.overview);
  const reload = () => {
    const next = windowOf(span);
    if (next.to === variables.to) refetch({ requestPolicy: 'network-only' });
    else setVariables(next);
  };
  useActivity(() => true, reload, REFRESH_MS);

  const overview = data?.overview ?? shown;
  if (error && !overview) return <ErrorNotice error={error} onRetry={reload} />;
  if (!overview) return <Loading />;
  const total = overview.buckets.flatMap(({ byStatus }) => byStatus).reduce((sum, { count }) => sum + count, 0);
  const { totals, latency } = overview;
  return (
    <Stack gap="lg">
      <SimpleGrid cols={{ base: 2, md: 4 }} spacing={{ base: 'sm', md: 'lg' }}>
        <Figure label="Agents online" value={totals.agentsOnline.toLocaleString()}>
          {`of ${totals.agents.toLocaleString()}, ${totals.channels === 1 ? '1 channel' : `${totals.channels.toLocaleString()} channels`}`}
        </Figure>
        <Figure label="Requests" value={total.toLocaleString()}>
          {`${totals.openRequests.toLocaleString()} unfinished now`}
        </Figure>
        <Figure label="Median latency" value={latency.p50 == null ? '–' : duration(latency.p50)}>
          submission to result
        </Figure>
        <Figure label="99th percentile" value={latency.p99 == null ? '–' : duration(latency.p99)}>
          {latency.p95 == null ? 'no completed request' : `95 within ${duration(latency.p95)}`}
        </Figure>
      </SimpleGrid>
      <Card component="section" aria-label="Requests by outcome">
        <Title order={2} size="h4" mb="md">
          Requests by outcome
        </Title>
        {total === 0 ? <Empty title="Nothing was asked in this time" /> : <Outcomes overview={overview} />}
      </Card>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Card component="section" aria-label="Latency">
          <Title order={2} size="h4" mb="md">
            Latency
          </Title>
          {latency.count === 0 ? (
            <Empty title="No request was completed in this time" />
          ) : (
            <LineChart
              title="Latency of completed requests over time"
              starts={overview.buckets.map(({ from }) => new Date(from))}
              format={duration}
              series={[
                {
                  name: 'Median',
                  color: 'var(--ok)',
                  values: overview.buckets.map((bucket) => bucket.latency.p50 ?? null),
                },
                {
                  name: '95 of 100 within',
                  color: 'var(--busy)',
                  values: overview.buckets.map((bucket) => bucket.latency.p95 ?? null),
                },
              ]}
            />
          )}
        </Card>
        <Card component="section" aria-label="Rejections">
          <Title order={2} size="h4" mb="md">
            Rejections
          </Title>
          <Rejections rejections={overview.rejections} />
        </Card>
        <Card component="section" aria-label="Storage">
          <Title order={2} size="h4" mb="md">
            Storage
          </Title>
          <Stored storage={overview.storage} />
        </Card>
      </SimpleGrid>
    </Stack>
  );
}

const Figure = ({
  label,
  value,
  children,
}: {
  readonly label: string;
  readonly value: string;
  readonly children: ReactNode;
}) => (
  <Card padding="md">
    <Text size="sm" className="soft" fw={550}>
      {label}
    </Text>
    <Text fz={28} fw={680} lh={1.25} style={{ fontVariantNumeric: 'tabular-nums' }}>
      {value}
    </Text>
    <Text size="xs" className="soft">
      {children}
    </Text>
  </Card>
);

function Outcomes({ overview }: { readonly overview: Overview }) {
  const countsOf = (status: RequestStatus) =>
    overview.buckets.map(({ byStatus }) => byStatus.find((each) => each.status === status)?.count ?? 0);
  const series = REQUEST_STATUSES.map((status) => ({
    name: STATUS_LOOK[status].label,
    color: STATUS_LOOK[status].color,
    values: countsOf(status),
  })).filter(({ values }) => values.some((count) => count > 0));
  return (
    <StackedBars
      title="Requests by outcome over time"
      starts={overview.buckets.map(({ from }) => new Date(from))}
      series={series}
    />
  );
}

function Rejections({ rejections }: { readonly rejections: Overview['rejections'] }) {
  if (rejections.length === 0) return <Empty title="Nothing was rejected in this time" />;
  return (
    <Bars
      label="Rejections by stage and reason"
      of="Stage and reason"
      unit="Requests"
      rows={rejections.map(({ stage, reason, count }) => [stageName(stage), reason, count, count.toLocaleString()])}
    />
  );
}

function Stored({ storage: { part, kinds, largest } }: { readonly storage: Overview['storage'] }) {
  return (
    <>
      {part > 0 && (
        <Text size="sm" className="soft">
          {`${Math.round(part * 100)} % of what may be stored`}
        </Text>
      )}
      <Bars
        label="What is stored"
        of="Kind, and of whom most is stored"
        unit="Size"
        rows={[
          ...kinds.map(
            ({ kind, rows, bytes }) => [kind.replace('_', ' '), rows.toLocaleString(), bytes, size(bytes)] as const,
          ),
          ...largest.map(({ kind, id, bytes }) => [kind.toLowerCase(), id, bytes, size(bytes)] as const),
        ]}
      />
    </>
  );
}
