import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconUserPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useQuery } from 'urql';
import { DialogForm } from '../../../components/dialog-form.tsx';
import { LongText } from '../../../components/long-text.tsx';
import { RowsTable } from '../../../components/rows-table.tsx';
import { Empty, ErrorNotice, Loading } from '../../../components/states.tsx';
import { Time } from '../../../components/time.tsx';
import { useAct } from '../../../components/use-act.ts';
import {
  AgentApproversDocument,
  type ApproverRowFragment,
  RemoveApproverDocument,
} from '../../../generated/graphql.ts';
import { KeysTable } from '../../../keys/keys-table.tsx';
import { NewApprover } from './new-approver.tsx';

type Props = { readonly agent: { readonly id: string; readonly handle: string } };

/** Who decides what is held for approval, beside the owner. */
export function ApproversTab({ agent: { id, handle } }: Props) {
  const [{ data, error, fetching }, refetch] = useQuery({
    query: AgentApproversDocument,
    variables: { handle },
    requestPolicy: 'cache-and-network',
  });
  const [isMaking, making] = useDisclosure(false);
  const [leaving, setLeaving] = useState<ApproverRowFragment | null>(null);
  const [keysOf, setKeysOf] = useState<string | null>(null);
  const reload = () => refetch({ requestPolicy: 'network-only' });
  if (error) return <ErrorNotice error={error} onRetry={reload} />;
  const agent = data?.agent;
  if (!agent) return fetching ? <Loading /> : null;
  const keys = agent.managed.find((approver) => approver.id === keysOf);
  return (
    <>
      <Group justify="space-between" p="md" gap="sm">
        <Text size="sm" className="soft" style={{ flex: '1 1 260px' }}>
          They see and decide what is held, and nothing else. The agent’s own key never decides.
        </Text>
        <Button size="xs" variant="default" leftSection={<IconUserPlus size={16} aria-hidden />} onClick={making.open}>
          New approver
        </Button>
      </Group>
      {agent.approvers.length === 0 ? (
        <Empty title="No approvers">
          <Text className="soft">What is held waits for the owner or an administrator.</Text>
        </Empty>
      ) : (
        <RowsTable
          label="Approvers"
          columns={[
            { label: 'Name', isText: true },
            { label: 'Decides', isText: true },
            { label: 'Of agents', isText: true },
            { label: 'Made' },
            { label: 'Change', align: 'right' },
          ]}
          rows={agent.approvers.map((approver) => {
            const managed = agent.managed.find(({ id: each }) => each === approver.id);
            return managed ? rowOf(managed, setLeaving, setKeysOf) : rowOfAdministrators(approver);
          })}
        />
      )}
      <Modal opened={isMaking} onClose={making.close} title="New approver" centered>
        <NewApprover
          agentId={id}
          actions={agent.capabilities?.capabilities.map(({ action }) => action) ?? []}
          onMade={reload}
          onDone={making.close}
        />
      </Modal>
      <Modal
        opened={keys !== undefined}
        onClose={() => setKeysOf(null)}
        title="Keys of the approver"
        size="xl"
        centered
      >
        {keys && (
          <KeysTable
            holder={{ kind: 'APPROVER', id: keys.id }}
            whose="this approver"
            keys={keys.apiKeys}
            onChanged={reload}
          />
        )}
      </Modal>
      <Modal opened={leaving !== null} onClose={() => setLeaving(null)} title="Remove this approver?" centered>
        {leaving && <RemoveForm approver={leaving} onRemoved={reload} onDone={() => setLeaving(null)} />}
      </Modal>
    </>
  );
}

const rowOf = (
  approver: ApproverRowFragment,
  onRemove: (approver: ApproverRowFragment) => void,
  onKeys: (id: string) => void,
) => ({
  key: approver.id,
  attributes: { 'data-approver': approver.id } as const,
  cells: [
    <Stack key="name" gap={0}>
      <LongText>{approver.displayName}</LongText>
      {approver.email != null && (
        <Text component="span" size="xs" className="soft">
          <LongText>{approver.email}</LongText>
        </Text>
      )}
    </Stack>,
    actionsOf(approver.actions),
    <LongText key="agents">{approver.agents.map(({ handle }) => handle).join(', ')}</LongText>,
    <Time key="made" at={approver.createdAt} />,
    <Group key="change" gap={4} justify="flex-end">
      <Button
        size="xs"
        variant="default"
        aria-label={`Keys of ${approver.displayName}`}
        onClick={() => onKeys(approver.id)}
      >
        Keys
      </Button>
      <Button
        size="xs"
        variant="default"
        aria-label={`Remove ${approver.displayName}`}
        onClick={() => onRemove(approver)}
      >
        Remove
      </Button>
    </Group>,
  ],
});

/** An administrator made it for agents of other owners, too: its keys are no owner's affair. */
const rowOfAdministrators = ({
  id,
  displayName,
  actions,
  createdAt,
}: Pick<ApproverRowFragment, 'id' | 'displayName' | 'actions' | 'createdAt'>) => ({
  key: id,
  attributes: { 'data-approver': id } as const,
  cells: [
    <LongText key="name">{displayName}</LongText>,
    actionsOf(actions),
    'Of several owners',
    <Time key="made" at={createdAt} />,
    <Text key="change" component="span" size="sm" className="soft">
      By administrators
    </Text>,
  ],
});

const actionsOf = (actions: ApproverRowFragment['actions']) =>
  actions == null ? 'Every action' : <LongText key="actions">{actions.join(', ')}</LongText>;

type RemoveProps = {
  readonly approver: ApproverRowFragment;
  readonly onRemoved: () => void;
  readonly onDone: () => void;
};

function RemoveForm({ approver, onRemoved, onDone }: RemoveProps) {
  const { act, ...state } = useAct(RemoveApproverDocument);
  const submit = async () => {
    if (!(await act({ approverId: approver.id }))) return;
    onRemoved();
    onDone();
  };
  return (
    <DialogForm act={state} onSubmit={submit} onCancel={onDone} yes="Remove" no="Keep it" isDangerous>
      <Text className="wrap-anywhere" component="div">
        <strong>
          <LongText>{approver.displayName}</LongText>
        </strong>
        {
          ' decides nothing any more, for none of its agents. Its keys, sessions and links end at once, and its votes on what is still open no longer count. What it has decided stays.'
        }
      </Text>
    </DialogForm>
  );
}
