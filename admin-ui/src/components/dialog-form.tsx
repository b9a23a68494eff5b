import { Button, Group, Stack } from '@mantine/core';
import type { ReactNode, SyntheticEvent } from 'react';
import { ActProblem } from './act-problem.tsx';

type Props = {
  readonly act: {
    readonly isBusy: boolean;
    readonly problem: string | null;
    readonly issues: readonly { readonly path: string; readonly message: string }[];
  };
  readonly onSubmit: () => void;
  readonly onCancel: () => void;
  /** What the button that does it says. */
  readonly yes: string;
  /** What the other one says. */
  readonly no: string;
  /** What it does cannot be taken back, or somebody is refused by it. */
  readonly isDangerous?: boolean;
  readonly isIncomplete?: boolean;
  readonly children: ReactNode;
};

/** The form of a dialog: what it is about, why it was refused, and the two ways out. */
export function DialogForm({ act, onSubmit, onCancel, yes, no, isDangerous, isIncomplete, children }: Props) {
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!isIncomplete && !act.isBusy) onSubmit();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {children}
        <ActProblem problem={act.problem} issues={act.issues} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onCancel}>
            {no}
          </Button>
          <Button
            type="submit"
            {...(isDangerous && { color: 'red.8', autoContrast: false })}
            disabled={isIncomplete}
            loading={act.isBusy}
          >
            {yes}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
