import { Button, Card, Group, MultiSelect, Text } from '@mantine/core';
import { useQuery } from 'urql';
import { CheckpointCard } from '../audit/checkpoint-card.tsx';
import { EntriesTable } from '../audit/entries-table.tsx';
import { ENTRY_TYPES } from '../audit/entry-types.ts';
import { Filters } from '../components/filters.tsx';
import { HOUR_MS, PeriodFilter, type Periods, TextFilter, usePeriodStart } from '../components/list-filters.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { PageTurner } from '../components/page-turner.tsx';
import { useQueryState } from '../components/query-state.ts';
import { Empty, ErrorNotice, Loading } from '../components/states.tsx';
import { AuditEntriesDocument } from '../generated/graphql.ts';

const PAGE_SIZE = 25;

const PERIODS: Periods = {
  '1h': { label: 'Last hour', ms: HOUR_MS },
  '24h': { label: 'Last 24 hours', ms: 24 * HOUR_MS },
  '7d': { label: 'Last 7 days', ms: 168 * HOUR_MS },
  '30d': { label: 'Last 30 days', ms: 720 * HOUR_MS },
};

const TEXT_FILTERS = [
  { name: 'agent', label: 'Agent', placeholder: 'Handle or id' },
  { name: 'request', label: 'Request', placeholder: 'Id' },
] as const;

const ALL_FILTERS = { type: '', agent: '', request: '', period: '', after: '' };

/** What is on record, newest first. */
export function AuditPage() {
  const { read, write } = useQueryState();
  const types = read('type').split(',').filter(Boolean);
  const [agent, request, period, after] = ['agent', 'request', 'period', 'after'].map(read);
  const from = usePeriodStart(PERIODS, { read });
  const [{ data, error, fetching }, refetch] = useQuery({
    query: AuditEntriesDocument,
    variables: {
      first: PAGE_SIZE,
      after: after || null,
      type: types.length > 0 ? types : null,
      agentId: agent || null,
      requestId: request || null,
      from,
    },
    requestPolicy: 'cache-and-network',
  });
  const reload = () => refetch({ requestPolicy: 'network-only' });

  const page = data?.auditEntries;
  const entries = page?.edges.map(({ node }) => node) ?? [];
  const active = [read('type'), agent, request, period].filter(Boolean).length;
  return (
    <>
      <PageHeader
        title="Audit trail"
        documentTitle="Audit trail"
        hint="What happened, newest first. Nothing of it can be changed without that being seen."
        actions={
          <Button variant="default" onClick={reload} loading={fetching && page !== undefined}>
            Look again
          </Button>
        }
      />
      <CheckpointCard waitsSince={entries.findLast(({ isSealed }) => !isSealed)?.at ?? null} />
      <Card padding={0}>
        <Filters active={active}>
          <MultiSelect
            label="What happened"
            placeholder={types.length === 0 ? 'Anything' : undefined}
            data={[...ENTRY_TYPES]}
            value={types}
            onChange={(values) => write({ type: values.join(','), after: '' })}
            searchable
            clearable
            clearButtonProps={{ 'aria-label': 'Clear what happened' }}
            style={{ flex: '2 1 220px' }}
          />
          {TEXT_FILTERS.map((filter) => (
            <TextFilter key={filter.name} {...filter} read={read} write={write} />
          ))}
          <PeriodFilter label="When" periods={PERIODS} read={read} write={write} />
        </Filters>
        {error && <ErrorNotice error={error} onRetry={reload} />}
        {!page && fetching && <Loading />}
        {page && entries.length === 0 && (
          <Empty title={active > 0 ? 'No entry matches' : 'Nothing is on record yet'}>
            {active > 0 ? (
              <Button variant="default" onClick={() => write(ALL_FILTERS)}>
                Clear the filters
              </Button>
            ) : (
              <Text className="soft">What happens from now on appears here.</Text>
            )}
          </Empty>
        )}
        {entries.length > 0 && <EntriesTable entries={entries} />}
        {page && (page.totalCount > 0 || page.pageInfo.hasNextPage) && (
          <Group justify="space-between" p="md" gap="sm">
            <Text size="sm" className="soft" role="status">
              {!page.isTotalCountExact && 'At least '}
              {page.totalCount === 1 ? '1 entry' : `${page.totalCount.toLocaleString()} entries`}
            </Text>
            <PageTurner after={after} pageInfo={page.pageInfo} write={write} />
          </Group>
        )}
      </Card>
    </>
  );
}
