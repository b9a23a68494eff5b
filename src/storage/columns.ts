/** Rows as the arrays that `unnest` makes rows of again: one per column. */
export const columnsOf = <Row>(
  rows: readonly Row[],
  columns: readonly ((row: Row) => unknown)[],
): readonly (readonly unknown[])[] => columns.map((column) => rows.map(column));
