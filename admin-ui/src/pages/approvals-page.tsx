import { Anchor, Card, Group, SegmentedControl, Text } from '@mantine/core';
import { type ReactNode, useCallback, useMemo, useRef } from 'react';
import { useQuery } from 'urql';
import { Link, useLocation } from 'wouter';
import { ApprovalStatusBadge } from '../components/approval-status.tsx';
import { Countdown } from '../components/countdown.tsx';
import { LongText } from '../components/long-text.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { PageTurner } from '../components/page-turner.tsx';
import { useQueryState } from '../components/query-state.ts';
import { type Column, RowsTable } from '../components/rows-table.tsx';
import { type Shortcut, Shortcuts } from '../components/shortcuts.tsx';
import { Empty, ErrorNotice, Loading } from '../components/states.tsx';
import { Time } from '../components/time.tsx';
import { VisibleText } from '../components/visible-text.tsx';
import { type ApprovalRowFragment, PendingApprovalsDocument, ResolvedApprovalsDocument } from '../generated/graphql.ts';
import { useApprovalActivity } from '../live/approval-activity.ts';
import { useRole } from '../viewer.tsx';

/** As many as a page of the API has. */
const PENDING_MAX = 100;
const PAGE_SIZE = 25;

/** What waits for somebody to decide, live, and what was decided. */
export function ApprovalsPage() {
  const { read, write } = useQueryState();
  const shows = read('show') === 'resolved' ? 'resolved' : 'pending';
  return (
    <>
      {shows === 'resolved' && (
        <PageHeader title="Approvals" documentTitle="Approvals" hint="What was held, and what became of it." />
      )}
      {shows === 'pending' && <Pending control={<Show value={shows} write={write} />} />}
      {shows === 'resolved' && (
        <Resolved control={<Show value={shows} write={write} />} after={read('after')} write={write} />
      )}
    </>
  );
}

type Write = ReturnType<typeof useQueryState>['write'];

const Show = ({ value, write }: { readonly value: string; readonly write: Write }) => (
  <Group p="md">
    <SegmentedControl
      aria-label="Which approvals"
      value={value}
      onChange={(next) => write({ show: next === 'pending' ? '' : next, after: '' })}
      data={[
        { value: 'pending', label: 'Waiting' },
        { value: 'resolved', label: 'Over' },
      ]}
    />
  </Group>
);

/** What has the least time left comes first. Keys go through the rows, and decide nothing. */
function Pending({ control }: { readonly control: ReactNode }) {
  const [, navigate] = useLocation();
  const list = useRef<HTMLDivElement>(null);
  const [{ data, error, fetching }, refetch] = useQuery({
    query: PendingApprovalsDocument,
    variables: { last: PENDING_MAX },
    requestPolicy: 'cache-and-network',
  });
  const reload = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  useApprovalActivity(reload);
  const page = data?.approvals;
  const approvals = useMemo(
    () => (page?.edges ?? []).map(({ node }) => node).toSorted((a, b) => a.expiresAt.localeCompare(b.expiresAt)),
    [page],
  );
  const count = page?.totalCount ?? 0;

  const links = (): readonly HTMLElement[] => [...(list.current?.querySelectorAll<HTMLElement>('a.row-link') ?? [])];

  const chosen = () => (document.activeElement === null ? -1 : links().indexOf(document.activeElement as HTMLElement));
  const move = (step: 1 | -1) => {
    const all = links();
    const at = chosen();
    all[at === -1 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)]?.focus();
  };
  const open = (verdict: 'approve' | 'deny') => {
    const approval = approvals[chosen()];
    if (approval) navigate(`/approvals/${approval.id}?decide=${verdict}`);
  };
  const shortcuts: readonly Shortcut[] = [
    { key: 'j', does: 'To the next one; Enter looks at it', act: () => move(1) },
    { key: 'k', does: 'To the one before', act: () => move(-1) },
    { key: 'a', does: 'Look at it, to approve it', act: () => open('approve') },
    { key: 'd', does: 'Look at it, to deny it', act: () => open('deny') },
  ];
  return (
    <>
      <Shortcuts shortcuts={shortcuts} />
      <PageHeader
        title="Approvals"
        documentTitle={count === 0 ? 'Approvals' : `(${count}) Approvals`}
        hint="What rules hold until somebody decides; what has the least time left comes first."
      />
      <Card padding={0} ref={list}>
        {control}
        {error && <ErrorNotice error={error} onRetry={reload} />}
        {!page && fetching && <Loading />}
        {page && approvals.length === 0 && (
          <Empty title="Nothing waits for a decision">
            <Text className="soft">What a rule holds appears here by itself.</Text>
          </Empty>
        )}
        {approvals.length > 0 && <ApprovalsTable approvals={approvals} isOpen />}
        {count > 0 && (
          <Text size="sm" className="soft" role="status" p="md">
            {count === 1 ? '1 waits' : `${count.toLocaleString()} wait`}
            {count > approvals.length && `; the ${approvals.length} that came first are shown`}
          </Text>
        )}
      </Card>
    </>
  );
}

type ResolvedProps = { readonly control: ReactNode; readonly after: string; readonly write: Write };

function Resolved({ control, after, write }: ResolvedProps) {
  const [{ data, error, fetching }, refetch] = useQuery({
    query: ResolvedApprovalsDocument,
    variables: { first: PAGE_SIZE, after: after || null },
    requestPolicy: 'cache-and-network',
  });
  const reload = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  useApprovalActivity(reload);
  const page = data?.approvals;
  const approvals = page?.edges.map(({ node }) => node) ?? [];
  return (
    <Card padding={0}>
      {control}
      {error && <ErrorNotice error={error} onRetry={reload} />}
      {!page && fetching && <Loading />}
      {page && approvals.length === 0 && <Empty title="Nothing was decided yet" />}
      {approvals.length > 0 && <ApprovalsTable approvals={approvals} />}
      {page && page.totalCount > 0 && (
        <Group justify="space-between" p="md" gap="sm">
          <Text size="sm" className="soft" role="status">
            {page.totalCount === 1 ? '1 is over' : `${page.totalCount.toLocaleString()} are over`}
          </Text>
          <PageTurner after={after} pageInfo={page.pageInfo} write={write} />
        </Group>
      )}
    </Card>
  );
}

const columnsOf = (isOpen: boolean): readonly Column[] => [
  { label: 'Action', isText: true },
  { label: 'Agent', isText: true },
  { label: 'Who asks', isText: true },
  { label: 'Why it is held', isText: true },
  { label: isOpen ? 'Time left' : 'What became of it' },
  ...(isOpen ? [] : [{ label: 'When' }]),
];

type TableProps = { readonly approvals: readonly ApprovalRowFragment[]; readonly isOpen?: boolean };

function ApprovalsTable({ approvals, isOpen = false }: TableProps) {
  const seesAgents = useRole() !== 'approver';
  return (
    <RowsTable
      label="Approvals"
      columns={columnsOf(isOpen)}
      rows={approvals.map(({ id, status, request, agent, sender, holdReasons, expiresAt, resolvedAt }) => ({
        key: id,
        attributes: { 'data-approval': id },
        cells: [
          <Link key="action" href={`/approvals/${id}`} className="row-link">
            <VisibleText breaksAtDots>{request.action}</VisibleText>
          </Link>,
          agent && seesAgents ? (
            <Anchor key="agent" component={Link} href={`/agents/${agent.handle}`} inherit>
              <LongText>{agent.handle}</LongText>
            </Anchor>
          ) : (
            <LongText key="agent">{agent?.handle ?? 'deleted'}</LongText>
          ),
          <VisibleText key="sender">{sender.displayName ?? 'somebody who is gone'}</VisibleText>,
          <VisibleText key="reason">{holdReasons.map(({ reason }) => reason).join('; ')}</VisibleText>,
          isOpen ? <Countdown key="left" to={expiresAt} /> : <ApprovalStatusBadge key="status" status={status} />,
          ...(isOpen ? [] : [<Time key="when" at={resolvedAt ?? expiresAt} relative />]),
        ],
      }))}
    />
  );
}
