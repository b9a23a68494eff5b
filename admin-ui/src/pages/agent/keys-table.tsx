import { Button, Group, Modal, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { useMutation } from 'urql';
import { Problem } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import { type KeyFragment, RevokeKeyDocument } from '../../generated/graphql.ts';

/** An agent's keys: what they may do, when they were used, and the end of one. */
export function KeysTable({ keys }: { readonly keys: readonly KeyFragment[] }) {
  const [toRevoke, setToRevoke] = useState<KeyFragment | null>(null);
  return (
    <>
      <Table.ScrollContainer minWidth={640} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table aria-label="Keys">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Key</Table.Th>
              <Table.Th>Made</Table.Th>
              <Table.Th>Last used</Table.Th>
              <Table.Th>Expires</Table.Th>
              <Table.Th>
                <span className="visually-hidden">What can be done</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {keys.map((key) => (
              <Table.Tr key={key.id} style={{ opacity: key.revokedAt ? 0.75 : 1 }}>
                <Table.Td className="mono">{`${key.prefix}…`}</Table.Td>
                <Table.Td>
                  <Time at={key.createdAt} />
                </Table.Td>
                <Table.Td>{key.lastUsedAt ? <Time at={key.lastUsedAt} relative /> : 'Never'}</Table.Td>
                <Table.Td>{key.expiresAt ? <Time at={key.expiresAt} /> : 'Never'}</Table.Td>
                <Table.Td ta="right">
                  {key.revokedAt ? (
                    <Text size="sm" component="span" className="soft">
                      {'Revoked '}
                      <Time at={key.revokedAt} relative />
                    </Text>
                  ) : (
                    <Button
                      size="xs"
                      variant="default"
                      aria-label={`Revoke ${key.prefix}…`}
                      onClick={() => setToRevoke(key)}
                    >
                      Revoke
                    </Button>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Modal opened={toRevoke !== null} onClose={() => setToRevoke(null)} title="Revoke this key?" centered>
        {toRevoke && <RevokeForm apiKey={toRevoke} onDone={() => setToRevoke(null)} />}
      </Modal>
    </>
  );
}

function RevokeForm({ apiKey, onDone }: { readonly apiKey: KeyFragment; readonly onDone: () => void }) {
  const [{ fetching, error, data }, revoke] = useMutation(RevokeKeyDocument);
  const problem = error?.message ?? (data && 'message' in data.revokeApiKey ? data.revokeApiKey.message : null);
  const submit = async () => {
    const result = await revoke({ apiKeyId: apiKey.id });
    if (result.data?.revokeApiKey.__typename === 'RevokeApiKeySuccess') onDone();
  };
  return (
    <Stack>
      <Text>
        <span className="mono">{`${apiKey.prefix}…`}</span> stops working at once, on every node, and channels that were
        opened with it are closed. This cannot be undone.
      </Text>
      {problem && <Problem message={problem} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onDone}>
          Keep it
        </Button>
        <Button color="red.8" autoContrast={false} loading={fetching} onClick={submit}>
          Revoke the key
        </Button>
      </Group>
    </Stack>
  );
}
