import { Badge, Stack, Text } from '@mantine/core';
import { RowsTable } from '../../components/rows-table.tsx';
import { Empty } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import type { PoliciesFragment, PolicyAction } from '../../generated/graphql.ts';
import { RuleLimitsLine } from './rule-limits.tsx';

/** How each action is shown. */
export const ACTION_LOOK: Readonly<Record<PolicyAction, { label: string; color: string }>> = {
  REJECT: { label: 'Reject', color: 'var(--bad)' },
  WAIVE_APPROVAL: { label: 'Waive approval', color: 'var(--ok)' },
  REQUIRE_APPROVAL: { label: 'Require approval', color: 'var(--hold)' },
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
        <RowsTable
          label="Rules"
          columns={[{ label: 'When', isText: true }, { label: 'Then' }, { label: 'Reason', isText: true }]}
          rows={policies.rules.map(({ condition, cel, action, reason, ...limits }, index) => ({
            key: index,
            cells: [
              <Stack key="when" gap={2}>
                <span className="mono">{condition ?? cel}</span>
                <RuleLimitsLine limits={limits} />
              </Stack>,
              <ActionBadge key="then" action={action} />,
              reason ?? '–',
            ],
          }))}
        />
      )}
    </Stack>
  );
}
