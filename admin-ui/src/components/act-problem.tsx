import { Stack } from '@mantine/core';
import { Issues } from './issues.tsx';
import { Problem } from './states.tsx';

type Props = {
  readonly problem: string | null;
  readonly issues: readonly { readonly path: string; readonly message: string }[];
};

/** Why something was refused: in one sentence, or part by part where there are several. */
export const ActProblem = ({ problem, issues }: Props) =>
  problem === null ? null : (
    <Stack gap="xs">
      <Problem message={issues.length > 1 ? 'This cannot be taken:' : problem} />
      {issues.length > 1 && <Issues issues={issues} />}
    </Stack>
  );
