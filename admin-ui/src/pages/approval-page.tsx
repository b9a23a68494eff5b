import { Button, Group, SimpleGrid, Stack } from '@mantine/core';
import { IconBookmark, IconCheck, IconPencil, IconX } from '@tabler/icons-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useQuery, useSubscription } from 'urql';
import { useLocation } from 'wouter';
import { ApprovalStatusBadge } from '../components/approval-status.tsx';
import { Copyable } from '../components/copyable.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { useQueryState } from '../components/query-state.ts';
import { type Shortcut, Shortcuts } from '../components/shortcuts.tsx';
import { ErrorNotice, Loading, NothingHere } from '../components/states.tsx';
import { VisibleText } from '../components/visible-text.tsx';
import {
  ApprovalChangesDocument,
  type ApprovalChangesSubscription,
  type ApprovalDetailsFragment,
  ApprovalDocument,
  ApprovalLineDocument,
} from '../generated/graphql.ts';
import { onReconnected } from '../live/reconnections.ts';
import { useRole } from '../viewer.tsx';
import { Asked } from './approval/asked.tsx';
import { changesBetween } from './approval/changes.ts';
import { ChangesList } from './approval/changes-list.tsx';
import { type Choice, DecideDialog } from './approval/decide-dialog.tsx';
import { Decisions } from './approval/decisions.tsx';
import { WhoAsks, WhyHeld } from './approval/why-and-who.tsx';

const BACK = { href: '/approvals', label: 'Approvals' };
/** As many as the platform lists at once. */
const LINE_MAX = 100;

/** One approval, live: what would be done, who asks, why it is held, who said what, and the decision. */
export function ApprovalPage({ id }: { readonly id: string }) {
  const [{ data, error, fetching }, refetch] = useQuery({
    query: ApprovalDocument,
    variables: { id },
    requestPolicy: 'cache-and-network',
  });
  const approval = data?.approval;
  const reload = () => refetch({ requestPolicy: 'network-only' });
  if (error && !approval) return <ErrorNotice error={error} onRetry={reload} />;
  if (!approval)
    return fetching || data === undefined ? <Loading /> : <NothingHere title="There is no such approval" />;
  return <Approval key={id} approval={approval} onReload={reload} />;
}

type Props = { readonly approval: ApprovalDetailsFragment; readonly onReload: () => void };

function Approval({ approval, onReload }: Props) {
  const { read, write } = useQueryState();
  const [choice, setChoice] = useState<Choice | null>(() => wantedBy(read('decide'), approval));
  // What was looked at; another digest is something else to be decided.
  const [seen, setSeen] = useState(approval);
  const isOpen = approval.status === 'PENDING';
  useChanges(approval, onReload);
  const mayDecide = isOpen && approval.mayDecide;
  const isChanged = isOpen && approval.digest !== seen.digest;
  const mayEdit = mayDecide && approval.mayEdit;
  const mayRemember = useMayRemember(approval) && mayDecide;
  const decide = (next: Choice) => {
    if ({ APPROVE: mayDecide, CHANGE: mayEdit, REMEMBER: mayRemember, DENY: mayDecide }[next]) setChoice(next);
  };
  const next = useNeighbours(approval.id);
  const shortcuts: readonly Shortcut[] = [
    { key: 'a', does: 'Approve: opens its dialog', act: () => decide('APPROVE') },
    ...(mayEdit
      ? [{ key: 'e', does: 'Approve with changes: opens its dialog', act: () => decide('CHANGE') } as const]
      : []),
    ...(mayRemember
      ? [{ key: 'r', does: 'Approve and remember: opens its dialog', act: () => decide('REMEMBER') } as const]
      : []),
    { key: 'd', does: 'Deny: opens its dialog', act: () => decide('DENY') },
    { key: 'j', does: 'To the next one that waits', act: () => next(1) },
    { key: 'k', does: 'To the one before', act: () => next(-1) },
  ];
  return (
    <>
      <Shortcuts shortcuts={shortcuts} />
      <PageHeader
        title={
          <Group component="span" gap="sm" display="inline-flex">
            <VisibleText breaksAtDots>{approval.request.action}</VisibleText>
            <ApprovalStatusBadge status={approval.status} />
          </Group>
        }
        documentTitle={`${approval.request.action} · Approval`}
        back={BACK}
        hint={<Copyable text={approval.id} label="the approval's id" />}
        actions={
          mayDecide && (
            <>
              <Button leftSection={<IconCheck size={16} aria-hidden />} onClick={() => decide('APPROVE')}>
                Approve
              </Button>
              {mayEdit && (
                <Button
                  variant="default"
                  leftSection={<IconPencil size={16} aria-hidden />}
                  onClick={() => decide('CHANGE')}
                >
                  Approve with changes
                </Button>
              )}
              {mayRemember && (
                <Button
                  variant="default"
                  leftSection={<IconBookmark size={16} aria-hidden />}
                  onClick={() => decide('REMEMBER')}
                >
                  Approve and remember
                </Button>
              )}
              <Button
                variant="default"
                leftSection={<IconX size={16} aria-hidden color="var(--bad)" />}
                onClick={() => decide('DENY')}
              >
                Deny
              </Button>
            </>
          )
        }
      />
      {isChanged && (
        <Stack mb="lg" gap="xs">
          <ChangesList title="It changed while you looked" changes={changesBetween(seen, approval)} />
          <Button variant="default" w="fit-content" onClick={() => setSeen(approval)}>
            I have seen it
          </Button>
        </Stack>
      )}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Asked approval={approval} />
        <Stack gap="lg" style={{ minWidth: 0 }}>
          <WhyHeld approval={approval} />
          <WhoAsks approval={approval} />
          <Decisions approval={approval} />
        </Stack>
      </SimpleGrid>
      <DecideDialog
        approval={seen}
        choice={choice}
        onDecided={onReload}
        onClose={() => {
          setChoice(null);
          write({ decide: '' });
          onReload();
        }}
      />
    </>
  );
}

/** Approvers publish no rules; and one is made only with the voice that no other has to follow. */
function useMayRemember({ quorum, decisions }: ApprovalDetailsFragment): boolean {
  const missing = quorum - decisions.filter(({ verdict }) => verdict === 'APPROVE').length;
  return useRole() !== 'approver' && missing <= 1;
}

/** The list leads here with what is to be decided: its dialog is open then, and nothing else has happened. */
function wantedBy(decide: string, { status, mayDecide }: ApprovalDetailsFragment): Choice | null {
  if (status !== 'PENDING' || !mayDecide) return null;
  return decide === 'approve' ? 'APPROVE' : decide === 'deny' ? 'DENY' : null;
}

/** Looks again when somebody voted, or what would be done became another; a change that nothing tells of is met at the decision. */
function useChanges({ id, agent }: ApprovalDetailsFragment, onReload: () => void): void {
  const latest = useRef({ id, onReload });
  latest.current = { id, onReload };
  const look = useCallback((_before: unknown, { approvalActivity: told }: ApprovalChangesSubscription) => {
    if (told.id === latest.current.id) latest.current.onReload();
    return null;
  }, []);
  const variables = { agentId: agent?.id ?? '' };
  useSubscription({ query: ApprovalChangesDocument, variables, pause: !agent }, look);
  useEffect(() => onReconnected(() => latest.current.onReload()), []);
}

/** Leads to the one that waits after this, or before it, by the end of their time. */
function useNeighbours(id: string): (step: 1 | -1) => void {
  const [{ data }] = useQuery({ query: ApprovalLineDocument, variables: { first: LINE_MAX } });
  const [, goTo] = useLocation();
  return (step) => {
    const line = (data?.approvals.edges ?? [])
      .map(({ node }) => node)
      .sort((a, b) => Date.parse(a.expiresAt) - Date.parse(b.expiresAt));
    const at = line.findIndex((each) => each.id === id);
    const to = line[at === -1 ? 0 : at + step];
    if (to !== undefined && to.id !== id) goTo(`/approvals/${to.id}`);
  };
}
