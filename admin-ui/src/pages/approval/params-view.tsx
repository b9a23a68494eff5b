import { Badge, Button, Group, Spoiler, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Json } from '../../components/json.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import { isOpened, type ParamRow, paramRows } from './param-rows.ts';

type Params = Readonly<Record<string, unknown>>;

/** As many lines as are shown at once. */
const ROWS_SHOWN = 60;
/** A long text is folded to this height, in pixels. */
const FOLDED = 220;

const CHANGE_WORDS = { added: 'Added', changed: 'Changed', removed: 'Removed' } as const;

type Props = {
  readonly params: Params;
  /** What the contract says of them. */
  readonly schema: Params;
  /** What was asked, where something else is to be done. */
  readonly asked: Params | null;
};

/** The params by the contract's fields, as they would be done: what does not show is written out, what changed is marked. */
export function ParamsView({ params, schema, asked }: Props) {
  const [isWhole, setWhole] = useState(false);
  const rows = paramRows({ params, schema, before: asked });
  if (rows.length === 0) return <Text className="soft">No params.</Text>;
  return (
    <Stack gap="md">
      <dl className="params">
        {(isWhole ? rows : rows.slice(0, ROWS_SHOWN)).map((row) => (
          <Param key={row.path} row={row} />
        ))}
      </dl>
      {!isWhole && rows.length > ROWS_SHOWN && (
        <Button variant="default" w="fit-content" onClick={() => setWhole(true)}>
          {`Show all ${rows.length.toLocaleString()} fields`}
        </Button>
      )}
    </Stack>
  );
}

const Param = ({ row }: { readonly row: ParamRow }) => (
  <div className="param" data-param={row.path} data-change={row.change} style={{ marginInlineStart: row.depth * 16 }}>
    <dt>
      <Group gap={6} component="span" display="inline-flex">
        <Text component="span" size="sm" fw={600} className="wrap-anywhere">
          <VisibleText>{row.name}</VisibleText>
        </Text>
        <Text component="span" size="xs" className="soft">
          {row.type}
        </Text>
        {!row.isKnown && <Mark color="var(--warn)">Not in the contract</Mark>}
        {row.change !== null && <Mark color="var(--hold)">{CHANGE_WORDS[row.change]}</Mark>}
      </Group>
      {row.description !== null && (
        <Text size="xs" className="soft wrap-anywhere" lineClamp={3} title={row.description}>
          <VisibleText>{row.description}</VisibleText>
        </Text>
      )}
    </dt>
    <dd>
      {row.change !== 'removed' && !isOpened(row) && <Value value={row.value} label={row.path} />}
      {(row.change === 'changed' || row.change === 'removed') && !isOpened(row) && (
        <Text component="div" size="sm" className="soft">
          {'Asked for: '}
          <Value value={row.before} label={`${row.path} as it was asked for`} />
        </Text>
      )}
    </dd>
  </div>
);

const Mark = ({ color, children }: { readonly color: string; readonly children: string }) => (
  <Badge variant="outline" size="sm" tt="none" styles={{ root: { color, borderColor: color } }}>
    {children}
  </Badge>
);

function Value({ value, label }: { readonly value: unknown; readonly label: string }) {
  if (value === '') return <span className="soft">an empty text</span>;
  if (typeof value === 'string') {
    return (
      <Spoiler maxHeight={FOLDED} showLabel="Show all" hideLabel="Show less">
        <span className="param-text">
          <VisibleText>{value}</VisibleText>
        </span>
      </Spoiler>
    );
  }
  if (typeof value === 'object' && value !== null) return <Json value={value} label={label} />;
  return <span className="mono">{value === undefined ? 'not given' : JSON.stringify(value)}</span>;
}
