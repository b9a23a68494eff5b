import { Anchor, Text } from '@mantine/core';
import { useQuery } from 'urql';
import { Link } from 'wouter';
import { Empty, ErrorNotice, Loading } from '../components/states.tsx';
import { AuditEntriesDocument } from '../generated/graphql.ts';
import { EntriesTable } from './entries-table.tsx';

const SHOWN = 10;

type Props = {
  /** Whose: an agent's, or a request's. */
  readonly of: { readonly agentId: string } | { readonly requestId: string };
};

/** What is on record of an agent, or of a request: the newest of it. */
export function OwnEntries({ of }: Props) {
  const [{ data, error, fetching }, refetch] = useQuery({
    query: AuditEntriesDocument,
    variables: { ...of, first: SHOWN },
    requestPolicy: 'cache-and-network',
  });
  const page = data?.auditEntries;
  if (error) return <ErrorNotice error={error} onRetry={() => refetch({ requestPolicy: 'network-only' })} />;
  if (!page) return fetching || data === undefined ? <Loading /> : null;
  if (page.edges.length === 0) {
    return (
      <Empty title="Nothing is on record">
        <Text className="soft">What happens from now on is.</Text>
      </Empty>
    );
  }
  const [[name, value] = ['', '']] = Object.entries(of);
  return (
    <>
      <EntriesTable entries={page.edges.map(({ node }) => node)} showAgent={false} showRequest={name === 'agentId'} />
      {page.pageInfo.hasNextPage && (
        <Text size="sm" p="md">
          <Anchor
            component={Link}
            href={`/audit?${name === 'agentId' ? 'agent' : 'request'}=${value}`}
            underline="always"
          >
            All of it
          </Anchor>
        </Text>
      )}
    </>
  );
}
