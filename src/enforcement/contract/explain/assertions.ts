import { canonicalJson } from '../../../domain/canonical-json.ts';
import { measureJson } from '../../json-bounds.ts';
import { quoted } from '../../printable.ts';
import { isMultipleOf } from '../decimal.ts';
import type { Problem } from './problem.ts';
import { counted, wordsOfChoices, wordsOfFormat, wordsOfTypes } from './words.ts';

/** A schema in normal form; every keyword's value is as KEYWORDS says. */
export type Normal = Readonly<Record<string, unknown>>;

/** What a keyword finds wrong, without the place. */
export type Finding = Omit<Problem, 'place'>;

/** What looking for problems needs from outside the schema. Each counts what it takes. */
export type Tools = {
  charge(steps: number): void;
  matchesPattern(pattern: string, text: string): boolean;
  matchesFormat(format: string, value: string | number): boolean;
  /** A text of a schema's own examples, or null. */
  exampleOf(schema: Normal): string | null;
};

/** What the keywords say of the value itself, but for its members. Of what the value is not at all, nothing more. */
export function findingsOf(schema: Normal, value: unknown, tools: Tools): readonly Finding[] {
  const kind = ofKind(schema, value, tools);
  if (kind !== null) return [kind];
  if (typeof value === 'number') return ofNumber(schema, value, tools);
  if (typeof value === 'string') return ofText(schema, value, tools);
  if (Array.isArray(value)) return ofList(schema, value, tools);
  return typeof value === 'object' && value !== null ? ofObject(schema, value) : [];
}

function ofKind(schema: Normal, value: unknown, tools: Tools): Finding | null {
  const types = listed(schema.type);
  if (types.length > 0 && !types.some((type) => isOfType(type, value))) {
    return { keyword: 'type', says: wordsOfTypes(types, value), allowed: types };
  }
  const choices = choicesOf(schema);
  if (choices.length === 0) return null;
  const json = asJson(value, tools);
  for (const allowed of choices) {
    tools.charge(allowed.length);
    if (allowed.some((each) => canonicalJson(each) === json)) continue;
    return { keyword: 'enum', says: wordsOfChoices(allowed, value), allowed };
  }
  return null;
}

/** What the value must be one of, by each keyword that says so. */
export function choicesOf(schema: Normal): readonly (readonly unknown[])[] {
  const choices: (readonly unknown[])[] = [];
  if (Object.hasOwn(schema, 'const')) choices.push([schema.const]);
  if (Array.isArray(schema.enum)) choices.push(schema.enum);
  if (Array.isArray(schema.equalsOneOf)) choices.push(...schema.equalsOneOf);
  return choices;
}

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

const number = (keyword: string, words: string, isRight: (value: number, bound: number) => boolean) => ({
  keyword,
  words,
  isRight,
});

const NUMBERS = [
  number('minimum', 'at least', (value, bound) => value >= bound),
  number('exclusiveMinimum', 'more than', (value, bound) => value > bound),
  number('maximum', 'at most', (value, bound) => value <= bound),
  number('exclusiveMaximum', 'less than', (value, bound) => value < bound),
  number('multipleOf', 'a multiple of', isMultipleOf),
];

function ofNumber(schema: Normal, value: number, tools: Tools): Finding[] {
  const findings: Finding[] = [];
  for (const { keyword, words, isRight } of NUMBERS) {
    const bound = schema[keyword];
    if (typeof bound === 'number' && !isRight(value, bound))
      findings.push({ keyword, says: `must be ${words} ${bound}` });
  }
  return [...findings, ...ofFormat(schema, value, tools)];
}

function ofText(schema: Normal, value: string, tools: Tools): Finding[] {
  const { minLength, maxLength, pattern } = schema;
  const findings: Finding[] = [];
  tools.charge(value.length / 16);
  const length = minLength === undefined && maxLength === undefined ? 0 : [...value].length;
  if (isBelow(length, minLength)) findings.push({ keyword: 'minLength', says: atLeast(minLength) });
  if (isAbove(length, maxLength)) {
    findings.push({ keyword: 'maxLength', says: `must be ${counted('at most', maxLength, 'character')} long` });
  }
  const format = ofFormat(schema, value, tools);
  if (format.length > 0) return [...findings, ...format];
  // What generators write beside a format says the same again, in a pattern.
  if (typeof pattern === 'string' && !tools.matchesPattern(pattern, value)) {
    findings.push({ keyword: 'pattern', says: wordsOfPattern(schema, pattern, tools) });
  }
  return findings;
}

const atLeast = (minLength: unknown): string =>
  minLength === 1 ? 'must not be empty' : `must be ${counted('at least', minLength, 'character')} long`;

function wordsOfPattern(schema: Normal, pattern: string, tools: Tools): string {
  if (typeof schema.format === 'string' && schema.format !== '') return wordsOfFormat(schema.format);
  const example = tools.exampleOf(schema);
  return example === null
    ? `must match the pattern ${quoted(pattern, 120)}`
    : `must be of the form of ${quoted(example)}`;
}

function ofFormat({ format }: Normal, value: string | number, tools: Tools): Finding[] {
  if (typeof format !== 'string' || tools.matchesFormat(format, value)) return [];
  return [{ keyword: 'format', says: wordsOfFormat(format) }];
}

function ofList(schema: Normal, value: readonly unknown[], tools: Tools): Finding[] {
  const { minItems, maxItems, uniqueItems } = schema;
  const findings = ofCount(value.length, minItems, maxItems, 'item');
  if (uniqueItems !== true) return findings;
  const seen = new Map<string, number>();
  for (const [index, item] of value.entries()) {
    const json = asJson(item, tools);
    const first = seen.get(json);
    if (first === undefined) seen.set(json, index);
    else {
      findings.push({ keyword: 'uniqueItems', says: `must not have equal items, as ${first} and ${index} are` });
      break;
    }
  }
  return findings;
}

const ofObject = ({ minProperties, maxProperties }: Normal, value: object): Finding[] =>
  ofCount(Object.keys(value).length, minProperties, maxProperties, 'member');

function ofCount(count: number, min: unknown, max: unknown, thing: string): Finding[] {
  const findings: Finding[] = [];
  if (isBelow(count, min)) findings.push({ keyword: 'min', says: `must have ${counted('at least', min, thing)}` });
  if (isAbove(count, max)) findings.push({ keyword: 'max', says: `must have ${counted('at most', max, thing)}` });
  return findings;
}

const isBelow = (count: number, min: unknown): boolean => typeof min === 'number' && count < min;
const isAbove = (count: number, max: unknown): boolean => typeof max === 'number' && count > max;

function asJson(value: unknown, tools: Tools): string {
  const size = measureJson(value);
  if ('nodes' in size) tools.charge(size.nodes + size.chars / 16);
  return canonicalJson(value);
}

/** A keyword's value that is one text or a list of them. */
export const listed = (value: unknown): readonly string[] =>
  typeof value === 'string' ? [value] : Array.isArray(value) ? value : [];

/** A keyword's value that is an object. */
export const mapOf = (value: unknown): Normal =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Normal) : {};
