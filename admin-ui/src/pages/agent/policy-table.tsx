import { Badge, Stack, Table, Text } from '@mantine/core';
import { Empty } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import type { PoliciesFragment, PolicyAction } from '../../generated/graphql.ts';

/** How each action is shown. */
export const ACTION_LOOK: Readonly<Record<PolicyAction, { label: string; color: string }>> = {
  REJECT: { label: 'Reject', color: 'var(--bad)' },
  REQUIRE_APPROVAL: { label: 'Require approval', color: 'var(--warn)' },
  ALLOW: { label: 'Allow', color: 'var(--ok)' },
};

const ActionBadge = ({ action }: { readonly action: PolicyAction }) => (
  <Badge
    variant="outline"
    tt="none"
    styles={{ root: { color: ACTION_LOOK[action].color, borderColor: ACTION_LOOK[action].color } }}
  >
    {ACTION_LOOK[action].label}
  </Badge>
);

/** Under which rules an agent takes requests. */
export function PolicyTable({ policies }: { readonly policies: PoliciesFragment | null }) {
  if (policies === null) {
    return (
      <Empty title="No policies">
        <Text className="soft">Whatever the contract offers is allowed.</Text>
      </Empty>
    );
  }
  return (
    <Stack gap="md">
      <Text size="sm" className="soft">
        {`Version ${policies.version}, published `}
        <Time at={policies.createdAt} relative />
        {'. What no rule matches: '}
        <ActionBadge action={policies.defaultAction} />
      </Text>
      {policies.rules.length > 0 && (
        <Table.ScrollContainer minWidth={520} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
          <Table aria-label="Rules">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>When</Table.Th>
                <Table.Th>Then</Table.Th>
                <Table.Th>Reason</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {policies.rules.map(({ condition, cel, action, reason }, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a version's rules never change places
                <Table.Tr key={index}>
                  <Table.Td className="mono cell-text">{condition ?? cel}</Table.Td>
                  <Table.Td>
                    <ActionBadge action={action} />
                  </Table.Td>
                  <Table.Td className="cell-text">{reason ?? '–'}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Stack>
  );
}
