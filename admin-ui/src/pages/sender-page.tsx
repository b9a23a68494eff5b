import { Card, Stack, Text, Title } from '@mantine/core';
import { useQuery } from 'urql';
import { stored } from '../components/bars.tsx';
import { Copyable } from '../components/copyable.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { RecentRequests } from '../components/recent-requests.tsx';
import { ErrorNotice, Loading, NothingHere } from '../components/states.tsx';
import { Suspend } from '../components/suspend.tsx';
import { SuspendedNotice } from '../components/suspended-notice.tsx';
import { useAct } from '../components/use-act.ts';
import { VisibleText } from '../components/visible-text.tsx';
import { ResumeSenderDocument, SenderDocument, SuspendSenderDocument } from '../generated/graphql.ts';
import { KeysTable } from '../keys/keys-table.tsx';

const BACK = { href: '/senders', label: 'Senders' };

/** One sender: what it asked, its keys, and its suspension. */
export function SenderPage({ id }: { readonly id: string }) {
  const [{ data, error, fetching }, refetch] = useQuery({
    query: SenderDocument,
    variables: { id },
    requestPolicy: 'cache-and-network',
  });
  const reload = () => refetch({ requestPolicy: 'network-only' });
  const suspend = useAct(SuspendSenderDocument);
  const resume = useAct(ResumeSenderDocument);
  const sender = data?.sender;
  if (error && !sender) return <ErrorNotice error={error} onRetry={reload} />;
  if (!sender) return fetching || data === undefined ? <Loading /> : <NothingHere title="There is no such sender" />;
  return (
    <>
      <PageHeader
        title={<VisibleText>{sender.displayName}</VisibleText>}
        documentTitle={sender.displayName}
        back={BACK}
        hint={<Copyable text={sender.id} label="the sender's id" />}
        actions={
          <Suspend
            id={sender.id}
            noun="sender"
            isSuspended={sender.suspension != null}
            meanwhile="Its new requests are refused on every node, and what waits is held until it is resumed or expires. What an agent works on already goes on."
            suspend={suspend}
            resume={resume}
            onChanged={reload}
          />
        }
      />
      {sender.suspension && (
        <SuspendedNotice suspension={sender.suspension}>
          Its new requests are refused, and what waits is held.
        </SuspendedNotice>
      )}
      <Stack gap="lg">
        <Text size="sm">{`Stored of it: ${stored(sender.storage)}`}</Text>
        <Card padding={0} component="section" aria-label="Requests">
          <Title order={2} size="h4" p="md" pb={0}>
            Requests
          </Title>
          <RecentRequests of={{ senderId: sender.id }} />
        </Card>
        <Card padding={0} component="section" aria-label="Keys of the sender">
          <Title order={2} size="h4" p="md" pb={0}>
            Keys
          </Title>
          <KeysTable
            holder={{ kind: 'SENDER', id: sender.id }}
            whose="this sender"
            keys={sender.apiKeys}
            onChanged={reload}
          />
        </Card>
      </Stack>
    </>
  );
}
