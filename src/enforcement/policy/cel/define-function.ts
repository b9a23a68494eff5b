import type { Meter } from './meter.ts';
import type { Duration, Timestamp } from './time.ts';
import type { CelType } from './types.ts';
import type { CelValue } from './values.ts';

/** What a function is given besides its arguments. */
export type CallContext = {
  readonly meter: Meter;
  /** Whether the text matches the pattern, which is one of the program's literals. */
  matches(text: string, pattern: string): boolean;
};

/** A function that programs may call, for arguments of certain types. */
export type CelFunction = {
  readonly name: string;
  /** Called as `args[0].name(args[1], …)` rather than `name(args[0], …)`. */
  readonly isMethod: boolean;
  readonly args: readonly CelType[];
  readonly result: CelType;
  /** For authors. */
  readonly description: string;
  /** The arguments are of the types of `args`; an int that is asked for is a bigint. */
  apply(args: readonly CelValue[], context: CallContext): CelValue;
};

/** What a function does, besides its name and its types. */
export type Rest = Pick<CelFunction, 'description' | 'apply'>;

/** A function that is called as a method of its first argument. */
export const method = (name: string, args: readonly CelType[], result: CelType, rest: Rest): CelFunction => ({
  name,
  isMethod: true,
  args,
  result,
  ...rest,
});

/** A function that is called by its name alone. */
export const plain = (name: string, args: readonly CelType[], result: CelType, rest: Rest): CelFunction => ({
  ...method(name, args, result, rest),
  isMethod: false,
});

/** Arguments have been held to the types of the function. */
export const text = (value: CelValue | undefined): string => String(value);
export const whole = (value: CelValue | undefined): bigint => value as bigint;
export const time = (value: CelValue | undefined): Timestamp => value as Timestamp;
export const span = (value: CelValue | undefined): Duration => value as Duration;
