import { Button, Card, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { IconUserCheck } from '@tabler/icons-react';
import { useQuery, useSubscription } from 'urql';
import { Link } from 'wouter';
import { OwnEntries } from '../audit/own-entries.tsx';
import { Copyable } from '../components/copyable.tsx';
import { Json } from '../components/json.tsx';
import type { Params } from '../components/json-values.ts';
import { PageHeader } from '../components/page-header.tsx';
import { RequestProgress } from '../components/request-progress.tsx';
import { isFinal, RequestStatusBadge } from '../components/request-status.tsx';
import { RequestTimeline } from '../components/request-timeline.tsx';
import { Result } from '../components/result.tsx';
import { ErrorNotice, Loading, NothingHere } from '../components/states.tsx';
import { type RequestDetailsFragment, RequestDocument, RequestUpdatesDocument } from '../generated/graphql.ts';
import { paramChanges } from './approval/changes.ts';
import { Changes } from './approval/changes-list.tsx';
import { CancelRequest } from './request/cancel-request.tsx';

const BACK = { href: '/requests', label: 'Requests' };

/** One request, live: how it went step by step, what was asked and what was answered. */
export function RequestPage({ id }: { readonly id: string }) {
  const [{ data, error, fetching }, refetch] = useQuery({
    query: RequestDocument,
    variables: { id },
    requestPolicy: 'cache-and-network',
  });
  const request = data?.request;
  // What it tells is written into the cache, from where the query above shows it. The platform ends it.
  useSubscription({ query: RequestUpdatesDocument, variables: { id }, pause: !request });

  if (error && !request) {
    return <ErrorNotice error={error} onRetry={() => refetch({ requestPolicy: 'network-only' })} />;
  }
  if (!request) return fetching || data === undefined ? <Loading /> : <NothingHere title="There is no such request" />;
  return (
    <>
      <PageHeader
        title={
          <Group component="span" gap="sm" display="inline-flex">
            {request.action}
            <RequestStatusBadge status={request.status} />
          </Group>
        }
        documentTitle={request.action}
        back={BACK}
        hint={<Copyable text={request.id} label="the request's id" />}
        actions={
          <>
            {request.approval?.approval && <ToApproval {...request.approval.approval} />}
            {!isFinal(request.status) && <CancelRequest id={request.id} />}
          </>
        }
      />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Card component="section" aria-label="Timeline">
          <Title order={2} size="h4" mb="md">
            Timeline
          </Title>
          {request.progress && !isFinal(request.status) && <RequestProgress {...request.progress} />}
          <RequestTimeline request={request} />
        </Card>
        <Content request={request} />
      </SimpleGrid>
      <Card component="section" aria-label="On record" padding={0} mt="lg">
        <Title order={2} size="h4" p="md" pb={0}>
          On record
        </Title>
        <OwnEntries of={{ requestId: request.id }} />
      </Card>
    </>
  );
}

const Content = ({ request }: { readonly request: RequestDetailsFragment }) => (
  <Stack gap="lg" style={{ minWidth: 0 }}>
    <Card component="section" aria-label="Who">
      <Text>
        {'To '}
        {request.agent ? (
          <Link href={`/agents/${request.handle}`} className="row-link">
            {request.handle}
          </Link>
        ) : (
          `${request.handle} (deleted)`
        )}
        {', from '}
        <strong className="wrap-anywhere">{request.senderName ?? 'a sender that is deleted'}</strong>
      </Text>
      <Text size="sm" className="soft" component="div" mt={4}>
        {'Sender '}
        <Copyable text={request.senderId} label="the sender's id" />
      </Text>
      {request.contextId && (
        <Text size="sm" className="soft" component="div" mt={4}>
          {'Belongs to '}
          <Copyable text={request.contextId} label="what it belongs to" />
        </Text>
      )}
    </Card>
    <Card component="section" aria-label="Params">
      <Title order={2} size="h4" mb="sm">
        Params
      </Title>
      {request.paramsRemoved ? (
        <Text className="soft">
          The platform keeps them no longer: of a rejected request they are kept for a short time only. Its log stays.
        </Text>
      ) : request.effectiveParams == null ? (
        <Json value={request.params} label="Params" />
      ) : (
        <ChangedParams asked={request.params} done={request.effectiveParams} />
      )}
    </Card>
    {request.error && (
      <Card component="section" aria-label="Error">
        <Title order={2} size="h4" mb="sm">
          Error
        </Title>
        <Text className="wrap-anywhere">
          <span className="mono">{request.error.code}</span>:{' '}
          <span style={{ whiteSpace: 'pre-line' }}>{request.error.message}</span>
        </Text>
      </Card>
    )}
    {request.status === 'COMPLETED' && (
      <Card component="section" aria-label="Result">
        <Title order={2} size="h4" mb="sm">
          Result
        </Title>
        <Result value={request.result} />
      </Card>
    )}
  </Stack>
);

/** For whoever may look at it: there it is decided, and what was asked stands as it was shown. */
const ToApproval = ({ id, mayDecide }: { readonly id: string; readonly mayDecide: boolean }) => (
  <Button
    component={Link}
    href={`/approvals/${id}`}
    variant={mayDecide ? 'filled' : 'default'}
    leftSection={<IconUserCheck size={16} aria-hidden />}
  >
    {mayDecide ? 'Decide about it' : 'Its approval'}
  </Button>
);

/** What was asked, and what is done in place of it. */
const ChangedParams = ({ asked, done }: { readonly asked: Params; readonly done: Params }) => (
  <Stack gap="sm">
    <Text size="sm" c="var(--hold)">
      Whoever approved it changed them: the agent gets what is done, and nothing of what was asked.
    </Text>
    <Changes label="What was changed" changes={paramChanges(asked, done)} />
    <Title order={3} size="h6">
      What is done
    </Title>
    <Json value={done} label="What is done" />
    <Title order={3} size="h6">
      What was asked
    </Title>
    <Json value={asked} label="What was asked" />
  </Stack>
);
