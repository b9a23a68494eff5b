import { Button, Card, Group, MultiSelect, Text } from '@mantine/core';
import { useQuery } from 'urql';
import { Filters } from '../components/filters.tsx';
import { HOUR_MS, PeriodFilter, type Periods, TextFilter, usePeriodStart } from '../components/list-filters.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { PageTurner } from '../components/page-turner.tsx';
import { useQueryState } from '../components/query-state.ts';
import { REQUEST_STATUSES, STATUS_LOOK } from '../components/request-status.tsx';
import { RequestsTable } from '../components/requests-table.tsx';
import { Empty, ErrorNotice, Loading } from '../components/states.tsx';
import { type RequestStatus, RequestsDocument } from '../generated/graphql.ts';
import { isOfRequest, useActivity } from '../live/activity.tsx';

const PAGE_SIZE = 25;

const PERIODS: Periods = {
  '15m': { label: 'Last 15 minutes', ms: HOUR_MS / 4 },
  '1h': { label: 'Last hour', ms: HOUR_MS },
  '24h': { label: 'Last 24 hours', ms: 24 * HOUR_MS },
  '7d': { label: 'Last 7 days', ms: 168 * HOUR_MS },
};

const TEXT_FILTERS = [
  { name: 'agent', label: 'Agent', placeholder: 'Handle' },
  { name: 'action', label: 'Action', placeholder: 'calendar.schedule' },
  { name: 'sender', label: 'Sender', placeholder: 'Id' },
] as const;

const isStatus = (text: string): text is RequestStatus => text in STATUS_LOOK;
const ALL_FILTERS = { status: '', agent: '', action: '', sender: '', period: '', after: '' };

/** Every request, live, newest first. */
export function RequestsPage() {
  const { read, write } = useQueryState();
  const statuses = read('status').split(',').filter(isStatus);
  const [agent, action, sender, period, after] = ['agent', 'action', 'sender', 'period', 'after'].map(read);
  const submittedFrom = usePeriodStart(PERIODS, { read });

  const [{ data, error, fetching }, refetch] = useQuery({
    query: RequestsDocument,
    variables: {
      first: PAGE_SIZE,
      after: after || null,
      status: statuses.length > 0 ? statuses : null,
      handle: agent || null,
      action: action || null,
      senderId: sender || null,
      submittedFrom,
    },
    requestPolicy: 'cache-and-network',
  });
  const reload = () => refetch({ requestPolicy: 'network-only' });
  useActivity(isOfRequest, reload, 750);

  const page = data?.requests;
  const requests = page?.edges.map(({ node }) => node) ?? [];
  const active = [read('status'), agent, action, sender, period].filter(Boolean).length;
  return (
    <>
      <PageHeader title="Requests" documentTitle="Requests" hint="What was asked, newest first, as it happens." />
      <Card padding={0}>
        <Filters active={active}>
          <MultiSelect
            label="Status"
            placeholder={statuses.length === 0 ? 'Any' : undefined}
            data={REQUEST_STATUSES.map((value) => ({ value, label: STATUS_LOOK[value].label }))}
            value={statuses}
            onChange={(values) => write({ status: values.join(','), after: '' })}
            clearable
            clearButtonProps={{ 'aria-label': 'Clear the statuses' }}
            style={{ flex: '2 1 200px' }}
          />
          {TEXT_FILTERS.map((filter) => (
            <TextFilter key={filter.name} {...filter} read={read} write={write} />
          ))}
          <PeriodFilter label="Submitted" periods={PERIODS} read={read} write={write} />
        </Filters>
        {error && <ErrorNotice error={error} onRetry={reload} />}
        {!page && fetching && <Loading />}
        {page && requests.length === 0 && (
          <Empty title={active > 0 ? 'No request matches' : 'Nothing has been asked yet'}>
            {active > 0 ? (
              <Button variant="default" onClick={() => write(ALL_FILTERS)}>
                Clear the filters
              </Button>
            ) : (
              <Text className="soft">Requests appear here as they come in.</Text>
            )}
          </Empty>
        )}
        {requests.length > 0 && <RequestsTable requests={requests} />}
        {page && page.totalCount > 0 && (
          <Group justify="space-between" p="md" gap="sm">
            <Text size="sm" className="soft" role="status">
              {!page.isTotalCountExact && 'At least '}
              {page.totalCount === 1 ? '1 request' : `${page.totalCount.toLocaleString()} requests`}
            </Text>
            <PageTurner after={after} pageInfo={page.pageInfo} write={write} />
          </Group>
        )}
      </Card>
    </>
  );
}
