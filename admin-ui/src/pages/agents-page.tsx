import { Anchor, Badge, Button, Card, Code, Group, Pagination, Select, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useMemo, useState } from 'react';
import { useQuery } from 'urql';
import { Link } from 'wouter';
import { AgentStatusDot } from '../components/agent-status.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { useQueryState } from '../components/query-state.ts';
import { SortButton } from '../components/sort-button.tsx';
import { Empty, ErrorNotice, Loading } from '../components/states.tsx';
import { Time } from '../components/time.tsx';
import { type AgentOrder, AgentsDocument, type AgentsQuery } from '../generated/graphql.ts';
import { isOfRequest, useActivity } from '../live/activity.tsx';

const PAGE_SIZE = 20;
const SEARCH_DELAY_MS = 250;
const COUNT_EVERY_MS = 5_000;
const ACTIONS_SHOWN = 3;

type Row = AgentsQuery['agentSummaries']['rows'][number];

/** Midnight of today, here. */
function startOfToday(): string {
  const now = new Date();
  return new Date(now.getFullYear(), now.getMonth(), now.getDate()).toISOString();
}

/** Every agent, live: who can be reached, what they offer, how busy they are. */
export function AgentsPage() {
  const { read, write } = useQueryState();
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
      />
      <Card padding={0}>
        <Filters search={search} status={status} action={action} write={write} />
        {error && <ErrorNotice error={error} onRetry={reload} />}
        {!summaries && fetching && <Loading />}
        {summaries && summaries.rows.length === 0 && (isFiltered ? <NoMatch write={write} /> : <FirstAgent />)}
        {summaries && summaries.rows.length > 0 && (
          <Table.ScrollContainer minWidth={860} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
            <Table highlightOnHover aria-label="Agents">
              <Table.Thead>
                <Table.Tr>
                  <SortButton label="Handle" order="HANDLE" {...sort} />
                  <SortButton label="Name" order="NAME" {...sort} />
                  <Table.Th>Actions</Table.Th>
                  <SortButton label="Last heartbeat" order="LAST_HEARTBEAT" {...sort} />
                  <SortButton label="Requests today" order="REQUESTS" {...sort} align="right" />
                  <SortButton label="Failed" order="FAILURES" {...sort} align="right" />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {summaries.rows.map((row) => (
                  <AgentRow key={row.agent.id} row={row} />
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
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

type FilterProps = {
  readonly search: string;
  readonly status: string;
  readonly action: string;
  readonly write: (changes: Readonly<Record<string, string>>) => void;
};

function Filters({ search, status, action, write }: FilterProps) {
  const [texts, setTexts] = useState({ search, action });
  useEffect(() => setTexts({ search, action }), [search, action]);
  const writeSoon = useDebouncedCallback(
    (name: string, value: string) => write({ [name]: value, page: '' }),
    SEARCH_DELAY_MS,
  );
  const type = (name: 'search' | 'action', value: string) => {
    setTexts((before) => ({ ...before, [name]: value }));
    writeSoon(name, value.trim());
  };
  return (
    <Group p="md" gap="sm" align="flex-end">
      <TextInput
        label="Search"
        placeholder="Handle, name or description"
        leftSection={<IconSearch size={16} aria-hidden />}
        value={texts.search}
        onChange={(event) => type('search', event.currentTarget.value)}
        style={{ flex: '2 1 220px' }}
      />
      <TextInput
        label="Offers action"
        placeholder="calendar.schedule"
        value={texts.action}
        onChange={(event) => type('action', event.currentTarget.value)}
        style={{ flex: '1 1 150px' }}
      />
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
    </Group>
  );
}

function AgentRow({ row: { agent, requests, failures } }: { readonly row: Row }) {
  const actions = agent.capabilities?.capabilities.map(({ action }) => action) ?? [];
  return (
    <Table.Tr>
      <Table.Td>
        <Group gap={10} wrap="nowrap">
          <AgentStatusDot status={agent.status} />
          <Link href={`/agents/${agent.handle}`} className="row-link">
            {agent.handle}
          </Link>
        </Group>
      </Table.Td>
      <Table.Td className="cell-text">{agent.displayName}</Table.Td>
      <Table.Td>
        {actions.length === 0 ? (
          <Text component="span" size="sm" className="soft">
            No contract yet
          </Text>
        ) : (
          <Group gap={4}>
            {actions.slice(0, ACTIONS_SHOWN).map((action) => (
              <Badge key={action} variant="default" tt="none" fw={500} className="wrap-anywhere">
                {action}
              </Badge>
            ))}
            {actions.length > ACTIONS_SHOWN && (
              <Text component="span" size="xs" className="soft">
                {`and ${actions.length - ACTIONS_SHOWN} more`}
              </Text>
            )}
          </Group>
        )}
      </Table.Td>
      <Table.Td>
        {agent.lastHeartbeatAt ? <Time at={agent.lastHeartbeatAt} relative /> : <span className="soft">Never</span>}
      </Table.Td>
      <Table.Td ta="right">{requests.toLocaleString()}</Table.Td>
      <Table.Td ta="right" style={{ color: failures > 0 ? 'var(--bad)' : undefined }}>
        {requests === 0 ? '–' : `${((failures / requests) * 100).toFixed(failures > 0 ? 1 : 0)} %`}
      </Table.Td>
    </Table.Tr>
  );
}

const NoMatch = ({ write }: Pick<FilterProps, 'write'>) => (
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
