import { Badge, Button, Card, Group, Select, Text } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from 'urql';
import { Link } from 'wouter';
import { Filters } from '../components/filters.tsx';
import { TextFilter } from '../components/list-filters.tsx';
import { LongText } from '../components/long-text.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { PageTurner } from '../components/page-turner.tsx';
import { useQueryState } from '../components/query-state.ts';
import { RowsTable } from '../components/rows-table.tsx';
import { Empty, ErrorNotice, Loading } from '../components/states.tsx';
import { Time } from '../components/time.tsx';
import { type SenderRowFragment, SendersDocument } from '../generated/graphql.ts';

const PAGE_SIZE = 25;

/** Everybody who may submit requests: found by name, and who of them is suspended. */
export function SendersPage() {
  const state = useQueryState();
  const { read, write } = state;
  const [search, suspended, after] = [read('search'), read('suspended'), read('after')];
  const [{ data, error, fetching }, refetch] = useQuery({
    query: SendersDocument,
    variables: {
      search: search || null,
      suspended: suspended === '' ? null : suspended === 'yes',
      first: PAGE_SIZE,
      after: after || null,
    },
    requestPolicy: 'cache-and-network',
  });
  const reload = () => refetch({ requestPolicy: 'network-only' });
  const page = data?.senders;
  const senders = page?.edges.map(({ node }) => node) ?? [];
  const isFiltered = search !== '' || suspended !== '';
  return (
    <>
      <PageHeader title="Senders" documentTitle="Senders" hint="Who may submit requests, newest first." />
      <Card padding={0}>
        <SenderFilters {...state} />
        {error && <ErrorNotice error={error} onRetry={reload} />}
        {!page && fetching && <Loading />}
        {page && senders.length === 0 && (
          <Empty title={titleOf(isFiltered, page.pageInfo.hasNextPage)}>
            {isFiltered ? (
              <Button variant="default" onClick={() => write({ search: '', suspended: '', after: '' })}>
                Clear the filters
              </Button>
            ) : (
              <Text className="soft">Senders register themselves, where the settings let them.</Text>
            )}
          </Empty>
        )}
        {senders.length > 0 && (
          <RowsTable
            label="Senders"
            columns={[
              { label: 'Name', isText: true },
              { label: 'State' },
              { label: 'Id', isText: true },
              { label: 'Registered' },
            ]}
            rows={senders.map(rowOf)}
          />
        )}
        {page && (after || page.pageInfo.hasNextPage) && (
          <Group justify="flex-end" p="md">
            <PageTurner after={after} pageInfo={page.pageInfo} write={write} />
          </Group>
        )}
      </Card>
    </>
  );
}

/** A search looks at so many senders for a page: an empty one need not be the last. */
function titleOf(isFiltered: boolean, hasMore: boolean): string {
  if (!isFiltered) return 'Nobody has registered as a sender yet';
  return hasMore ? 'None of the newest matches: look at older ones' : 'No sender matches';
}

const rowOf = ({ id, displayName, createdAt, suspension }: SenderRowFragment) => ({
  key: id,
  attributes: { 'data-sender': id },
  cells: [
    <Link key="name" href={`/senders/${id}`} className="row-link">
      <LongText>{displayName}</LongText>
    </Link>,
    suspension ? <SuspendedBadge key="state" /> : 'Active',
    <span key="id" className="mono">
      {id}
    </span>,
    <Time key="at" at={createdAt} />,
  ],
});

/** Somebody is suspended. */
const SuspendedBadge = () => (
  <Badge variant="outline" tt="none" styles={{ root: { color: 'var(--bad)', borderColor: 'var(--bad)' } }}>
    Suspended
  </Badge>
);

function SenderFilters({ read, write }: ReturnType<typeof useQueryState>) {
  const suspended = read('suspended');
  return (
    <Filters
      active={suspended === '' ? 0 : 1}
      first={
        <TextFilter
          name="search"
          read={read}
          write={write}
          label="Search"
          placeholder="Name or id"
          leftSection={<IconSearch size={16} aria-hidden />}
          style={{ flex: '2 1 180px' }}
        />
      }
    >
      <Select
        label="State"
        data={[
          { value: '', label: 'Any' },
          { value: 'no', label: 'Active' },
          { value: 'yes', label: 'Suspended' },
        ]}
        value={suspended}
        onChange={(value) => write({ suspended: value ?? '', after: '' })}
        allowDeselect={false}
        style={{ flex: '0 1 150px' }}
      />
    </Filters>
  );
}
