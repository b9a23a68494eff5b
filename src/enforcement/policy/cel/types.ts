/** What a value of a program is known to be, before it is evaluated. Dyn is whatever is only known then. */
export type CelType =
  | { readonly kind: 'dyn' | 'null' | 'bool' | 'int' | 'double' | 'string' | 'timestamp' | 'duration' }
  | { readonly kind: 'list'; readonly items: CelType }
  | {
      readonly kind: 'map';
      /** What each value is, but for those of `fields`. */
      readonly values: CelType;
      /** What is known of the values of some names. */
      readonly fields?: ReadonlyMap<string, CelType>;
    };

export type PlainKind = Exclude<CelType['kind'], 'list' | 'map'>;

const plain = <Kind extends PlainKind>(kind: Kind): CelType => ({ kind });

export const DYN = plain('dyn');
export const NULL = plain('null');
export const BOOL = plain('bool');
export const INT = plain('int');
export const DOUBLE = plain('double');
export const STRING = plain('string');
export const TIMESTAMP = plain('timestamp');
export const DURATION = plain('duration');
export const listOf = (items: CelType): CelType => ({ kind: 'list', items });
export const mapOf = (values: CelType, fields?: ReadonlyMap<string, CelType>): CelType =>
  fields === undefined ? { kind: 'map', values } : { kind: 'map', values, fields };

const NAMES: Readonly<Record<CelType['kind'], string>> = {
  dyn: 'any value',
  null: 'null',
  bool: 'true or false',
  int: 'a whole number',
  double: 'a number',
  string: 'text',
  timestamp: 'a timestamp',
  duration: 'a duration',
  list: 'a list',
  map: 'an object',
};

/** The type in words, for authors. */
export const nameOf = ({ kind }: CelType): string => NAMES[kind];

export const isNumber = ({ kind }: CelType): boolean => kind === 'int' || kind === 'double';

/**
 * Whether values of both types can be compared with `==`. Null may be compared with anything, numbers are compared as
 * numbers; whatever else differs in type cannot be compared.
 */
export function areComparable(one: CelType, other: CelType): boolean {
  if (one.kind === 'dyn' || other.kind === 'dyn' || one.kind === 'null' || other.kind === 'null') return true;
  if (isNumber(one) && isNumber(other)) return true;
  if (one.kind === 'list' && other.kind === 'list') return areComparable(one.items, other.items);
  return one.kind === other.kind;
}

/** Whether a value of the type can stand where another type is asked for. */
export function isAssignable(type: CelType, to: CelType): boolean {
  if (type.kind === 'dyn' || to.kind === 'dyn') return true;
  // A double that is whole stands for an int, since every number of JSON is a double.
  if (isNumber(type) && isNumber(to)) return true;
  if (type.kind === 'list' && to.kind === 'list') return isAssignable(type.items, to.items);
  return type.kind === to.kind;
}

/** A type that both are: the same one, or dyn. */
export function joined(one: CelType, other: CelType): CelType {
  if (one.kind === 'list' && other.kind === 'list') return listOf(joined(one.items, other.items));
  if (one.kind === 'map' && other.kind === 'map') return mapOf(DYN);
  if (one.kind === other.kind) return one;
  return isNumber(one) && isNumber(other) ? DOUBLE : DYN;
}
