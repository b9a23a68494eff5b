import { Card, Group, NumberInput, Select, Stack, Text } from '@mantine/core';
import { shortened, valueText } from '../../components/json-values.ts';
import { Preformatted } from '../../components/preformatted.tsx';
import { Loading, Problem } from '../../components/states.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import type { ApprovalDetailsFragment, RememberAs } from '../../generated/graphql.ts';
import { RuleLimitsLine } from '../agent/rule-limits.tsx';
import { paramsToDo } from './changes.ts';
import { AS_APPROVED, type Choosable, type Chosen, choosables } from './remember.ts';
import type { Remembering } from './use-remember.ts';

const LIFETIMES = [
  { value: '1', label: 'A day' },
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '180', label: '180 days' },
] as const;

type Props = { readonly approval: ApprovalDetailsFragment; readonly remembering: Remembering };

/** What passes unasked from then on: param by param, until when, and the rule that says it, as it would be published. */
export function RememberChoices({ approval, remembering }: Props) {
  const { request, agent } = approval;
  const { chosen, choose, days, setDays, rule, isCurrent, problem } = remembering;
  const capability = agent?.capabilities?.capabilities.find(({ action }) => action === request.action);
  const params = choosables(paramsToDo(approval), capability?.paramsSchema ?? {});
  return (
    <Card component="section" withBorder aria-label="What is remembered" style={{ minWidth: 0 }}>
      <Stack gap="md">
        <Text size="sm">
          What this sender asks like this passes from then on without anybody being asked. The rule is published with
          the policies, where it can be taken back; whoever reads them reads these values.
        </Text>
        {params.map((param) => (
          <Param
            key={param.field}
            param={param}
            chosen={chosen[param.field] ?? AS_APPROVED}
            onChoose={(next) => choose(param.field, next)}
          />
        ))}
        <Select
          label="Until"
          data={LIFETIMES.map((each) => ({ ...each }))}
          value={days}
          onChange={(value) => setDays(value ?? days)}
          allowDeselect={false}
        />
        <Stack gap={4} aria-live="polite" aria-busy={!isCurrent && problem === null}>
          <Text size="sm" fw={600}>
            The rule
          </Text>
          {problem !== null && <Problem message={problem} />}
          {problem === null && rule === null && <Loading />}
          {rule !== null && (
            <>
              <Preformatted label="The rule">
                <VisibleText>{rule.condition ?? rule.cel ?? ''}</VisibleText>
              </Preformatted>
              <RuleLimitsLine limits={{ ...rule, madeFrom: null }} />
            </>
          )}
        </Stack>
      </Stack>
    </Card>
  );
}

type ParamProps = {
  readonly param: Choosable;
  readonly chosen: Chosen;
  readonly onChoose: (chosen: Chosen) => void;
};

function Param({ param: { field, value, ways, listed }, chosen, onChoose }: ParamProps) {
  const words: Readonly<Record<RememberAs, string>> = {
    VALUE: 'Exactly this',
    BOUND: 'Within bounds',
    ANY: listed !== null ? 'Any that the contract lists' : typeof value === 'boolean' ? 'Either' : 'Any number',
  };
  // The approved one is within its bounds; people loosen them from there.
  const begin = (as: RememberAs): Chosen => ({ as, min: '', max: as === 'BOUND' ? (value as number) : '' });
  return (
    <div data-remember={field}>
      <Group justify="space-between" gap="xs" align="center">
        <Text size="sm" className="wrap-anywhere" component="div" style={{ flex: '1 1 180px', minWidth: 0 }}>
          <strong>
            <VisibleText>{field}</VisibleText>
          </strong>
          {': '}
          <VisibleText>{shortened(valueText(value))}</VisibleText>
        </Text>
        {ways.length === 1 ? (
          <Text size="sm" className="soft">
            {words.VALUE}
          </Text>
        ) : (
          <Select
            size="xs"
            aria-label={`What later requests may have in ${field}`}
            data={ways.map((way) => ({ value: way, label: words[way] }))}
            value={chosen.as}
            onChange={(as) => as !== null && onChoose(begin(as as RememberAs))}
            allowDeselect={false}
            w={210}
          />
        )}
      </Group>
      {chosen.as === 'BOUND' && (
        <Group gap="xs" mt={6} grow>
          <NumberInput
            size="xs"
            label="At least"
            placeholder="No bound"
            value={chosen.min}
            onChange={(min) => onChoose({ ...chosen, min })}
          />
          <NumberInput
            size="xs"
            label="At most"
            placeholder="No bound"
            value={chosen.max}
            onChange={(max) => onChoose({ ...chosen, max })}
          />
        </Group>
      )}
    </div>
  );
}
