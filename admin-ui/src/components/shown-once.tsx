import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Copyable } from './copyable.tsx';

type Props = {
  /** The key, secret, code or link. */
  readonly text: string;
  /** What it is, such as "the key". */
  readonly label: string;
  /** Whose it is, and what to do with it. */
  readonly children: ReactNode;
  readonly onDone: () => void;
};

/** What the platform keeps only the hash of: shown now, and never again. */
export const ShownOnce = ({ text, label, children, onDone }: Props) => (
  <Stack>
    <Text component="div">{children}</Text>
    <Alert
      color="yellow"
      variant="outline"
      icon={<IconKey size={18} aria-hidden />}
      title="Copy it now: it is not shown again."
      styles={{ title: { color: 'var(--warn)' } }}
    >
      <Text component="div" data-secret>
        <Copyable text={text} label={label} />
      </Text>
    </Alert>
    <Group justify="flex-end">
      <Button onClick={onDone}>I have it</Button>
    </Group>
  </Stack>
);
