/** The rows in the order of the ids that they were asked for by; null where there is none. */
export const inOrderOf = <Row extends { readonly id: string }>(
  ids: readonly string[],
  rows: readonly Row[],
): readonly (Row | null)[] => {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
};
