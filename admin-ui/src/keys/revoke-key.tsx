import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { DialogForm } from '../components/dialog-form.tsx';
import { useAct } from '../components/use-act.ts';
import { type KeyFragment, RevokeKeyDocument } from '../generated/graphql.ts';

type Props = { readonly apiKey: KeyFragment; readonly onRevoked: () => void; readonly onDone: () => void };

/** Ends a key, and says so if nobody can speak for its holder any more. */
export function RevokeKey({ apiKey, onRevoked, onDone }: Props) {
  const { act, answer, ...state } = useAct(RevokeKeyDocument);
  if (answer?.__typename === 'RevokeApiKeySuccess' && answer.warnings.length > 0) {
    return (
      <Stack>
        <Text>The key is revoked.</Text>
        {answer.warnings.map(({ message }) => (
          <Alert
            key={message}
            color="yellow"
            variant="outline"
            icon={<IconAlertTriangle size={18} aria-hidden />}
            title={message}
            styles={{ title: { marginBottom: 0, color: 'var(--warn)' } }}
          />
        ))}
        <Group justify="flex-end">
          <Button onClick={onDone}>I see</Button>
        </Group>
      </Stack>
    );
  }
  const submit = async () => {
    const revoked = await act({ apiKeyId: apiKey.id });
    if (revoked === null) return;
    onRevoked();
    if (revoked.warnings.length === 0) onDone();
  };
  return (
    <DialogForm act={state} onSubmit={submit} onCancel={onDone} yes="Revoke the key" no="Keep it" isDangerous>
      <Text>
        <span className="mono">{`${apiKey.prefix}…`}</span> stops working at once, on every node, and channels that were
        opened with it are closed. This cannot be undone.
      </Text>
    </DialogForm>
  );
}
