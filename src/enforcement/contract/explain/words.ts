import { closestName } from '../../../domain/closest-name.ts';
import { printable, quoted } from '../../printable.ts';

const CHOICES_MAX = 10;

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
};

/** What a value must be that is of none of JSON Schema's types, and what it is: `must be a number, not text`. */
export const wordsOfTypes = (types: readonly string[], value: unknown): string => wordsOfNoneOf(types, [], value);

/** The same where it may also be one of some values, which are in words already. */
export function wordsOfNoneOf(types: readonly string[], choices: readonly string[], value: unknown): string {
  // Of a number that is not whole, what it is needs no saying.
  const isFraction = typeof value === 'number' && types.includes('integer');
  const shown = [...typeWords(types), ...choices.slice(0, CHOICES_MAX)];
  return `must be ${listOf(shown)}${isFraction ? '' : `, not ${kindOf(value)}`}`;
}

const typeWords = (types: readonly string[]): readonly string[] =>
  [...new Set(types)]
    .filter((type) => type !== 'integer' || !types.includes('number'))
    .map((type) => TYPES[type] ?? type);

/** What a value is that the schema must not fit. */
export function wordsOfNot({ type, required, const: one, enum: several }: Readonly<Record<string, unknown>>): string {
  if (Array.isArray(required) && required.length > 0) {
    const names = required.slice(0, CHOICES_MAX).map((name) => quoted(String(name)));
    return names.length === 1 ? `must not have the member ${names[0]}` : `must not have all of ${names.join(', ')}`;
  }
  const values = Array.isArray(several) ? several : one === undefined ? [] : [one];
  if (values.length > 0) return `must not be ${listOf(values.slice(0, CHOICES_MAX).map(inJson))}`;
  const types = typeof type === 'string' ? [type] : Array.isArray(type) ? type.map(String) : [];
  return types.length > 0 ? `must not be ${listOf(typeWords(types))}` : 'is of a form that is not allowed';
}

function kindOf(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return 'a number';
  return Array.isArray(value) ? 'a list' : 'an object';
}

/** What a value must be that is none of the allowed ones, and which was meant where that can be told. */
export function wordsOfChoices(choices: readonly unknown[], value: unknown): string {
  const shown = choices.slice(0, CHOICES_MAX).map(inJson);
  if (choices.length > CHOICES_MAX) shown.push(`${choices.length - CHOICES_MAX} other values`);
  const says = choices.length === 1 ? `must be ${shown[0]}` : `must be one of ${shown.join(', ')}`;
  const texts = choices.filter((each) => typeof each === 'string');
  const meant = choices.length > 1 && typeof value === 'string' ? closestName(value, texts) : null;
  return meant === null ? says : `${says}; did you mean ${quoted(meant)}?`;
}

export const inJson = (value: unknown): string =>
  typeof value === 'string' ? quoted(value) : printable(JSON.stringify(value) ?? 'nothing');

/** `a`, `a or b`, `a, b or c`. */
function listOf(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}

/** `at most 1 item`, `at least 2 items`. */
export const counted = (how: string, count: unknown, thing: string): string =>
  `${how} ${Number(count).toLocaleString('en')} ${thing}${count === 1 ? '' : 's'}`;

/** What texts of a format are, with an example where the name alone leaves questions. */
const FORMATS: ReadonlyMap<string, string> = new Map([
  ['date', 'a date such as 2026-01-31'],
  ['time', 'a time with its zone such as 12:00:00Z'],
  ['date-time', 'a date and time such as 2026-01-31T12:00:00Z'],
  ['iso-time', 'a time such as 12:00:00'],
  ['iso-date-time', 'a date and time such as 2026-01-31T12:00:00'],
  ['duration', 'a duration such as PT1H30M'],
  ['uri', 'a URI such as https://example.com/page'],
  ['uri-reference', 'a URI, or a part of one such as /page'],
  ['uri-template', 'a URI template such as /users/{id}'],
  ['iri', 'a URI such as https://example.com/page'],
  ['iri-reference', 'a URI, or a part of one such as /page'],
  ['url', 'a URL such as https://example.com/page'],
  ['email', 'an e-mail address'],
  ['idn-email', 'an e-mail address'],
  ['hostname', 'a host name such as example.com'],
  ['idn-hostname', 'a host name such as example.com'],
  ['ipv4', 'an IPv4 address such as 192.0.2.1'],
  ['ipv6', 'an IPv6 address such as 2001:db8::1'],
  ['regex', 'a regular expression'],
  ['uuid', 'a UUID such as 123e4567-e89b-12d3-a456-426614174000'],
  ['json-pointer', 'a JSON pointer such as /items/0'],
  ['json-pointer-uri-fragment', 'a JSON pointer such as #/items/0'],
  ['relative-json-pointer', 'a relative JSON pointer such as 1/items'],
  ['byte', 'text in Base64'],
  ['int32', 'a whole number of 32 bits'],
  ['int64', 'a whole number of 64 bits'],
]);

export const wordsOfFormat = (format: string): string =>
  `must be ${FORMATS.get(format) ?? `of the format ${quoted(format)}`}`;
