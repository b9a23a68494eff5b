import { Button, Drawer, Group, SimpleGrid } from '@mantine/core';
import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import { IconFilter } from '@tabler/icons-react';
import type { ReactNode } from 'react';

type Props = {
  /** How many of them are set. */
  readonly active: number;
  /** What is there on every screen. */
  readonly first?: ReactNode;
  /** What only a small screen needs. */
  readonly more?: ReactNode;
  readonly children: ReactNode;
};

/** The filters of a list: above it, and on a small screen in a drawer. */
export function Filters({ active, first, more, children }: Props) {
  const isSmall = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
  const [isOpen, drawer] = useDisclosure(false);
  if (!isSmall) {
    return (
      <Group p="md" gap="sm" align="flex-end">
        {first}
        {children}
      </Group>
    );
  }
  return (
    <Group p="md" gap="sm" align="flex-end">
      {first}
      <Button
        variant="default"
        leftSection={<IconFilter size={16} aria-hidden />}
        onClick={drawer.open}
        aria-haspopup="dialog"
      >
        {active === 0 ? 'Filters' : `Filters (${active})`}
      </Button>
      <Drawer opened={isOpen} onClose={drawer.close} title="Filters" position="right" size="min(100%, 360px)">
        <SimpleGrid cols={1} spacing="sm">
          {children}
          {more}
          <Button onClick={drawer.close}>Show the list</Button>
        </SimpleGrid>
      </Drawer>
    </Group>
  );
}
