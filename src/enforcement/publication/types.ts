/**
 * What a value can be, as a set of bits. True and false have one each, so that a set also says which of them a rule can
 * come to. The empty set is that of what has no value: it is never there, or cannot be evaluated.
 */
export type Types = number;

export const NOTHING: Types = 0;
export const TRUE: Types = 1;
export const FALSE: Types = 2;
export const NULL: Types = 4;
export const NUMBER: Types = 8;
export const TEXT: Types = 16;
export const LIST: Types = 32;
export const OBJECT: Types = 64;
export const TIMESTAMP: Types = 128;
/** A duration, in CEL. */
export const DURATION: Types = 256;
export const BOOLEAN: Types = TRUE | FALSE;
/** What JSON has. */
export const ANY_JSON: Types = BOOLEAN | NULL | NUMBER | TEXT | LIST | OBJECT;
/** What a rule can come to in either language. */
export const ANYTHING: Types = ANY_JSON | TIMESTAMP | DURATION;

const IN_WORDS: readonly (readonly [Types, string])[] = [
  [NULL, 'null'],
  [BOOLEAN, 'true or false'],
  [NUMBER, 'a number'],
  [TEXT, 'text'],
  [LIST, 'a list'],
  [OBJECT, 'an object'],
  [TIMESTAMP, 'a timestamp'],
  [DURATION, 'a duration'],
];

/** The set for authors: `text or null`. */
export function typesInWords(types: Types): string {
  return IN_WORDS.filter(([type]) => (types & type) !== 0)
    .map(([, words]) => words)
    .join(' or ');
}

/** The set with true and false as one type: what has either can be compared with what has the other. */
export const kinds = (types: Types): Types => ((types & BOOLEAN) === 0 ? types : types | BOOLEAN);

export function typeOfJson(value: unknown): Types {
  if (value === null) return NULL;
  if (Array.isArray(value)) return LIST;
  switch (typeof value) {
    case 'boolean':
      return value ? TRUE : FALSE;
    case 'number':
      return NUMBER;
    case 'string':
      return TEXT;
    default:
      return OBJECT;
  }
}
