import { Anchor, Text } from '@mantine/core';
import { useQuery } from 'urql';
import { Link } from 'wouter';
import { RequestsTable } from '../../components/requests-table.tsx';
import { Empty, ErrorNotice, Loading } from '../../components/states.tsx';
import { RequestsDocument } from '../../generated/graphql.ts';
import { isOfRequest, useActivity } from '../../live/activity.tsx';

const SHOWN = 10;

/** What the agent was asked lately, live. */
export function RecentRequests({ handle }: { readonly handle: string }) {
  const [{ data, error, fetching }, refetch] = useQuery({
    query: RequestsDocument,
    variables: { handle, first: SHOWN },
    requestPolicy: 'cache-and-network',
  });
  useActivity(isOfRequest, () => refetch({ requestPolicy: 'network-only' }));
  if (error) return <ErrorNotice error={error} />;
  if (!data) return fetching ? <Loading /> : null;
  const { totalCount, isTotalCountExact } = data.requests;
  const requests = data.requests.edges.map(({ node }) => node);
  if (requests.length === 0) return <Empty title="It has not been asked for anything yet" />;
  return (
    <>
      <RequestsTable requests={requests} showAgent={false} />
      <Text p="md" size="sm">
        <Anchor component={Link} href={`/requests?agent=${encodeURIComponent(handle)}`} underline="always">
          {totalCount > SHOWN
            ? `All ${isTotalCountExact ? '' : 'of at least '}${totalCount.toLocaleString()} requests`
            : 'Filter its requests'}
        </Anchor>
      </Text>
    </>
  );
}
