import { Button, Group, Text } from '@mantine/core';
import { IconFlame } from '@tabler/icons-react';
import { BadNotice } from '../../components/bad-notice.tsx';
import { Time } from '../../components/time.tsx';
import { useAct } from '../../components/use-act.ts';
import { type AgentQuery, LiftQuarantineDocument } from '../../generated/graphql.ts';

type Props = {
  readonly agent: Pick<NonNullable<AgentQuery['agent']>, 'id' | 'quarantines'>;
  readonly onChanged: () => void;
};

/** Says which documents of the agent take too much computing, and lets them be evaluated again. */
export function QuarantineNotice({ agent: { id, quarantines }, onChanged }: Props) {
  const { act, isBusy, problem } = useAct(LiftQuarantineDocument);
  if (quarantines.length === 0) return null;
  const lift = async () => {
    if (await act({ agentId: id })) onChanged();
  };
  return (
    <BadNotice icon={IconFlame} title="In quarantine">
      <Group justify="space-between" gap="sm">
        <Text size="sm" component="div" style={{ flex: '1 1 320px' }}>
          {quarantines.map(({ document, version, until }) => (
            <div key={document}>
              Version {version} of its {document.toLowerCase()} took too much computing, too often. What needs that is
              refused until <Time at={until} />, or the next version.
            </div>
          ))}
          {problem}
        </Text>
        <Button size="xs" variant="default" loading={isBusy} onClick={lift}>
          Lift
        </Button>
      </Group>
    </BadNotice>
  );
}
