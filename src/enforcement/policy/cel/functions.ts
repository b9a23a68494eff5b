import { printable } from '../../printable.ts';
import { EvaluationError } from '../evaluation-error.ts';
import { boundedInt, finite } from './arithmetic.ts';
import { type CelFunction, method, plain, type Rest, text, time, whole } from './define-function.ts';
import type { Meter } from './meter.ts';
import { indexOf, lastIndexOf, lowerAscii, sizeOf, substring, upperAscii } from './texts.ts';
import { TIME_FUNCTIONS, TIME_UNITS } from './time-functions.ts';
import {
  BOOL,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  isAssignable,
  listOf,
  mapOf,
  STRING,
  TIMESTAMP,
} from './types.ts';
import { type CelValue, isList, isObject, kindOf, namesOf } from './values.ts';

const SIZES = [STRING, listOf(DYN), mapOf(DYN)].flatMap((type) => {
  const rest: Rest = {
    description: 'How many characters, items or members it has.',
    apply: ([value = null], { meter }) => {
      if (isList(value)) return BigInt(value.length);
      if (isObject(value)) return BigInt(namesOf(value, meter).length);
      return BigInt(sizeOf(text(value), meter));
    },
  };
  return [plain('size', [type], INT, rest), method('size', [type], INT, rest)];
});

/** What finding one text in another costs at worst: where it nearly begins everywhere. */
function spendOnSearch(meter: Meter, within: string, sought: string): void {
  meter.spend(within.length * (0.4 + Math.min(sought.length, within.length) / 100));
}

const TEXT_FUNCTIONS = [
  method('startsWith', [STRING, STRING], BOOL, {
    description: 'Whether it begins with that text.',
    apply([whole, part], { meter }) {
      meter.spendOn(text(part).length);
      return text(whole).startsWith(text(part));
    },
  }),
  method('endsWith', [STRING, STRING], BOOL, {
    description: 'Whether it ends with that text.',
    apply([whole, part], { meter }) {
      meter.spendOn(text(part).length);
      return text(whole).endsWith(text(part));
    },
  }),
  method('contains', [STRING, STRING], BOOL, {
    description: 'Whether that text is somewhere in it.',
    apply([whole, part], { meter }) {
      spendOnSearch(meter, text(whole), text(part));
      return text(whole).includes(text(part));
    },
  }),
  method('matches', [STRING, STRING], BOOL, {
    description:
      'Whether the regular expression, in RE2’s syntax, matches some part of it; `^` and `$` bind it to the whole, `(?i)` ignores case. The expression is a literal.',
    apply: ([value, pattern], context) => context.matches(text(value), text(pattern)),
  }),
  method('lowerAscii', [STRING], STRING, {
    description: 'The same with A to Z in lower case.',
    apply: ([value], { meter }) => lowerAscii(text(value), meter),
  }),
  method('upperAscii', [STRING], STRING, {
    description: 'The same with a to z in upper case.',
    apply: ([value], { meter }) => upperAscii(text(value), meter),
  }),
  method('trim', [STRING], STRING, {
    description: 'The same without white space at its ends.',
    apply([value], { meter }) {
      meter.spendOn(text(value).length);
      return text(value).trim();
    },
  }),
  method('indexOf', [STRING, STRING], INT, {
    description: 'How many characters stand before the first occurrence of that text; -1 if there is none.',
    apply([value, sought], { meter }) {
      spendOnSearch(meter, text(value), text(sought));
      return indexOf(text(value), text(sought), meter);
    },
  }),
  method('lastIndexOf', [STRING, STRING], INT, {
    description: 'The same of the last occurrence.',
    apply([value, sought], { meter }) {
      spendOnSearch(meter, text(value), text(sought));
      return lastIndexOf(text(value), text(sought), meter);
    },
  }),
  method('substring', [STRING, INT], STRING, {
    description: 'From that character on, counted from 0.',
    apply: ([value, start], { meter }) => substring(text(value), whole(start), null, meter),
  }),
  method('substring', [STRING, INT, INT], STRING, {
    description: 'From that character on up to, and without, the other.',
    apply: ([value, start, end], { meter }) => substring(text(value), whole(start), whole(end), meter),
  }),
  method('split', [STRING, STRING], listOf(STRING), {
    description: 'The parts of it between occurrences of that text.',
    apply([value, separator], { meter }) {
      spendOnSearch(meter, text(value), text(separator));
      const parts = text(separator) === '' ? [...text(value)] : text(value).split(text(separator));
      meter.spend(parts.length * 2);
      return parts;
    },
  }),
];

/** What the specification reads as true and as false. */
const TRUTHS: ReadonlySet<string> = new Set(['true', 'True', 'TRUE', 't', '1']);
const UNTRUTHS: ReadonlySet<string> = new Set(['false', 'False', 'FALSE', 'f', '0']);

/** What reading a number costs. */
const NUMBER_UNITS = 40;

const CONVERSIONS = [
  plain('int', [DOUBLE], INT, {
    description: 'The number without its fraction.',
    apply: ([value = 0]) => (typeof value === 'number' ? boundedInt(BigInt(Math.trunc(value))) : value),
  }),
  plain('int', [STRING], INT, {
    description: 'The whole number that the text says.',
    apply([value], { meter }) {
      meter.spend(NUMBER_UNITS);
      if (!/^[+-]?\d{1,19}$/.test(text(value))) throw noNumber(text(value));
      return boundedInt(BigInt(text(value).replace('+', '')));
    },
  }),
  plain('int', [TIMESTAMP], INT, {
    description: 'How many seconds after 1970-01-01T00:00:00Z it is.',
    apply: ([value]) => time(value).seconds,
  }),
  plain('double', [DOUBLE], DOUBLE, {
    description: 'The same number, as one with a fraction.',
    apply: ([value]) => Number(value),
  }),
  plain('double', [STRING], DOUBLE, {
    description: 'The number that the text says.',
    apply([value], { meter }) {
      meter.spend(NUMBER_UNITS);
      const isNumber = text(value).length <= 64 && /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(text(value));
      if (!isNumber) throw noNumber(text(value));
      return finite(Number(text(value)));
    },
  }),
  ...[STRING, BOOL, INT, DOUBLE, TIMESTAMP, DURATION].map((type) =>
    plain('string', [type], STRING, {
      description: 'It, as text.',
      apply([value], { meter }) {
        if (typeof value !== 'string') meter.spend(typeof value === 'object' ? TIME_UNITS : NUMBER_UNITS);
        return String(value);
      },
    }),
  ),
  plain('bool', [STRING], BOOL, {
    description: 'What the text "true" or "false" says.',
    apply([value]) {
      if (TRUTHS.has(text(value))) return true;
      if (UNTRUTHS.has(text(value))) return false;
      throw new EvaluationError(`"${printable(text(value))}" is neither "true" nor "false"`);
    },
  }),
  plain('bool', [BOOL], BOOL, { description: 'The same.', apply: ([value = null]) => value }),
  plain('dyn', [DYN], DYN, {
    description: 'The same; its type is only known when it is evaluated.',
    apply: ([value = null]) => value,
  }),
];

/** Every function that programs may call; a name may stand for several, which differ in what they are given. */
export const CEL_FUNCTIONS: readonly CelFunction[] = [...SIZES, ...TEXT_FUNCTIONS, ...TIME_FUNCTIONS, ...CONVERSIONS];

const overloads = Map.groupBy(CEL_FUNCTIONS, ({ name, isMethod }) => (isMethod ? `.${name}` : name));

/** The functions of that name; none if it is not listed. */
export const functionsNamed = (name: string, isMethod: boolean): readonly CelFunction[] =>
  overloads.get(isMethod ? `.${name}` : name) ?? [];

/** Whether values of these types may be what the function is given. */
export const takes = ({ args }: CelFunction, types: readonly CelType[]): boolean =>
  args.length === types.length && args.every((arg, at) => isAssignable(types[at] ?? DYN, arg));

/**
 * The arguments as the function takes them, or null if it does not: a whole double where an int is asked for becomes
 * one.
 */
export function fitted({ args }: CelFunction, values: readonly CelValue[]): readonly CelValue[] | null {
  if (args.length !== values.length) return null;
  const fits: CelValue[] = [];
  for (const [at, { kind: wanted }] of args.entries()) {
    const value = values[at] ?? null;
    const kind = kindOf(value);
    if (wanted === 'int' && typeof value === 'number' && Number.isSafeInteger(value)) fits.push(BigInt(value));
    else if (wanted === 'double' && typeof value === 'bigint') fits.push(value);
    else if (wanted === kind || wanted === 'dyn') fits.push(value);
    else return null;
  }
  return fits;
}

const noNumber = (value: string) => new EvaluationError(`"${printable(value)}" is no such number`);
