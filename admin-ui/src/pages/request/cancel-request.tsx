import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlayerStop } from '@tabler/icons-react';
import { type SyntheticEvent, useState } from 'react';
import { useMutation } from 'urql';
import { Problem } from '../../components/states.tsx';
import { CancelRequestDocument } from '../../generated/graphql.ts';

/** As much as the platform takes. */
const REASON_MAX_LENGTH = 500;

/** Cancels the request, after it was asked why. */
export function CancelRequest({ id }: { readonly id: string }) {
  const [isOpen, dialog] = useDisclosure(false);
  return (
    <>
      <Button variant="default" leftSection={<IconPlayerStop size={16} aria-hidden />} onClick={dialog.open}>
        Cancel the request
      </Button>
      <Modal opened={isOpen} onClose={dialog.close} title="Cancel this request?" centered>
        <CancelForm id={id} onDone={dialog.close} />
      </Modal>
    </>
  );
}

function CancelForm({ id, onDone }: { readonly id: string; readonly onDone: () => void }) {
  const [typed, setTyped] = useState('');
  const [{ fetching, error, data }, cancel] = useMutation(CancelRequestDocument);
  const problem = error?.message ?? (data && 'message' in data.cancelRequest ? data.cancelRequest.message : null);
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    const result = await cancel({ requestId: id, reason: typed.trim() || null });
    if (result.data?.cancelRequest.__typename === 'CancelRequestSuccess') onDone();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>Whoever works on it is told to stop. This cannot be undone.</Text>
        <Textarea
          label="Reason"
          description={`The sender and the agent read it. ${typed.length} of ${REASON_MAX_LENGTH} characters.`}
          placeholder="Cancelled by an administrator."
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          maxLength={REASON_MAX_LENGTH}
          autosize
          minRows={3}
          maxRows={8}
          data-autofocus
        />
        {problem && <Problem message={problem} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onDone}>
            Let it go on
          </Button>
          <Button type="submit" color="red.8" autoContrast={false} loading={fetching}>
            Cancel it
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
