import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconTrash } from '@tabler/icons-react';
import { type SyntheticEvent, useState } from 'react';
import { useMutation } from 'urql';
import { useLocation } from 'wouter';
import { Problem } from '../../components/states.tsx';
import { DeleteAgentDocument } from '../../generated/graphql.ts';

/** Deletes the agent, after its handle has been typed. */
export function DeleteAgent({ agent }: { readonly agent: { readonly id: string; readonly handle: string } }) {
  const [isOpen, dialog] = useDisclosure(false);
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconTrash size={16} aria-hidden color="var(--bad)" />}
        onClick={dialog.open}
      >
        Delete
      </Button>
      <Modal opened={isOpen} onClose={dialog.close} title="Delete this agent?" centered>
        <DeleteForm agent={agent} onCancel={dialog.close} />
      </Modal>
    </>
  );
}

function DeleteForm({
  agent,
  onCancel,
}: {
  readonly agent: { readonly id: string; readonly handle: string };
  readonly onCancel: () => void;
}) {
  const [typed, setTyped] = useState('');
  const [, goTo] = useLocation();
  const [{ fetching, error, data }, remove] = useMutation(DeleteAgentDocument);
  const problem = error?.message ?? (data && 'message' in data.deleteAgent ? data.deleteAgent.message : null);
  const isConfirmed = typed === agent.handle;
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    if (!isConfirmed) return;
    const result = await remove({ agentId: agent.id });
    if (result.data?.deleteAgent.__typename === 'DeleteAgentSuccess') goTo('/');
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>
          Its channels are closed, its open requests cancelled, and its keys, contract and policies deleted. Its handle
          rests: only its owner may register it for some time. This cannot be undone.
        </Text>
        <TextInput
          label={
            <>
              Type <span className="mono wrap-anywhere">{agent.handle}</span> to confirm
            </>
          }
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
        />
        {problem && <Problem message={problem} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onCancel}>
            Keep it
          </Button>
          <Button type="submit" color="red.8" autoContrast={false} disabled={!isConfirmed} loading={fetching}>
            Delete the agent
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
