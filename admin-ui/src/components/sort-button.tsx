import { Table, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronUp, IconSelector } from '@tabler/icons-react';
import type { AgentOrder } from '../generated/graphql.ts';

type Props = {
  readonly label: string;
  readonly order: AgentOrder;
  readonly orderBy: AgentOrder;
  readonly descending: boolean;
  readonly onSort: (order: AgentOrder, descending: boolean) => void;
  readonly align?: 'left' | 'right';
};

/** A column's head that sorts by it; again, the other way round. */
export function SortButton({ label, order, orderBy, descending, onSort, align = 'left' }: Props) {
  const isSorted = order === orderBy;
  const Icon = !isSorted ? IconSelector : descending ? IconChevronDown : IconChevronUp;
  return (
    <Table.Th role="columnheader" ta={align} aria-sort={isSorted ? (descending ? 'descending' : 'ascending') : 'none'}>
      <UnstyledButton className="sort-button" fz="sm" onClick={() => onSort(order, isSorted ? !descending : true)}>
        {label}
        <Icon size={14} aria-hidden />
      </UnstyledButton>
    </Table.Th>
  );
}
