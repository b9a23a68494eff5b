/** The item at that place, which the test knows to be there. */
export function nth<Item>(items: readonly Item[], at: number): Item {
  const item = items[at];
  if (item === undefined) throw new Error(`there is nothing at ${at}`);
  return item;
}
