import { Badge, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconKey } from '@tabler/icons-react';
import { useState } from 'react';
import { LongText } from '../components/long-text.tsx';
import { RowsTable } from '../components/rows-table.tsx';
import { Empty } from '../components/states.tsx';
import { Time } from '../components/time.tsx';
import type { KeyFragment } from '../generated/graphql.ts';
import { type KeyHolder, NewKey } from './new-key.tsx';
import { RevokeKey } from './revoke-key.tsx';
import { RotateKey } from './rotate-key.tsx';
import { scopeWords } from './scopes.ts';

type Props = {
  readonly holder: KeyHolder;
  /** Whose they are, in a sentence. */
  readonly whose: string;
  readonly keys: readonly KeyFragment[];
  /** After a key was made, exchanged or revoked. */
  readonly onChanged: () => void;
};

type Open = { readonly what: 'rotate' | 'revoke'; readonly key: KeyFragment };

/** Somebody's keys: what they may do, when they were used; a new one, another in place of one, and the end of one. */
export function KeysTable({ holder, whose, keys, onChanged }: Props) {
  const [isMaking, making] = useDisclosure(false);
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      <Group justify="flex-end" p="md">
        <Button size="xs" variant="default" leftSection={<IconKey size={16} aria-hidden />} onClick={making.open}>
          New key
        </Button>
      </Group>
      {keys.length === 0 ? (
        <Empty title="No keys">
          <Text className="soft">{`Nobody can speak for ${whose}.`}</Text>
        </Empty>
      ) : (
        <RowsTable
          label="Keys"
          columns={[
            { label: 'Key', isText: true },
            { label: 'May', isText: true },
            { label: 'Made' },
            { label: 'Last used' },
            { label: 'Expires' },
            { label: 'Validity', align: 'right' },
          ]}
          rows={keys.map((key) => ({
            key: key.id,
            cells: [
              <Name key="key" apiKey={key} />,
              <Scopes key="may" apiKey={key} />,
              <Time key="made" at={key.createdAt} />,
              key.lastUsedAt ? <Time key="used" at={key.lastUsedAt} relative /> : 'Never',
              key.expiresAt ? <Time key="expires" at={key.expiresAt} /> : 'Never',
              <Validity key="end" apiKey={key} onOpen={(what) => setOpen({ what, key })} />,
            ],
          }))}
        />
      )}
      <Modal opened={isMaking} onClose={making.close} title="New key" centered>
        <NewKey holder={holder} whose={whose} onMade={onChanged} onDone={making.close} />
      </Modal>
      <Modal opened={open?.what === 'rotate'} onClose={close} title="Another key in its place?" centered>
        {open && <RotateKey apiKey={open.key} onRotated={onChanged} onDone={close} />}
      </Modal>
      <Modal opened={open?.what === 'revoke'} onClose={close} title="Revoke this key?" centered>
        {open && <RevokeKey apiKey={open.key} onRevoked={onChanged} onDone={close} />}
      </Modal>
    </>
  );
}

const isExpired = ({ expiresAt }: KeyFragment): boolean => expiresAt != null && Date.parse(expiresAt) <= Date.now();

const Name = ({ apiKey: { label, prefix } }: { readonly apiKey: KeyFragment }) => (
  <Stack gap={0}>
    {label && <LongText>{label}</LongText>}
    <span className="mono">{`${prefix}…`}</span>
  </Stack>
);

const Scopes = ({ apiKey: { isLimited, scopes } }: { readonly apiKey: KeyFragment }) =>
  isLimited ? (
    <Group gap={4}>
      {scopes.map((scope) => (
        <Badge key={scope} variant="outline" size="sm" tt="none" title={scopeWords(scope)}>
          {scope}
        </Badge>
      ))}
    </Group>
  ) : (
    'Everything'
  );

type ValidityProps = { readonly apiKey: KeyFragment; readonly onOpen: (what: Open['what']) => void };

function Validity({ apiKey, onOpen }: ValidityProps) {
  if (apiKey.revokedAt) {
    return (
      <Text size="sm" component="span" className="soft">
        {'Revoked '}
        <Time at={apiKey.revokedAt} relative />
      </Text>
    );
  }
  if (isExpired(apiKey)) {
    return (
      <Text size="sm" component="span" className="soft">
        Expired
      </Text>
    );
  }
  const name = apiKey.label ?? `${apiKey.prefix}…`;
  return (
    <Group gap={4} justify="flex-end">
      <Button size="xs" variant="default" aria-label={`Rotate ${name}`} onClick={() => onOpen('rotate')}>
        Rotate
      </Button>
      <Button size="xs" variant="default" aria-label={`Revoke ${name}`} onClick={() => onOpen('revoke')}>
        Revoke
      </Button>
    </Group>
  );
}
