import type { Roll } from './tape.ts';

/** One way in, and what is sent there. */
export type Door = {
  readonly name: string;
  /** How many inputs a run sends at least, and how many at most at a time. */
  readonly inputs: number;
  readonly atOnce: number;
  /** Sends them all, and throws a Violation at what never happens. @param again how often these were sent before */
  send(inputs: readonly Roll[], again: number): Promise<void>;
  /** What is sent, for people. */
  show(input: Roll): string;
  /** Further figures of the report. */
  readonly counts: Readonly<Record<string, number>>;
  close(): void;
};

/** Does it for every item, so many at a time. */
export async function forAll<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item, at: number) => Promise<void>,
): Promise<void> {
  const rest = items.entries();
  const one = async () => {
    for (const [at, item] of rest) await work(item, at);
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}
