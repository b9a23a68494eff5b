import { Badge, Card, Code, Group, Stack, Text, Title } from '@mantine/core';
import { Empty } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import type { ContractFragment } from '../../generated/graphql.ts';
import { SchemaTable } from './schema-table.tsx';

/** What an agent offers: each action with its params and their bounds. */
export function ContractTable({ contract }: { readonly contract: ContractFragment | null }) {
  if (contract === null || contract.capabilities.length === 0) {
    return (
      <Empty title={contract === null ? 'No contract yet' : 'The contract offers nothing'}>
        <Text className="soft">Every request is rejected until the agent publishes what it offers.</Text>
      </Empty>
    );
  }
  return (
    <Stack gap="md">
      <Text size="sm" className="soft">
        {`Version ${contract.version}, published `}
        <Time at={contract.createdAt} relative />
      </Text>
      {contract.capabilities.map(({ action, description, paramsSchema, constraints }) => (
        <Card key={action} component="section" aria-label={action} padding="md">
          <Title order={3} size="h5" className="wrap-anywhere mono">
            {action}
          </Title>
          {description && (
            <Text size="sm" className="soft wrap-anywhere" mb="xs">
              {description}
            </Text>
          )}
          <SchemaTable schema={paramsSchema} label={`Params of ${action}`} />
          <Constraints constraints={constraints} />
        </Card>
      ))}
    </Stack>
  );
}

function Constraints({ constraints }: { readonly constraints: Readonly<Record<string, unknown>> }) {
  const bounds = Object.entries(constraints);
  if (bounds.length === 0) return null;
  return (
    <Group gap="xs" mt="sm">
      <Text size="sm" fw={600}>
        Constraints
      </Text>
      {bounds.map(([name, value]) => {
        const isMax = name.startsWith('max_');
        return (
          <Badge key={name} variant="default" tt="none" fw={500} className="badge-text">
            <Code bg="transparent">{`${name.slice(4)} ${isMax ? '≤' : '≥'} ${JSON.stringify(value)}`}</Code>
          </Badge>
        );
      })}
    </Group>
  );
}
