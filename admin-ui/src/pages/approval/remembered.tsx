import { Button, Stack, Text } from '@mantine/core';
import { Link } from 'wouter';

type Props = { readonly version: number; readonly handle: string; readonly onClose: () => void };

/** It is approved, and where the rule is that was made of it. */
export const Remembered = ({ version, handle, onClose }: Props) => (
  <Stack>
    <Text role="status">
      {`Approved. The rule is in force with version ${version} of `}
      <Link href={`/agents/${handle}?tab=policies`} className="row-link">
        the policies
      </Link>
      {', where it can be taken back. What else waits of the agent is to be looked at once more before it is decided.'}
    </Text>
    <Button onClick={onClose} style={{ alignSelf: 'flex-end' }}>
      I see
    </Button>
  </Stack>
);
