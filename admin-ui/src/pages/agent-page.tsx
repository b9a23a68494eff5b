import { Badge, Button, Card, Group, SimpleGrid, Stack, Tabs, Text } from '@mantine/core';
import { IconFlask } from '@tabler/icons-react';
import { lazy, type ReactNode, useEffect, useRef } from 'react';
import { useQuery } from 'urql';
import { Link } from 'wouter';
import { OwnEntries } from '../audit/own-entries.tsx';
import { AgentStatusDot } from '../components/agent-status.tsx';
import { stored } from '../components/bars.tsx';
import { Copyable } from '../components/copyable.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { useQueryState } from '../components/query-state.ts';
import { RecentRequests } from '../components/recent-requests.tsx';
import { ErrorNotice, Loading, NothingHere } from '../components/states.tsx';
import { SuspendedNotice } from '../components/suspended-notice.tsx';
import { Time } from '../components/time.tsx';
import { AgentDocument, type AgentQuery } from '../generated/graphql.ts';
import { KeysTable } from '../keys/keys-table.tsx';
import { useActivity } from '../live/activity.tsx';
import { useRole } from '../viewer.tsx';
import { ApproversTab } from './agent/approvers/approvers-tab.tsx';
import { ChannelsTable } from './agent/channels-table.tsx';
import { ContractTable } from './agent/contract-table.tsx';
import { DeleteAgent } from './agent/delete-agent.tsx';
import { Editable } from './agent/editable.tsx';
import { KeysManageWarning, WhoManages } from './agent/keys-manage.tsx';
import { LimitsTab } from './agent/limits/limits-tab.tsx';
import { OwnerDetail } from './agent/owner-detail.tsx';
import { PolicyTable } from './agent/policy-table.tsx';
import { QuarantineNotice } from './agent/quarantine-notice.tsx';
import { ApprovalSettingsTab } from './agent/settings/settings-tab.tsx';
import { SuspendAgent } from './agent/suspend-agent.tsx';
import { VersionHistory } from './agent/version-history.tsx';
import { WebhooksTab } from './agent/webhooks/webhooks-tab.tsx';

const ContractEditor = lazy(() =>
  import('./editor/contract-editor.tsx').then((editor) => ({ default: editor.ContractEditor })),
);
const PoliciesEditor = lazy(() =>
  import('./editor/policies-editor.tsx').then((editor) => ({ default: editor.PoliciesEditor })),
);

const BACK = { href: '/', label: 'Agents' };

/** One agent: whether and how it is connected, what it offers under which rules, who holds keys, what it was asked. */
export function AgentPage({ handle }: { readonly handle: string }) {
  const { read, write } = useQueryState();
  const tab = read('tab') || 'contract';
  const isAdmin = useRole() === 'admin';
  const [{ data, error, fetching }, refetch] = useQuery({
    query: AgentDocument,
    variables: { handle, isAdmin },
    requestPolicy: 'cache-and-network',
  });
  const reload = () => refetch({ requestPolicy: 'network-only' });
  useActivity(
    (activity) => activity.__typename === 'AgentStatusChanged' && activity.agent.handle === handle,
    reload,
    300,
  );

  const agent = data?.agent;
  if (error && !agent) return <ErrorNotice error={error} onRetry={reload} />;
  if (!agent) return fetching || data === undefined ? <Loading /> : <NothingHere title="There is no such agent" />;
  return (
    <>
      <PageHeader
        title={agent.displayName}
        documentTitle={agent.handle}
        back={BACK}
        hint={<Copyable text={agent.handle} label="the handle" />}
        actions={
          <>
            {isAdmin && (
              <>
                <Button
                  component={Link}
                  href={`/try?agent=${encodeURIComponent(agent.handle)}`}
                  variant="default"
                  leftSection={<IconFlask size={16} aria-hidden />}
                >
                  Try it
                </Button>
                <SuspendAgent agent={agent} onChanged={reload} />
              </>
            )}
            <DeleteAgent agent={agent} />
          </>
        }
      />
      {agent.suspension && (
        <SuspendedNotice suspension={agent.suspension}>
          Its channels are closed, and nobody asks it anything. What is open waits.
        </SuspendedNotice>
      )}
      <QuarantineNotice agent={agent} onChanged={reload} />
      <KeysManageWarning agent={agent} onChanged={reload} />
      <Stack gap="lg">
        <Details agent={agent} onChanged={isAdmin ? reload : null} />
        <Card padding={0}>
          <Tabs
            value={tab}
            onChange={(next) => write({ tab: next === 'contract' ? '' : (next ?? '') })}
            keepMounted={false}
          >
            <TabsRow chosen={tab}>
              <Tab value="contract" count={agent.capabilities?.capabilities.length ?? 0}>
                Contract
              </Tab>
              <Tab value="policies" count={agent.policies?.rules.length ?? 0}>
                Policies
              </Tab>
              <Tab value="history">History</Tab>
              <Tab value="requests">Requests</Tab>
              <Tab value="keys" count={agent.apiKeys.filter(({ revokedAt }) => revokedAt === null).length}>
                Keys
              </Tab>
              {agent.channels && (
                <Tab value="channels" count={agent.channels.length}>
                  Channels
                </Tab>
              )}
              <Tab value="approvers">Approvers</Tab>
              <Tab value="approval-settings">Approval settings</Tab>
              <Tab value="limits">Limits</Tab>
              <Tab value="webhooks">Webhooks</Tab>
              <Tab value="audit">Audit</Tab>
            </TabsRow>
            <Tabs.Panel value="contract" p="md">
              <Editable
                name="contract"
                editor={(close) => (
                  <ContractEditor
                    agentId={agent.id}
                    contract={agent.capabilities ?? null}
                    onPublished={reload}
                    onClose={close}
                  />
                )}
              >
                <ContractTable contract={agent.capabilities ?? null} />
              </Editable>
            </Tabs.Panel>
            <Tabs.Panel value="policies" p="md">
              <Editable
                name="policies"
                editor={(close) => (
                  <PoliciesEditor
                    agentId={agent.id}
                    policies={agent.policies ?? null}
                    onPublished={reload}
                    onClose={close}
                  />
                )}
              >
                <PolicyTable policies={agent.policies ?? null} />
              </Editable>
            </Tabs.Panel>
            <Tabs.Panel value="history" p="md">
              <VersionHistory handle={agent.handle} />
            </Tabs.Panel>
            <Tabs.Panel value="requests">
              <RecentRequests of={{ handle: agent.handle }} />
            </Tabs.Panel>
            <Tabs.Panel value="keys">
              <WhoManages agent={agent} onChanged={reload} />
              <KeysTable
                holder={{ kind: 'AGENT', id: agent.id }}
                whose="this agent"
                keys={agent.apiKeys}
                onChanged={reload}
              />
            </Tabs.Panel>
            {agent.channels && (
              <Tabs.Panel value="channels">
                <ChannelsTable channels={agent.channels} />
              </Tabs.Panel>
            )}
            <Tabs.Panel value="approvers">
              <ApproversTab agent={agent} />
            </Tabs.Panel>
            <Tabs.Panel value="approval-settings">
              <ApprovalSettingsTab agent={agent} />
            </Tabs.Panel>
            <Tabs.Panel value="limits">
              <LimitsTab agent={agent} />
            </Tabs.Panel>
            <Tabs.Panel value="webhooks">
              <WebhooksTab agent={agent} />
            </Tabs.Panel>
            <Tabs.Panel value="audit">
              <OwnEntries of={{ agentId: agent.id }} />
            </Tabs.Panel>
          </Tabs>
        </Card>
      </Stack>
    </>
  );
}

/** On a small screen the chosen tab may be at the side of what shows, however it was chosen. */
function TabsRow({ chosen, children }: { readonly chosen: string; readonly children: ReactNode }) {
  const row = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another one is chosen
  useEffect(() => {
    row.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [chosen]);
  return (
    <Tabs.List ref={row} px="md" style={{ flexWrap: 'nowrap', overflowX: 'auto', overflowY: 'hidden' }}>
      {children}
    </Tabs.List>
  );
}

const Tab = ({
  value,
  count,
  children,
}: {
  readonly value: string;
  readonly count?: number;
  readonly children: string;
}) => (
  <Tabs.Tab
    value={value}
    py="sm"
    rightSection={
      count === undefined ? undefined : (
        <Badge size="sm" variant="default" px={6}>
          {count}
        </Badge>
      )
    }
  >
    {children}
  </Tabs.Tab>
);

type DetailsProps = {
  readonly agent: NonNullable<AgentQuery['agent']>;
  /** Null for whoever may not give it an owner's key. */
  readonly onChanged: (() => void) | null;
};

const Details = ({ agent, onChanged }: DetailsProps) => (
  <Card>
    {agent.description && (
      <Text mb="md" className="wrap-anywhere" style={{ whiteSpace: 'pre-line' }}>
        {agent.description}
      </Text>
    )}
    <SimpleGrid component="dl" cols={{ base: 1, xs: 2, md: 4 }} spacing="lg" m={0}>
      <Detail label="Status">
        <AgentStatusDot status={agent.status} withLabel />
      </Detail>
      <Detail label="Last heartbeat">
        {agent.lastHeartbeatAt ? <Time at={agent.lastHeartbeatAt} relative /> : 'Never'}
      </Detail>
      <Detail label="Registered">
        <Time at={agent.createdAt} />
      </Detail>
      <Detail label="Stored">{stored(agent.storage)}</Detail>
      <Detail label="Id">
        <Copyable text={agent.id} label="the id" />
      </Detail>
      {onChanged && (
        <Detail label="Owner">
          <OwnerDetail agent={agent} onChanged={onChanged} />
        </Detail>
      )}
    </SimpleGrid>
  </Card>
);

const Detail = ({ label, children }: { readonly label: string; readonly children: ReactNode }) => (
  <Group component="div" gap={2} style={{ flexDirection: 'column', alignItems: 'flex-start' }}>
    <Text component="dt" size="xs" fw={600} className="soft">
      {label}
    </Text>
    <Text component="dd" m={0} maw="100%">
      {children}
    </Text>
  </Group>
);
