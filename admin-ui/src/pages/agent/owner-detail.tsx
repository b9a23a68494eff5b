import { Button, Group, Modal, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Copyable } from '../../components/copyable.tsx';
import { DialogForm } from '../../components/dialog-form.tsx';
import { ShownOnce } from '../../components/shown-once.tsx';
import { useAct } from '../../components/use-act.ts';
import { IssueOwnerKeyDocument } from '../../generated/graphql.ts';

type Agent = { readonly id: string; readonly owner?: { readonly id: string } | null };
type Props = { readonly agent: Agent; readonly onChanged: () => void };

/** Whose the agent is, and a key for whoever that is, for administrators. */
export function OwnerDetail({ agent, onChanged }: Props) {
  const [isOpen, dialog] = useDisclosure(false);
  return (
    <Group gap="xs">
      {agent.owner ? <Copyable text={agent.owner.id} label="the owner's id" /> : 'Nobody'}
      <Button size="compact-xs" variant="default" onClick={dialog.open}>
        {agent.owner ? 'New owner’s key' : 'Give it an owner'}
      </Button>
      <Modal opened={isOpen} onClose={dialog.close} title="A key for the owner" centered>
        <IssueForm agent={agent} onIssued={onChanged} onDone={dialog.close} />
      </Modal>
    </Group>
  );
}

type FormProps = { readonly agent: Agent; readonly onIssued: () => void; readonly onDone: () => void };

function IssueForm({ agent, onIssued, onDone }: FormProps) {
  const { act, answer, ...state } = useAct(IssueOwnerKeyDocument);
  if (answer?.__typename === 'IssueOwnerKeySuccess') {
    return (
      <ShownOnce text={answer.ownerKey} label="the key" onDone={onDone}>
        {`Whoever has this key owns the agent: with it one logs in at ${window.location.origin}/admin, or lets a program manage it.`}
      </ShownOnce>
    );
  }
  const submit = async () => {
    if (await act({ agentId: agent.id })) onIssued();
  };
  return (
    <DialogForm act={state} onSubmit={submit} onCancel={onDone} yes="Make the key" no="Not now">
      <Text>
        {agent.owner
          ? 'A further key of its owner, which counts for all its agents. The others stay valid.'
          : 'The agent gets an owner, who manages it, names approvers and decides what is held.'}
      </Text>
    </DialogForm>
  );
}
