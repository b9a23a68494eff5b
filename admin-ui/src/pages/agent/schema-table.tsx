import { Badge, Spoiler, Table, Text, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { Json } from '../../components/json.tsx';
import { rulesOf, schemaRows } from './schema-rows.ts';

type Props = { readonly schema: Readonly<Record<string, unknown>>; readonly label: string };

/** A params schema for people: a line per field; the schema itself on demand. */
export function SchemaTable({ schema, label }: Props) {
  const rows = schemaRows(schema);
  const [isRaw, setRaw] = useState(false);
  return (
    <>
      {rows.length === 0 ? (
        <Text size="sm" className="soft">
          {Object.keys(schema).length === 0 ? 'Takes any params.' : rulesOf(schema).join(', ') || 'See the schema.'}
        </Text>
      ) : (
        <Table.ScrollContainer minWidth={520} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
          <Table aria-label={label} verticalSpacing={6} horizontalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Field</Table.Th>
                <Table.Th>Type</Table.Th>
                <Table.Th>Rules</Table.Th>
                <Table.Th>Description</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((row) => (
                <Table.Tr key={row.path}>
                  <Table.Td className="cell-text">
                    <span className="mono" style={{ paddingInlineStart: row.depth * 14 }}>
                      {row.path}
                    </span>{' '}
                    {row.isRequired && (
                      <Badge size="xs" variant="outline" tt="none">
                        required
                      </Badge>
                    )}
                  </Table.Td>
                  <Table.Td className="cell-text">{row.type}</Table.Td>
                  <Table.Td className="cell-text">
                    <Spoiler maxHeight={66} showLabel="Show all" hideLabel="Show less">
                      {row.rules.join(', ') || '–'}
                    </Spoiler>
                  </Table.Td>
                  <Table.Td className="cell-text">{row.description ?? '–'}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
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
