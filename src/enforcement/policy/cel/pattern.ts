import { RE2Set } from 're2js';
import { PATTERN_MEMORY_BYTES } from '../../contract/compile-pattern.ts';
import { quoted } from '../../printable.ts';
import { CelError } from './cel-error.ts';

/** How many instructions the patterns of a program may have in all, their repetitions written out. */
export const PATTERN_SIZE_MAX = 4_000;

/** A regular expression of a program, which is matched in time linear in the text. */
export type CelPattern = { test(text: string): boolean };

/** Compiles RE2's own syntax. Throws a CelError for what is none; measure it first, since this takes as long. */
export function compileCelPattern(pattern: string): CelPattern {
  const engine = new RE2Set(RE2Set.UNANCHORED, 0, PATTERN_MEMORY_BYTES);
  try {
    engine.add(pattern);
    engine.compile();
  } catch (cause) {
    throw new CelError(
      'is no regular expression of RE2, which has no look-around, no back-references and no more than 1,000 repetitions',
      { cause },
    );
  }
  return { test: (text) => engine.match(text).length > 0 };
}

/** What is wrong with the regular expressions of a program; measured before, so that this takes milliseconds. */
export function problemsOfPatterns({
  patterns,
}: {
  readonly patterns: ReadonlyMap<string, number>;
}): readonly string[] {
  return [...patterns.keys()].flatMap((pattern) => {
    try {
      compileCelPattern(pattern);
      return [];
    } catch (error) {
      if (error instanceof CelError) return [`The regular expression ${quoted(pattern)} ${error.message}`];
      throw error;
    }
  });
}

/** Compiling an instruction, looking a Unicode property up, and one character of a range that ignores case. */
const UNITS = { instruction: 200, property: 8_000, foldedCharacter: 2 } as const;
/** The only characters that have another case are within these. */
const FIRST_FOLDED = 0x41;
const LAST_FOLDED = 0x1e943;

const IGNORES_CASE = /\(\?[a-zA-Z-]*i/;
const PROPERTY = /\\[pP]/g;
/** `-` with what stands on either side, whether that is a range or not. */
const RANGE = /(?<=(\\x\{[\da-fA-F]+\}|\\x[\da-fA-F]{2}|[\s\S]))-(?=(\\x\{[\da-fA-F]+\}|\\x[\da-fA-F]{2}|\\?[\s\S]))/gu;

/** What compiling a pattern of that size costs at most, in the meter's units: RE2 goes through ranges letter by letter to ignore case. */
export function compilationUnits(pattern: string, size: number): number {
  const properties = pattern.match(PROPERTY)?.length ?? 0;
  const units = size * UNITS.instruction + properties * UNITS.property;
  if (!IGNORES_CASE.test(pattern)) return units;
  const folded = [...pattern.matchAll(RANGE)].reduce((sum, [, from = '', to = '']) => {
    const width = Math.min(characterOf(to), LAST_FOLDED) - Math.max(characterOf(from), FIRST_FOLDED);
    return sum + Math.max(0, width);
  }, 0);
  return units + folded * UNITS.foldedCharacter;
}

function characterOf(atom: string): number {
  const hexadecimal = /^\\x\{?([\da-fA-F]+)/.exec(atom)?.[1];
  return hexadecimal === undefined
    ? (atom.replace(/^\\(?=.)/s, '').codePointAt(0) ?? 0)
    : Number.parseInt(hexadecimal, 16);
}

type Group = { size: number; lastAtom: number };

const REPETITION = /\{(\d{1,4})(?:(,)(\d{0,4}))?\}/y;
const ESCAPE = /\\(?:[xpP]\{[^}]*\}|[\s\S])/y;
const GROUP_START = /\(\?(?:P?<[^>]*>|[a-zA-Z-]*(:|\)))/y;

/**
 * About how many instructions a pattern is compiled to, without compiling it: what each character of a text costs at
 * worst. Of what is no regular expression it is some number. Throws a CelError for `\\Q`, which would hide what follows.
 */
export function patternSize(pattern: string): number {
  const groups: Group[] = [{ size: 1, lastAtom: 0 }];
  const current = () => groups.at(-1) ?? { size: 0, lastAtom: 0 };
  const add = (size: number) => {
    const group = current();
    group.size += size;
    group.lastAtom = size;
  };
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    if (character === '\\') {
      ESCAPE.lastIndex = at;
      at += (ESCAPE.exec(pattern)?.[0].length ?? 1) - 1;
      if (pattern.charAt(at) === 'Q') throw new CelError('uses \\Q, which is not supported');
      add(1);
    } else if (character === '[') {
      at = endOfClass(pattern, at);
      add(1);
    } else if (character === '(') {
      GROUP_START.lastIndex = at;
      const start = GROUP_START.exec(pattern);
      if (start !== null) at += start[0].length - 1;
      if (start?.[1] !== ')') groups.push({ size: 1, lastAtom: 0 });
    } else if (character === ')') {
      const { size } = groups.length > 1 ? (groups.pop() ?? { size: 0 }) : { size: 0 };
      add(size + 1);
    } else if (character === '*' || character === '+' || character === '?' || character === '|') {
      current().size += 1;
    } else {
      REPETITION.lastIndex = at;
      const repetition = character === '{' ? REPETITION.exec(pattern) : null;
      if (repetition === null) {
        add(1);
        continue;
      }
      const [written, least, more, most] = repetition;
      const times = Math.max(1, Number(most || least) + (more === undefined || most ? 0 : 1));
      const group = current();
      group.size += group.lastAtom * (times - 1) + times;
      group.lastAtom = group.lastAtom * times + times;
      at += written.length - 1;
    }
  }
  return groups.reduce((sum, { size }) => sum + size, 0);
}

/** Where the class that begins there ends. */
function endOfClass(pattern: string, start: number): number {
  let at = start + 1;
  if (pattern.charAt(at) === '^') at += 1;
  if (pattern.charAt(at) === ']') at += 1;
  for (; at < pattern.length && pattern.charAt(at) !== ']'; at++) {
    if (pattern.charAt(at) === '\\') at += 1;
    else if (pattern.startsWith('[:', at)) at = Math.max(at, pattern.indexOf(':]', at) + 1);
  }
  return at;
}
