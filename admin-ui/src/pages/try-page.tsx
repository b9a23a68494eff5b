import { Button, Card, Group, Select, SimpleGrid, Stack, Switch, Text, TextInput, Title } from '@mantine/core';
import { IconSend, IconTestPipe } from '@tabler/icons-react';
import { useState } from 'react';
import { useClient, useQuery } from 'urql';
import { About } from '../components/about.tsx';
import { AgentStatusDot } from '../components/agent-status.tsx';
import type { Params } from '../components/json-values.ts';
import { PageHeader } from '../components/page-header.tsx';
import { useQueryState } from '../components/query-state.ts';
import { Empty, ErrorNotice, Loading, Problem } from '../components/states.tsx';
import {
  AgentContractDocument,
  AgentNamesDocument,
  DryRunDocument,
  type DryRunQuery,
  SubmitTestRequestDocument,
  type SubmitTestRequestMutation,
} from '../generated/graphql.ts';
import { useActivity } from '../live/activity.tsx';
import { ParamsInput } from '../schema-form/params-input.tsx';
import { TrialResult } from './try/trial-result.tsx';

export type Trial =
  | { readonly kind: 'dry-run'; readonly answer: DryRunQuery['dryRun'] }
  | { readonly kind: 'sent'; readonly answer: SubmitTestRequestMutation['submitTestRequest'] };

const NO_PARAMS: Params = {};

/** Trying an agent out: a form from its contract, a dry run, and a real request that is followed live. */
export function TryPage() {
  const { read, write } = useQueryState();
  const [handle, action] = [read('agent'), read('action')];
  const [search, setSearch] = useState('');
  const [{ data: names }] = useQuery({ query: AgentNamesDocument, variables: { search: search || null } });
  const [{ data, error, fetching }, refetch] = useQuery({
    query: AgentContractDocument,
    variables: { handle },
    pause: handle === '',
    requestPolicy: 'cache-and-network',
  });
  useActivity(
    (activity) => activity.__typename === 'AgentStatusChanged' && activity.agent.handle === handle,
    () => handle !== '' && refetch({ requestPolicy: 'network-only' }),
  );

  const agent = handle === '' ? null : (data?.agent ?? null);
  const capabilities = agent?.capabilities?.capabilities ?? [];
  const capability = capabilities.find((each) => each.action === action) ?? capabilities[0] ?? null;
  const handles = new Set(names?.agents.edges.map(({ node }) => node.handle));
  if (handle !== '') handles.add(handle);

  return (
    <>
      <PageHeader
        title="Try it"
        documentTitle="Try it"
        hint="Ask an agent as a test sender, or only see what the pipeline would say."
      />
      <Card mb="lg">
        <Group gap="sm" align="flex-end">
          <Select
            label="Agent"
            placeholder="Choose or search"
            searchable
            nothingFoundMessage="No agent matches"
            data={[...handles]}
            value={handle || null}
            onSearchChange={(text) => setSearch(handles.has(text) ? '' : text)}
            onChange={(value) => write({ agent: value ?? '', action: '' })}
            style={{ flex: '1 1 220px' }}
          />
          <Select
            label="Action"
            placeholder="Choose"
            data={capabilities.map((each) => each.action)}
            value={capability?.action ?? null}
            disabled={capabilities.length === 0}
            onChange={(value) => write({ action: value ?? '' })}
            allowDeselect={false}
            style={{ flex: '1 1 220px' }}
          />
          {agent && (
            <Group h={36}>
              <AgentStatusDot status={agent.status} withLabel />
            </Group>
          )}
        </Group>
      </Card>
      {capability && <About {...capability} />}
      {error && !agent && <ErrorNotice error={error} />}
      {handle === '' && (
        <Card>
          <Empty title="Choose an agent">
            <Text className="soft">Then fill in what its action asks for.</Text>
          </Empty>
        </Card>
      )}
      {handle !== '' && !agent && fetching && <Loading />}
      {handle !== '' && !agent && !fetching && data && <Problem message="There is no such agent." />}
      {agent && capability === null && (
        <Card>
          <Empty title="This agent has no contract yet">
            <Text className="soft">Every request to it is rejected.</Text>
          </Empty>
        </Card>
      )}
      {agent && capability && (
        <Trying
          key={`${agent.id} ${capability.action}`}
          agentId={agent.id}
          handle={agent.handle}
          action={capability.action}
          schema={capability.paramsSchema}
        />
      )}
    </>
  );
}

type TryingProps = {
  readonly agentId: string;
  readonly handle: string;
  readonly action: string;
  readonly schema: Params;
};

function Trying({ agentId, handle, action, schema }: TryingProps) {
  const client = useClient();
  const [params, setParams] = useState<Params | null>(NO_PARAMS);
  const [waits, setWaits] = useState(false);
  const [senderId, setSenderId] = useState('');
  const [trial, setTrial] = useState<Trial | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState<'dry-run' | 'sent' | null>(null);

  async function run(kind: 'dry-run' | 'sent') {
    if (params === null) return;
    setBusy(kind);
    setProblem(null);
    const input = { handle, action, params: { ...params } };
    if (kind === 'dry-run') {
      const { data, error } = await client.query(
        DryRunDocument,
        { input: { ...input, senderId: senderId.trim() || null } },
        { requestPolicy: 'network-only' },
      );
      if (data) setTrial({ kind, answer: data.dryRun });
      if (error) setProblem(error.message);
    } else {
      const whenOffline = waits ? ('QUEUE' as const) : ('REJECT' as const);
      // The handle may be another agent's by now than the one whose contract is shown.
      const { data, error } = await client.mutation(SubmitTestRequestDocument, {
        input: { ...input, expectedAgentId: agentId, whenOffline },
      });
      if (data) setTrial({ kind, answer: data.submitTestRequest });
      if (error) setProblem(error.message);
    }
    setBusy(null);
  }

  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      <Card component="section" aria-label="Params">
        <ParamsInput
          title={
            <Title order={2} size="h4">
              Params
            </Title>
          }
          schema={schema}
          initial={NO_PARAMS}
          onChange={setParams}
        />
        <TextInput
          mt="md"
          label="As this sender, in a dry run"
          description="For rules about senders. The test sender when left empty."
          placeholder="Id"
          value={senderId}
          onChange={(event) => setSenderId(event.currentTarget.value)}
        />
        <Switch
          mt="md"
          label="Let it wait if the agent is not connected"
          checked={waits}
          onChange={(event) => setWaits(event.currentTarget.checked)}
        />
        <Group mt="md" gap="xs">
          <Button
            leftSection={<IconSend size={16} aria-hidden />}
            loading={busy === 'sent'}
            disabled={params === null}
            onClick={() => run('sent')}
          >
            Send
          </Button>
          <Button
            variant="default"
            leftSection={<IconTestPipe size={16} aria-hidden />}
            loading={busy === 'dry-run'}
            disabled={params === null}
            onClick={() => run('dry-run')}
          >
            Dry run
          </Button>
        </Group>
      </Card>
      <Card component="section" aria-label="What happens" aria-live="polite">
        <Title order={2} size="h4" mb="md">
          What happens
        </Title>
        <Stack>
          {problem && <Problem message={problem} />}
          {trial ? (
            <TrialResult trial={trial} />
          ) : (
            <Text className="soft">
              A dry run evaluates the params against the policies and the contract; nothing is stored and nothing is
              sent. Sending makes a real request, which is followed here.
            </Text>
          )}
        </Stack>
      </Card>
    </SimpleGrid>
  );
}
