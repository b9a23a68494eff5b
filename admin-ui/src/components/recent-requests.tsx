import { Anchor, Text } from '@mantine/core';
import { useQuery } from 'urql';
import { Link } from 'wouter';
import { RequestsDocument } from '../generated/graphql.ts';
import { isOfRequest, useActivity } from '../live/activity.tsx';
import { RequestsTable } from './requests-table.tsx';
import { Empty, ErrorNotice, Loading } from './states.tsx';

const SHOWN = 10;

type Props = {
  /** Whose: an agent's by its handle, or a sender's by its id. */
  readonly of: { readonly handle: string } | { readonly senderId: string };
};

/** What an agent was asked, or a sender asked, lately, live. */
export function RecentRequests({ of }: Props) {
  const [{ data, error, fetching }, refetch] = useQuery({
    query: RequestsDocument,
    variables: { ...of, first: SHOWN },
    requestPolicy: 'cache-and-network',
  });
  useActivity(isOfRequest, () => refetch({ requestPolicy: 'network-only' }));
  if (error) return <ErrorNotice error={error} />;
  if (!data) return fetching ? <Loading /> : null;
  const { totalCount, isTotalCountExact } = data.requests;
  const requests = data.requests.edges.map(({ node }) => node);
  const isOfAgent = 'handle' in of;
  if (requests.length === 0) {
    return <Empty title={isOfAgent ? 'It has not been asked for anything yet' : 'It has not asked for anything yet'} />;
  }
  const filter = isOfAgent ? `agent=${encodeURIComponent(of.handle)}` : `sender=${of.senderId}`;
  return (
    <>
      <RequestsTable requests={requests} showAgent={!isOfAgent} />
      <Text p="md" size="sm">
        <Anchor component={Link} href={`/requests?${filter}`} underline="always">
          {totalCount > SHOWN
            ? `All ${isTotalCountExact ? '' : 'of at least '}${totalCount.toLocaleString()} requests`
            : 'Filter its requests'}
        </Anchor>
      </Text>
    </>
  );
}
