import { Group, Table, Text } from '@mantine/core';

/** A size, as people read it: in kB, or the largest unit of which it has one. */
export function size(bytes: number): string {
  const power = bytes < 1e6 ? 1 : Math.min(4, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toLocaleString(undefined, { maximumFractionDigits: 1 })} ${' kMGT'[power]}B`;
}

type Storage = { readonly bytes: number; readonly maxBytes?: number | null; readonly countedAt?: string | null };

/** What is stored of somebody, and how much may be. */
export function stored({ bytes, maxBytes, countedAt }: Storage): string {
  if (countedAt == null) return 'Not counted yet';
  return maxBytes == null ? size(bytes) : `${size(bytes)} of ${size(maxBytes)}`;
}

type Props = {
  readonly label: string;
  readonly of: string;
  readonly unit: string;
  /** What it is, what of it, how much, and that in words. */
  readonly rows: readonly (readonly [string, string, number, string])[];
};

/** How much there is of each, with a bar that compares them. */
export function Bars({ label, of, unit, rows }: Props) {
  const most = Math.max(1, ...rows.map(([, , count]) => count));
  return (
    <Table aria-label={label} horizontalSpacing={0} verticalSpacing="xs">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{of}</Table.Th>
          <Table.Th ta="right">{unit}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(([what, detail, count, text]) => (
          <Table.Tr key={`${what} ${detail}`}>
            <Table.Td>
              <Text size="sm" className="wrap-anywhere">
                <strong>{what}</strong> {detail}
              </Text>
              <Group
                h={4}
                mt={4}
                style={{ background: 'var(--warn)', borderRadius: 9, width: `${(count / most) * 100}%` }}
              />
            </Table.Td>
            <Table.Td ta="right" style={{ fontVariantNumeric: 'tabular-nums', verticalAlign: 'top' }}>
              {text}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
