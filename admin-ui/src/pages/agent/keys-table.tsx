import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useMutation } from 'urql';
import { RowsTable } from '../../components/rows-table.tsx';
import { Problem } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import { type KeyFragment, RevokeKeyDocument } from '../../generated/graphql.ts';

/** An agent's keys: what they may do, when they were used, and the end of one. */
export function KeysTable({ keys }: { readonly keys: readonly KeyFragment[] }) {
  const [toRevoke, setToRevoke] = useState<KeyFragment | null>(null);
  return (
    <>
      <RowsTable
        label="Keys"
        columns={[
          { label: 'Key' },
          { label: 'Made' },
          { label: 'Last used' },
          { label: 'Expires' },
          { label: 'Validity', align: 'right' },
        ]}
        rows={keys.map((key) => ({
          key: key.id,
          isFaint: key.revokedAt != null,
          cells: [
            <span key="key" className="mono">{`${key.prefix}…`}</span>,
            <Time key="made" at={key.createdAt} />,
            key.lastUsedAt ? <Time key="used" at={key.lastUsedAt} relative /> : 'Never',
            key.expiresAt ? <Time key="expires" at={key.expiresAt} /> : 'Never',
            key.revokedAt ? (
              <Text key="end" size="sm" component="span" className="soft">
                {'Revoked '}
                <Time at={key.revokedAt} relative />
              </Text>
            ) : (
              <Button
                key="end"
                size="xs"
                variant="default"
                aria-label={`Revoke ${key.prefix}…`}
                onClick={() => setToRevoke(key)}
              >
                Revoke
              </Button>
            ),
          ],
        }))}
      />
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
