import { Card } from '@mantine/core';
import { useQuery } from 'urql';
import { PageHeader } from '../components/page-header.tsx';
import { ErrorNotice, Loading } from '../components/states.tsx';
import { OwnKeysDocument } from '../generated/graphql.ts';
import { KeysTable } from '../keys/keys-table.tsx';

/** The owner's own keys, with which it logs in here. */
export function OwnKeysPage() {
  const [{ data, error, fetching }, refetch] = useQuery({ query: OwnKeysDocument, requestPolicy: 'cache-and-network' });
  const reload = () => refetch({ requestPolicy: 'network-only' });
  const owner = data?.viewer?.__typename === 'Owner' ? data.viewer : null;
  return (
    <>
      <PageHeader
        title="Keys"
        documentTitle="Keys"
        hint="Your own: whoever has one logs in here as you. Those of an agent are on its page."
      />
      <Card padding={0}>
        {error && <ErrorNotice error={error} onRetry={reload} />}
        {!owner && fetching && <Loading />}
        {owner && (
          <KeysTable holder={{ kind: 'OWNER', id: owner.id }} whose="you" keys={owner.apiKeys} onChanged={reload} />
        )}
      </Card>
    </>
  );
}
