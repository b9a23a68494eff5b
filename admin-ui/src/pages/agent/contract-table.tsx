import { Badge, Card, Code, Group, Spoiler, Stack, Text, Title } from '@mantine/core';
import { Hints } from '../../components/hints.tsx';
import { Empty } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
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
      {contract.capabilities.map((capability) => (
        <CapabilityCard key={capability.action} capability={capability} />
      ))}
    </Stack>
  );
}

type CapabilityProps = { readonly capability: ContractFragment['capabilities'][number] };

const CapabilityCard = ({ capability }: CapabilityProps) => {
  const { action, paramsSchema, constraints, textParam } = capability;
  return (
    <Card component="section" aria-label={action} padding="md">
      <About capability={capability} />
      <SchemaTable schema={paramsSchema} label={`Params of ${action}`} />
      <Constraints constraints={constraints} />
      {textParam !== null && (
        <Text size="sm" mt="sm" className="wrap-anywhere">
          {'Takes plain text as '}
          <Code>{textParam}</Code>
        </Text>
      )}
      <Result capability={capability} />
    </Card>
  );
};

/** What it is called, what it does, and what the agent says of it. */
const About = ({ capability: { action, title, description, hints } }: CapabilityProps) => (
  <Stack gap={6} mb="xs">
    <div>
      <Title order={3} size="h5" className={title === null ? 'wrap-anywhere mono' : 'wrap-anywhere'}>
        {title === null ? action : <VisibleText>{title}</VisibleText>}
      </Title>
      {title !== null && <Text className="soft wrap-anywhere mono">{action}</Text>}
    </div>
    {description && (
      <Spoiler maxHeight={120} showLabel="Show all" hideLabel="Show less">
        <Text size="sm" className="soft wrap-anywhere" style={{ whiteSpace: 'pre-line' }}>
          <VisibleText>{description}</VisibleText>
        </Text>
      </Spoiler>
    )}
    <Hints hints={hints} />
  </Stack>
);

/** What comes of it; nothing where nothing is said of that. */
function Result({ capability: { action, resultFormat, resultSchema } }: CapabilityProps) {
  if (resultFormat === 'JSON' && resultSchema === null) return null;
  return (
    <Stack gap="xs" mt="md">
      <Title order={4} size="h6">
        Result
      </Title>
      {resultFormat === 'CONTENT' && (
        <Text size="sm" className="soft">
          {resultSchema === null
            ? 'Blocks of content for people and models, and a value for programs of which nothing is said.'
            : 'Blocks of content for people and models, and this value for programs.'}
        </Text>
      )}
      {resultSchema !== null && (
        <SchemaTable schema={resultSchema} label={`Result of ${action}`} whenSilent="Any value." />
      )}
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
