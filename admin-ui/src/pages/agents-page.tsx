import { Anchor, Badge, Button, Card, Code, Group, Pagination, Select, Text } from '@mantine/core';
import { IconSearch, IconZzz } from '@tabler/icons-react';
import { type ComponentProps, useMemo } from 'react';
import { useQuery } from 'urql';
import { Link } from 'wouter';
import { AgentStatusDot } from '../components/agent-status.tsx';
import { Filters } from '../components/filters.tsx';
import { TextFilter } from '../components/list-filters.tsx';
import { LongText } from '../components/long-text.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { useQueryState } from '../components/query-state.ts';
import { type Column, RowsTable } from '../components/rows-table.tsx';
import { SortButton } from '../components/sort-button.tsx';
import { Empty, ErrorNotice, Loading } from '../components/states.tsx';
import { Time } from '../components/time.tsx';
import { type AgentOrder, AgentsDocument, type AgentsQuery } from '../generated/graphql.ts';
import { isOfRequest, useActivity } from '../live/activity.tsx';
import { useRole } from '../viewer.tsx';

const PAGE_SIZE = 20;
const COUNT_EVERY_MS = 5_000;
const ACTIONS_SHOWN = 3;

type Sort = Pick<ComponentProps<typeof SortButton>, 'orderBy' | 'descending' | 'onSort'>;
type Row = AgentsQuery['agentSummaries']['rows'][number];

/** Midnight of today, here. */
function startOfToday(): string {
  const now = new Date();
  return new Date(now.getFullYear(), now.getMonth(), now.getDate()).toISOString();
}

/** Every agent, live: who can be reached, what they offer, how busy they are. */
export function AgentsPage() {
  const state = useQueryState();
  const { read, write } = state;
  const isAdmin = useRole() === 'admin';
  const [search, status, action] = [read('search'), read('status'), read('action')];
  const orderBy = (read('sort') || 'NEWEST') as AgentOrder;
  const descending = read('order') ? read('order') === 'desc' : orderBy !== 'HANDLE' && orderBy !== 'NAME';
  const page = Math.max(1, Number.parseInt(read('page'), 10) || 1);
  const since = useMemo(startOfToday, []);

  const [{ data, error, fetching }, refetch] = useQuery({
    query: AgentsDocument,
    variables: {
      search: search || null,
      action: action || null,
      status: status === 'ACTIVE' || status === 'INACTIVE' ? status : null,
      since,
      orderBy,
      descending,
      page,
      pageSize: PAGE_SIZE,
    },
    requestPolicy: 'cache-and-network',
  });
  const reload = () => refetch({ requestPolicy: 'network-only' });
  useActivity((activity) => !isOfRequest(activity), reload);
  // Counting a busy day again costs more than showing who came.
  useActivity(isOfRequest, reload, COUNT_EVERY_MS);

  const summaries = data?.agentSummaries;
  const isFiltered = search !== '' || status !== '' || action !== '';
  const sortBy = (order: AgentOrder, isDescending: boolean) =>
    write({ sort: order, order: isDescending ? 'desc' : 'asc', page: '' });
  const sort = { orderBy, descending, onSort: sortBy };

  return (
    <>
      <PageHeader
        title="Agents"
        documentTitle="Agents"
        hint="Who is registered, who can be reached, and how they are doing today."
        actions={
          isAdmin && (
            <Button
              component={Link}
              href="/resting-handles"
              variant="default"
              leftSection={<IconZzz size={16} aria-hidden />}
            >
              Resting handles
            </Button>
          )
        }
      />
      <Card padding={0}>
        <AgentFilters {...state} sort={sort} />
        {error && <ErrorNotice error={error} onRetry={reload} />}
        {!summaries && fetching && <Loading />}
        {summaries && summaries.rows.length === 0 && (isFiltered ? <NoMatch write={write} /> : <FirstAgent />)}
        {summaries && summaries.rows.length > 0 && (
          <RowsTable label="Agents" columns={columnsOf(sort)} rows={summaries.rows.map(rowOf)} />
        )}
        {summaries && summaries.totalCount > 0 && (
          <Group justify="space-between" p="md" gap="sm">
            <Text size="sm" className="soft" role="status">
              {summaries.totalCount === 1 ? '1 agent' : `${summaries.totalCount.toLocaleString()} agents`}
            </Text>
            {summaries.totalCount > PAGE_SIZE && (
              <Pagination
                size="sm"
                value={page}
                total={Math.ceil(summaries.totalCount / PAGE_SIZE)}
                onChange={(next) => write({ page: next === 1 ? '' : String(next) })}
                getControlProps={(control) => ({ 'aria-label': `${control} page` })}
                getItemProps={(item) => ({ 'aria-label': `Page ${item}` })}
              />
            )}
          </Group>
        )}
      </Card>
    </>
  );
}

type FilterState = ReturnType<typeof useQueryState>;

function AgentFilters({ read, write, sort }: FilterState & { readonly sort: Sort }) {
  const status = read('status');
  return (
    <Filters
      active={[status, read('action')].filter(Boolean).length}
      first={
        <TextFilter
          name="search"
          read={read}
          write={write}
          label="Search"
          placeholder="Handle, name or description"
          leftSection={<IconSearch size={16} aria-hidden />}
          style={{ flex: '2 1 180px' }}
        />
      }
      more={
        <Select
          label="Sort by"
          data={Object.entries(ORDERS).map(([value, label]) => ({ value, label }))}
          value={sort.orderBy}
          onChange={(value) => value && sort.onSort(value as AgentOrder, value !== 'HANDLE' && value !== 'NAME')}
          allowDeselect={false}
        />
      }
    >
      <TextFilter name="action" read={read} write={write} label="Offers action" placeholder="calendar.schedule" />
      <Select
        label="Status"
        data={[
          { value: '', label: 'Any' },
          { value: 'ACTIVE', label: 'Active' },
          { value: 'INACTIVE', label: 'Inactive' },
        ]}
        value={status}
        onChange={(value) => write({ status: value ?? '', page: '' })}
        allowDeselect={false}
        style={{ flex: '0 1 130px' }}
      />
    </Filters>
  );
}

const ORDERS: Readonly<Record<AgentOrder, string>> = {
  NEWEST: 'Newest',
  HANDLE: 'Handle',
  NAME: 'Name',
  LAST_HEARTBEAT: 'Last heartbeat',
  REQUESTS: 'Requests today',
  FAILURES: 'Failed',
};

function columnsOf(sort: Sort): readonly Column[] {
  const sorted = (order: AgentOrder, more: Partial<Column> = {}): Column => ({
    label: ORDERS[order],
    head: <SortButton key={order} label={ORDERS[order]} order={order} {...sort} align={more.align ?? 'left'} />,
    ...more,
  });
  return [
    sorted('HANDLE', { isText: true }),
    sorted('NAME', { isText: true }),
    { label: 'Actions', isText: true },
    sorted('LAST_HEARTBEAT'),
    sorted('REQUESTS', { align: 'right' }),
    sorted('FAILURES', { align: 'right' }),
  ];
}

function rowOf({ agent, requests, failures }: Row) {
  const actions = agent.capabilities?.capabilities.map(({ action }) => action) ?? [];
  return {
    key: agent.id,
    cells: [
      <Group key="handle" gap={10} wrap="nowrap">
        <AgentStatusDot status={agent.status} />
        <Link href={`/agents/${agent.handle}`} className="row-link">
          <LongText>{agent.handle}</LongText>
        </Link>
      </Group>,
      <LongText key="name">{agent.displayName}</LongText>,
      <Actions key="actions" actions={actions} />,
      agent.lastHeartbeatAt ? (
        <Time key="heartbeat" at={agent.lastHeartbeatAt} relative />
      ) : (
        <span key="heartbeat" className="soft">
          Never
        </span>
      ),
      requests.toLocaleString(),
      <span key="failures" style={{ color: failures > 0 ? 'var(--bad)' : undefined }}>
        {requests === 0 ? '–' : `${((failures / requests) * 100).toFixed(failures > 0 ? 1 : 0)} %`}
      </span>,
    ],
  };
}

function Actions({ actions }: { readonly actions: readonly string[] }) {
  if (actions.length === 0) return <span className="soft">No contract yet</span>;
  return (
    <Group gap={4}>
      {actions.slice(0, ACTIONS_SHOWN).map((action) => (
        <Badge key={action} variant="default" tt="none" fw={500} className="badge-text">
          <LongText>{action}</LongText>
        </Badge>
      ))}
      {actions.length > ACTIONS_SHOWN && (
        <Text component="span" size="xs" className="soft">
          {`and ${actions.length - ACTIONS_SHOWN} more`}
        </Text>
      )}
    </Group>
  );
}

const NoMatch = ({ write }: Pick<FilterState, 'write'>) => (
  <Empty title="No agent matches">
    <Button variant="default" onClick={() => write({ search: '', status: '', action: '', page: '' })}>
      Clear the filters
    </Button>
  </Empty>
);

/** How the first one comes here. */
const FirstAgent = () => (
  <Empty title="No agent is registered yet">
    <Text className="soft" maw={520}>
      An agent registers itself, publishes what it offers, and keeps a channel open. One call makes the first one:
    </Text>
    <Code block ta="left" maw="100%" style={{ overflow: 'auto' }} tabIndex={0}>
      {`curl -s ${window.location.origin}/v1/agents \\
  -H 'content-type: application/json' \\
  -d '{"handle": "marius.exec", "display_name": "Marius Exec"}'`}
    </Code>
    <Text className="soft">
      Or walk through it in{' '}
      <Anchor href="/graphql" underline="always">
        GraphiQL
      </Anchor>
      . It appears here by itself when it connects.
    </Text>
  </Empty>
);
