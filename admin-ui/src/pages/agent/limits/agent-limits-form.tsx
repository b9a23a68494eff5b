import { Button, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import { ActProblem } from '../../../components/act-problem.tsx';
import { NumberField, numberOf, type Typed } from '../../../components/number-field.tsx';
import { useAct } from '../../../components/use-act.ts';
import { type LimitsDetailsFragment, SetAgentLimitsDocument } from '../../../generated/graphql.ts';

/** As much as the platform takes, and what it counts of unfinished ones. */
const MAX = 1_000_000;
const OPEN_MAX = 10_000;

const FIELDS = [
  { name: 'perMinute', label: 'All senders, a minute' },
  { name: 'perDay', label: 'All senders, a day' },
  { name: 'perSenderPerMinute', label: 'Each sender, a minute' },
  { name: 'perSenderPerDay', label: 'Each sender, a day' },
  { name: 'openPerSender', label: 'Each sender, unfinished at once' },
] as const;

type Name = (typeof FIELDS)[number]['name'];

type Props = {
  readonly agentId: string;
  readonly limits: LimitsDetailsFragment | null;
  /** What was typed last is in force. */
  readonly isSet: boolean;
  readonly onAnswered: (isSet: boolean) => void;
};

/** The numbers of an agent's limits; each counts beside the platform's own. */
export function AgentLimitsForm({ agentId, limits, isSet, onAnswered }: Props) {
  const [typed, setTyped] = useState<Readonly<Record<Name, Typed>>>(
    () => Object.fromEntries(FIELDS.map(({ name }) => [name, limits?.[name] ?? ''])) as Record<Name, Typed>,
  );
  const { act, isBusy, problem, issues } = useAct(SetAgentLimitsDocument);
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    const numbers = Object.fromEntries(FIELDS.map(({ name }) => [name, numberOf(typed[name])]));
    onAnswered((await act({ input: { agentId, ...numbers } })) !== null);
  };
  return (
    <form onSubmit={submit} aria-label="Limits">
      <Stack p="md" gap="sm">
        <Title order={2} size="h5">
          How many requests it takes
        </Title>
        <Text size="sm" className="soft">
          What is left empty has the platform’s limits alone. A day is 24 hours from the first request. Whoever is over
          a limit is told when to come back.
        </Text>
        <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="sm">
          {FIELDS.map(({ name, label }) => (
            <NumberField
              key={name}
              label={label}
              placeholder="The platform’s"
              min={1}
              max={name === 'openPerSender' ? OPEN_MAX : MAX}
              value={typed[name]}
              onChange={(value) => setTyped({ ...typed, [name]: value })}
            />
          ))}
        </SimpleGrid>
        <ActProblem problem={problem} issues={issues} />
        <Group gap="sm">
          <Button type="submit" loading={isBusy}>
            Set the limits
          </Button>
          <Text size="sm" className="soft" role="status">
            {isSet ? 'Set, on every node within seconds.' : ''}
          </Text>
        </Group>
      </Stack>
    </form>
  );
}
