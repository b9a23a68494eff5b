import fc from 'fast-check';

/** What an input is made of: where its choices come from, and how many of them there are. */
export type Roll = readonly [seed: number, length: number];

/** The most choices of one input; what is chosen after that is always the first, which ends whatever nests. */
const CHOICES_MAX = 60;

/** Inputs that shrink to fewer of the same choices. */
export const rolls: fc.Arbitrary<Roll> = fc.tuple(fc.noShrink(fc.nat()), fc.nat(CHOICES_MAX));

/** A row of choices that is the same whenever it is made of the same roll. */
export class Tape {
  #state: number;
  #left: number;

  constructor([seed, length]: Roll) {
    this.#state = seed;
    this.#left = length;
  }

  /** Whether all that follows is the first of each choice. */
  get isOver(): boolean {
    return this.#left <= 0;
  }

  /** A number from 0 on, less than `bound`; 0 when the tape is over. */
  below(bound: number): number {
    if (this.#left <= 0) return 0;
    this.#left -= 1;
    // Mulberry32: small, and good enough to choose by.
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  }

  /** One of them; the first when the tape is over. */
  oneOf<Item>(items: readonly Item[]): Item {
    if (items.length === 0) throw new Error('there is nothing to choose from');
    return items[this.below(items.length)] as Item;
  }

  /** True once in so many times; never when the tape is over. */
  once(times: number): boolean {
    return this.below(times) === times - 1 && times > 1;
  }

  /** From 0 up to `max` of what `make` makes; none when the tape is over. */
  some<Item>(max: number, make: (at: number) => Item): readonly Item[] {
    return Array.from({ length: this.below(max + 1) }, (_, at) => make(at));
  }
}
