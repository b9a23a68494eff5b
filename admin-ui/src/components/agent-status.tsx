import { Box, Group, Text } from '@mantine/core';
import type { AgentStatus } from '../generated/graphql.ts';

/** A dot that says whether the agent can be reached, and the word for whoever does not see it. */
export function AgentStatusDot({
  status,
  withLabel = false,
}: {
  readonly status: AgentStatus;
  readonly withLabel?: boolean;
}) {
  const isActive = status === 'ACTIVE';
  const label = isActive ? 'Active' : 'Inactive';
  return (
    <Group gap={8} wrap="nowrap" component="span" display="inline-flex" data-status={status}>
      <Box
        component="span"
        role={withLabel ? undefined : 'img'}
        aria-label={withLabel ? undefined : label}
        title={label}
        className={isActive ? 'pulse' : undefined}
        w={10}
        h={10}
        style={{
          borderRadius: 99,
          flexShrink: 0,
          background: isActive ? 'var(--ok)' : 'transparent',
          border: `2px solid ${isActive ? 'var(--ok)' : 'var(--calm)'}`,
        }}
      />
      {withLabel && (
        <Text component="span" size="sm" fw={600}>
          {label}
        </Text>
      )}
    </Group>
  );
}
