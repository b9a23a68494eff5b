import { Box, Table } from '@mantine/core';
import type { ReactNode } from 'react';

export type Column = {
  readonly label: string;
  /** In place of the label, a whole head. */
  readonly head?: ReactNode;
  readonly align?: 'left' | 'right';
  /** Text of any length, which may be broken anywhere; what is not stays on one line. */
  readonly isText?: boolean;
};

type Row = {
  readonly key: string | number;
  readonly cells: readonly ReactNode[];
  /** For tests, and for what links lead to. */
  readonly attributes?: Readonly<Record<`data-${string}`, string>>;
  readonly isFaint?: boolean;
};

type Props = {
  readonly label: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  readonly isDense?: boolean;
};

/**
 * Records, a row each; where there is no room for the columns, a card each. The roles are written out, since what is
 * laid out otherwise is no table to every browser.
 */
export const RowsTable = ({ label, columns, rows, isDense = false }: Props) => (
  <Box className="rows-frame">
    <Table
      className="rows"
      role="table"
      highlightOnHover
      aria-label={label}
      {...(isDense && { verticalSpacing: 6, horizontalSpacing: 'xs' })}
    >
      <Table.Thead role="rowgroup">
        <Table.Tr role="row">
          {columns.map(
            ({ label: name, head, align }) =>
              head ?? (
                <Table.Th key={name} ta={align} role="columnheader">
                  {name}
                </Table.Th>
              ),
          )}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody role="rowgroup">
        {rows.map(({ key, cells, attributes, isFaint }) => (
          <Table.Tr key={key} role="row" {...attributes} style={{ opacity: isFaint ? 0.86 : undefined }}>
            {cells.map((cell, index) => {
              const { label: name, align, isText } = columns[index] ?? { label: '' };
              return (
                <Table.Td
                  key={name}
                  role="cell"
                  className={`${isText ? 'cell-text' : 'cell-short'}${align === 'right' ? ' cell-right' : ''}`}
                  data-label={index === 0 ? undefined : name}
                >
                  <div className="cell-value">{cell}</div>
                </Table.Td>
              );
            })}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  </Box>
);
