import { Badge, Spoiler, Text, UnstyledButton } from '@mantine/core';
import { Fragment, useState } from 'react';
import { Json } from '../../components/json.tsx';
import { RowsTable } from '../../components/rows-table.tsx';
import { rulesOf, schemaRows, typeOf } from './schema-rows.ts';

type Props = {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly label: string;
  /** What a schema without any rule says. */
  readonly whenSilent?: string;
};

/** A schema for people: a line per field; the schema itself on demand. */
export function SchemaTable({ schema, label, whenSilent = 'Takes any params.' }: Props) {
  const rows = schemaRows(schema);
  const [isRaw, setRaw] = useState(false);
  return (
    <>
      {rows.length === 0 ? (
        <Text size="sm" className="soft">
          {Object.keys(schema).length === 0 ? whenSilent : wholeOf(schema) || 'See the schema.'}
        </Text>
      ) : (
        <RowsTable
          label={label}
          isDense
          columns={[
            { label: 'Field', isText: true },
            { label: 'Type', isText: true },
            { label: 'Rules', isText: true },
            { label: 'Description', isText: true },
          ]}
          rows={rows.map(({ path, depth, isRequired, type, rules, description }) => ({
            key: path,
            cells: [
              <Fragment key="field">
                <span className="mono" style={{ paddingInlineStart: depth * 14 }}>
                  {path}
                </span>{' '}
                {isRequired && (
                  <Badge size="xs" variant="outline" tt="none">
                    required
                  </Badge>
                )}
              </Fragment>,
              type,
              <Spoiler key="rules" maxHeight={66} showLabel="Show all" hideLabel="Show less">
                {rules.join(', ') || '–'}
              </Spoiler>,
              description ?? '–',
            ],
          }))}
        />
      )}
      {Object.keys(schema).length > 0 && (
        <UnstyledButton
          fz="sm"
          mt="xs"
          className="soft"
          td="underline"
          aria-expanded={isRaw}
          onClick={() => setRaw(!isRaw)}
        >
          {isRaw ? 'Hide the JSON Schema' : 'Show the JSON Schema'}
        </UnstyledButton>
      )}
      {isRaw && <Json value={schema} label={`JSON Schema: ${label}`} />}
    </>
  );
}

/** What a schema without fields says of the whole value. */
const wholeOf = (schema: Props['schema']): string =>
  [typeOf(schema), ...rulesOf(schema)].filter((each) => each !== 'any').join(', ');
