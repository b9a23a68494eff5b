import { Button, Card, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

type Row = { readonly key: number };

type Props<R extends Row> = {
  readonly rows: readonly R[];
  /** What one is called, such as "Rule". */
  readonly noun: string;
  readonly create: () => R;
  readonly onChange: (rows: readonly R[]) => void;
  readonly children: (row: R, change: (changes: Partial<R>) => void) => ReactNode;
};

/** Records that are edited one below the other, added, moved and removed. */
export function Rows<R extends Row>({ rows, noun, create, onChange, children }: Props<R>) {
  const change = (key: number) => (changes: Partial<R>) =>
    onChange(rows.map((row) => (row.key === key ? { ...row, ...changes } : row)));
  const move = (from: number, to: number) => {
    const moved = rows.toSpliced(from, 1);
    const row = rows[from];
    if (row) onChange(moved.toSpliced(to, 0, row));
  };
  return (
    <Stack gap="sm">
      {rows.map((row, index) => (
        <Card key={row.key} component="section" aria-label={`${noun} ${index + 1}`} padding="sm">
          <Group justify="space-between" mb="xs">
            <Text size="sm" fw={600}>{`${noun} ${index + 1}`}</Text>
            <Group gap={4}>
              <RowButton word="Up" disabled={index === 0} onClick={() => move(index, index - 1)} />
              <RowButton word="Down" disabled={index === rows.length - 1} onClick={() => move(index, index + 1)} />
              <RowButton word="Remove" onClick={() => onChange(rows.toSpliced(index, 1))} />
            </Group>
          </Group>
          {children(row, change(row.key))}
        </Card>
      ))}
      <Button variant="default" w="fit-content" onClick={() => onChange([...rows, create()])}>
        {`Add a ${noun.toLowerCase()}`}
      </Button>
    </Stack>
  );
}

const RowButton = (props: { readonly word: string; readonly disabled?: boolean; readonly onClick: () => void }) => (
  <Button size="compact-xs" variant="default" disabled={props.disabled ?? false} onClick={props.onClick}>
    {props.word}
  </Button>
);
