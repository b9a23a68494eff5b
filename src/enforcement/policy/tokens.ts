import { quoted } from '../printable.ts';
import { ConditionError } from './condition-error.ts';
import type { Scalar } from './expression.ts';

/** One word of a condition. `at` counts characters from 1, for messages. */
export type Token =
  | { readonly kind: 'literal'; readonly text: string; readonly at: number; readonly value: Scalar }
  | { readonly kind: 'name'; readonly text: string; readonly at: number }
  | { readonly kind: 'operator'; readonly text: string; readonly at: number }
  | { readonly kind: 'bracket'; readonly text: '(' | ')' | '[' | ']'; readonly at: number }
  | { readonly kind: 'comma'; readonly text: ','; readonly at: number };

const SPACE = /[ \t\r\n]+/y;
const WORD = /[\p{L}_][\p{L}\p{M}\p{N}_]*/uy;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const OPERATOR = /==(?!=)|!=(?!=)|<=|>=|<(?![<>])|>(?!>)|\*(?!\*)|\/(?![/*])|[+\-%?:]/y;
const BRACKET = /[()[\]]/y;

/** What other languages write, and what is written here. The longest comes first. */
const FOREIGN = /===|!==|\*\*|\/\/|\/\*|\|\||&&|<>|=>|=<|<<|>>|[=|&!^;.{}#~`@$\\“”„‘’«»≤≥≠×÷]/uy;

const HINTS: ReadonlyMap<string, string> = new Map([
  ['=', 'did you mean =='],
  ['===', 'did you mean =='],
  ['!==', 'did you mean !='],
  ['<>', 'did you mean !='],
  ['≠', 'did you mean !='],
  ['=>', 'did you mean >='],
  ['≥', 'did you mean >='],
  ['=<', 'did you mean <='],
  ['≤', 'did you mean <='],
  ['||', 'did you mean or'],
  ['|', 'did you mean or'],
  ['&&', 'did you mean and'],
  ['&', 'did you mean and'],
  ['!', 'did you mean not'],
  ['×', 'did you mean *'],
  ['÷', 'did you mean /'],
  ['**', 'there are no powers'],
  ['^', 'there are no powers'],
  ['//', 'there is no whole-number division'],
  ['/*', 'there are no comments'],
  ['#', 'there are no comments'],
  [';', 'a condition is one expression'],
  ['.', 'there is no access to members; a param is written params_<field>'],
  ...['“', '”', '„', '‘', '’', '«', '»', '`'].map((quote) => [quote, 'text is quoted with " or \''] as const),
]);

const CONSTANTS: ReadonlyMap<string, Scalar> = new Map<string, Scalar>([
  ['True', true],
  ['true', true],
  ['False', false],
  ['false', false],
  ['None', null],
  ['null', null],
]);

const WORD_OPERATORS: ReadonlySet<string> = new Set(['and', 'or', 'not', 'in']);

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["'", "'"],
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/** Splits a condition into words. Throws a ConditionError at the first thing that is none. */
export function tokenise(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let position = 0;

  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = position;
    return pattern.exec(text)?.[0] ?? null;
  };

  while (position < text.length) {
    const space = match(SPACE);
    if (space !== null) {
      position += space.length;
      continue;
    }
    const token = readToken(text, position, match);
    tokens.push(token);
    position += token.text.length;
  }
  return tokens;
}

function readToken(text: string, position: number, match: (pattern: RegExp) => string | null): Token {
  const at = position + 1;
  const first = text.charAt(position);
  if (first === '"' || first === "'") return readString(text, position);
  const word = match(WORD);
  if (word !== null) return readWord(word, at);
  const number = match(NUMBER);
  if (number !== null) return readNumber(number, text.charAt(position + number.length), at);
  const operator = match(OPERATOR);
  if (operator !== null) return { kind: 'operator', text: operator, at };
  const bracket = match(BRACKET);
  if (bracket === '(' || bracket === ')' || bracket === '[' || bracket === ']') {
    return { kind: 'bracket', text: bracket, at };
  }
  if (first === ',') return { kind: 'comma', text: ',', at };
  const foreign = match(FOREIGN) ?? String.fromCodePoint(text.codePointAt(position) ?? 0xfffd);
  const hint = HINTS.get(foreign);
  throw new ConditionError(
    `${quoted(foreign)} at character ${at} is not part of the language${hint === undefined ? '' : `; ${hint}`}`,
  );
}

function readWord(text: string, at: number): Token {
  const constant = CONSTANTS.get(text);
  if (constant !== undefined) return { kind: 'literal', text, at, value: constant };
  return { kind: WORD_OPERATORS.has(text) ? 'operator' : 'name', text, at };
}

function readNumber(text: string, following: string, at: number): Token {
  if (/[\p{L}\p{N}_.]/u.test(following))
    throw new ConditionError(`${quoted(text + following)} at character ${at} is no number`);
  const value = Number(text);
  if (!Number.isFinite(value)) throw new ConditionError(`The number ${quoted(text)} at character ${at} is too large`);
  if (/^\d+$/.test(text) && !Number.isSafeInteger(value)) {
    throw new ConditionError(`The number ${quoted(text)} at character ${at} is too large to be exact`);
  }
  return { kind: 'literal', text, at, value };
}

function readString(text: string, start: number): Token {
  const quote = text.charAt(start);
  let value = '';
  for (let i = start + 1; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === quote) return { kind: 'literal', text: text.slice(start, i + 1), at: start + 1, value };
    if (character !== '\\') {
      value += character;
      continue;
    }
    i += 1;
    const escaped = text.charAt(i);
    const hex = escaped === 'u' ? text.slice(i + 1, i + 5) : '';
    const meant = /^[0-9a-f]{4}$/i.test(hex) ? String.fromCharCode(Number.parseInt(hex, 16)) : ESCAPES.get(escaped);
    if (meant === undefined) {
      throw new ConditionError(`${quoted(`\\${escaped}`)} at character ${i} is no escape; a backslash is written \\\\`);
    }
    value += meant;
    i += hex.length;
  }
  throw new ConditionError(`The text that begins at character ${start + 1} has no closing quote`);
}
