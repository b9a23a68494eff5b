import { Button, Group } from '@mantine/core';
import { IconEdit } from '@tabler/icons-react';
import { type ReactNode, Suspense, useState } from 'react';
import { Loading } from '../../components/states.tsx';

type Props = {
  /** What is edited, for the button. */
  readonly name: string;
  readonly editor: (close: () => void) => ReactNode;
  readonly children: ReactNode;
};

/** Shows a document, or its editor in its place. */
export function Editable({ name, editor, children }: Props) {
  const [isOpen, setOpen] = useState(false);
  if (isOpen) return <Suspense fallback={<Loading />}>{editor(() => setOpen(false))}</Suspense>;
  return (
    <>
      <Group justify="flex-end" mb="sm">
        <Button
          size="xs"
          variant="default"
          leftSection={<IconEdit size={16} aria-hidden />}
          onClick={() => setOpen(true)}
        >
          {`Edit the ${name}`}
        </Button>
      </Group>
      {children}
    </>
  );
}
