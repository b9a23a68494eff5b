import { Button, Group, MultiSelect, SimpleGrid, Stack, Switch, Text } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import { useQuery } from 'urql';
import { ActProblem } from '../../../components/act-problem.tsx';
import { NumberField, type Typed } from '../../../components/number-field.tsx';
import { ErrorNotice, Loading } from '../../../components/states.tsx';
import { useAct } from '../../../components/use-act.ts';
import {
  AgentApprovalSettingsDocument,
  SetApprovalSettingsDocument,
  type SettingsDetailsFragment,
} from '../../../generated/graphql.ts';

type Props = { readonly agent: { readonly id: string; readonly handle: string } };

/** How what is held for approval is decided: in what time, by how many, and how much of it there may be. */
export function ApprovalSettingsTab({ agent: { id, handle } }: Props) {
  const [{ data, error, fetching }, refetch] = useQuery({
    query: AgentApprovalSettingsDocument,
    variables: { handle },
    requestPolicy: 'cache-and-network',
  });
  const reload = () => refetch({ requestPolicy: 'network-only' });
  if (error) return <ErrorNotice error={error} onRetry={reload} />;
  const agent = data?.agent;
  if (!agent?.approvalSettings) return fetching ? <Loading /> : null;
  const withoutAddress = new Set(agent.managed.filter(({ email }) => email == null).map((approver) => approver.id));
  const approvers = agent.approvers.map((approver) => ({
    value: approver.id,
    label: withoutAddress.has(approver.id) ? `${approver.displayName} (no address)` : approver.displayName,
  }));
  return <SettingsForm agentId={id} settings={agent.approvalSettings} approvers={approvers} onSet={reload} />;
}

const HOUR_S = 3_600;
/** The bounds of the platform. */
const QUORUM_MAX = 5;
const PENDING_MAX = 100;
const PER_HOUR_MAX = 1_000;
const COOL_DOWN_HOURS_MAX = 168;
const WINDOW_MINUTES_MAX = 525_600;

type FormProps = {
  readonly agentId: string;
  readonly settings: SettingsDetailsFragment;
  /** Whom e-mail may go to, by their ids. */
  readonly approvers: readonly { readonly value: string; readonly label: string }[];
  readonly onSet: () => void;
};

function SettingsForm({ agentId, settings, approvers, onSet }: FormProps) {
  const [minutes, setMinutes] = useState<Typed>(settings.windowSeconds / 60);
  const [quorum, setQuorum] = useState<Typed>(settings.quorum);
  const [pending, setPending] = useState<Typed>(settings.pendingPerSenderMax);
  const [perHour, setPerHour] = useState<Typed>(settings.perSenderPerHour);
  const [hours, setHours] = useState<Typed>(settings.denyCoolDownSeconds / HOUR_S);
  const [allowEdits, setAllowEdits] = useState(settings.allowEdits);
  const [preventSelf, setPreventSelf] = useState(settings.preventSelfApproval);
  const [notify, setNotify] = useState<string[] | null>(settings.notify ? [...settings.notify] : null);
  const { act, isBusy, problem, issues, answer } = useAct(SetApprovalSettingsDocument);
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    const input = {
      agentId,
      windowSeconds: Math.round(Number(minutes) * 60),
      quorum: Number(quorum),
      pendingPerSenderMax: Number(pending),
      perSenderPerHour: Number(perHour),
      denyCoolDownSeconds: Math.round(Number(hours) * HOUR_S),
      allowEdits,
      preventSelfApproval: preventSelf,
      notify,
    };
    if (await act({ input })) onSet();
  };
  const isIncomplete = [minutes, quorum, pending, perHour, hours].includes('');
  return (
    <form onSubmit={submit} aria-label="Approval settings">
      <Stack p="md" gap="md">
        <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="sm">
          <NumberField
            label="Time to decide, in minutes"
            description="Then it is over, and denied."
            min={1}
            max={WINDOW_MINUTES_MAX}
            value={minutes}
            onChange={setMinutes}
          />
          <NumberField
            label="Approvals needed"
            description="One denial ends it, whatever the number."
            min={1}
            max={QUORUM_MAX}
            value={quorum}
            onChange={setQuorum}
          />
          <NumberField
            label="Waiting of one sender, at most"
            description="More are refused, and stored nowhere."
            min={1}
            max={PENDING_MAX}
            value={pending}
            onChange={setPending}
          />
          <NumberField
            label="Of one sender in an hour, at most"
            description="So that nobody is asked until they give in."
            min={1}
            max={PER_HOUR_MAX}
            value={perHour}
            onChange={setPerHour}
          />
          <NumberField
            label="Hours before the same is asked again"
            description="After a denial. 0: at once."
            min={0}
            max={COOL_DOWN_HOURS_MAX}
            value={hours}
            onChange={setHours}
          />
        </SimpleGrid>
        <Switch
          label="Nobody decides about what they sent themselves"
          checked={preventSelf}
          onChange={(event) => setPreventSelf(event.currentTarget.checked)}
        />
        <Switch
          label="Params may be changed on approval"
          description="The changed ones are checked again; the sender sees them."
          checked={allowEdits}
          onChange={(event) => setAllowEdits(event.currentTarget.checked)}
        />
        <Switch
          label="E-mail to every approver that has an address"
          checked={notify === null}
          onChange={(event) => setNotify(event.currentTarget.checked ? null : [])}
        />
        {notify !== null && (
          <MultiSelect
            label="E-mail to"
            data={[...approvers]}
            value={notify}
            onChange={setNotify}
            placeholder={notify.length === 0 ? 'Nobody' : undefined}
            clearable
            clearButtonProps={{ 'aria-label': 'Clear whom e-mail goes to' }}
          />
        )}
        <ActProblem problem={problem} issues={issues} />
        <Group gap="sm">
          <Button type="submit" loading={isBusy} disabled={isIncomplete}>
            Set them
          </Button>
          <Text size="sm" className="soft" role="status">
            {answer?.__typename === 'SetApprovalSettingsSuccess'
              ? 'Set. What waits already is bound anew at its next decision, where the number of approvals changed.'
              : `Version ${settings.version}`}
          </Text>
        </Group>
      </Stack>
    </form>
  );
}
