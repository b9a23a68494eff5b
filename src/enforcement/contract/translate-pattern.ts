import { unicodeSet } from './unicode-properties.ts';

export const PATTERN_MAX_LENGTH = 1_024;
export const PATTERN_SIZE_MAX = 4_000;
/** RE2's own bound on how often something is repeated, nested repetitions multiplied. */
export const PATTERN_REPEAT_MAX = 1_000;

/**
 * How a regular expression is matched.
 * - linear: by RE2, given as sources: a text matches if it matches all of `required` and none of `forbidden`
 * - backtracking: by the platform's own engine with these flags, for what RE2 has not: look-around, back-references,
 *   inline flags, most Unicode properties. A text can make it take any time, so only the isolate may run it.
 */
export type TranslatedPattern = {
  /** About how many instructions it is compiled to: what matching costs per character, at worst, if it is linear. */
  readonly size: number;
} & (
  | { readonly engine: 'linear'; readonly required: readonly string[]; readonly forbidden: readonly string[] }
  | { readonly engine: 'backtracking'; readonly flags: 'u' | '' }
);

/** Why a pattern cannot be taken, in words for its author. */
export class PatternError extends Error {}

/**
 * Translates an ECMA-262 regular expression, which JSON Schema has, to RE2's syntax, whose matching takes time linear
 * in the text, where RE2 can say it. As in ajv, a pattern is read with the `u` flag; those that are valid only without
 * it are taken too. Look-ahead is linear where it is most used, right after a leading `^`: each becomes a match of its
 * own. Throws a PatternError for what is no regular expression and for what is over a bound.
 */
export function translatePattern(pattern: string): TranslatedPattern {
  if (pattern.length > PATTERN_MAX_LENGTH) {
    throw new PatternError(
      `The pattern is ${pattern.length} characters long; at most ${PATTERN_MAX_LENGTH} are allowed`,
    );
  }
  return new Translator(pattern, isValid(pattern, 'u')).translate();
}

function isValid(pattern: string, flags: 'u' | ''): boolean {
  try {
    return new RegExp(pattern, flags) !== null;
  } catch {
    if (flags === 'u' && isValid(pattern, '')) return false;
    throw new PatternError('The pattern is no valid regular expression');
  }
}

type Part = { readonly source: string; readonly size: number; readonly repeats: number };
type Atom = { readonly codePoint: number } | { readonly set: string };

const ANY = '[\\x{0}-\\x{10FFFF}]';
const NOTHING = '[^\\x{0}-\\x{10FFFF}]';
const NO_LINE_END = '[^\\n\\r\\x{2028}\\x{2029}]';
/** ECMA-262's WhiteSpace and LineTerminator; RE2's own `\s` is ASCII only. */
const SPACES = '\\t-\\r \\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}\\x{205F}\\x{3000}\\x{FEFF}';
const NO_SPACES =
  '\\x{0}-\\x{8}\\x{E}-\\x{1F}!-\\x{9F}\\x{A1}-\\x{167F}\\x{1681}-\\x{1FFF}\\x{200B}-\\x{2027}\\x{202A}-\\x{202E}' +
  '\\x{2030}-\\x{205E}\\x{2060}-\\x{2FFF}\\x{3001}-\\x{FEFE}\\x{FF00}-\\x{10FFFF}';
const SETS: ReadonlyMap<string, string> = new Map([
  ['d', '0-9'],
  ['D', '\\D'],
  ['w', '0-9A-Za-z_'],
  ['W', '\\W'],
  ['s', SPACES],
  ['S', NO_SPACES],
]);
const CONTROLS: ReadonlyMap<string, number> = new Map([
  ['t', 9],
  ['n', 10],
  ['v', 11],
  ['f', 12],
  ['r', 13],
]);

/** A recursive descent over a pattern that the platform's own parser found valid. */
class Translator {
  readonly #pattern: string;
  readonly #unicode: boolean;
  #at = 0;
  /** Something was met that RE2 cannot say. The rest is read all the same, for its size. */
  #backtracks = false;

  constructor(pattern: string, unicode: boolean) {
    this.#pattern = pattern;
    this.#unicode = unicode;
  }

  translate(): TranslatedPattern {
    const ahead = { required: [] as string[], forbidden: [] as string[] };
    let size = 0;
    if (this.#take('^')) {
      for (;;) {
        const list = this.#take('(?=') ? ahead.required : this.#take('(?!') ? ahead.forbidden : null;
        if (list === null) break;
        const inner = this.#alternatives();
        this.#take(')');
        list.push(`\\A(?:${inner.source})`);
        size += inner.size + 1;
      }
      if (ahead.required.length + ahead.forbidden.length === 0) this.#at = 0;
    }
    const hasLookAhead = this.#at > 0;
    const alternatives = this.#alternatives();
    // In `^(?=a)b|c` the look-ahead belongs to the first alternative only.
    if (hasLookAhead && alternatives.count > 1) this.#backtracks = true;
    size += alternatives.size;
    if (size > PATTERN_SIZE_MAX) {
      throw new PatternError(
        `The pattern has a size of ${size.toLocaleString('en')} when its repetitions are written out; at most ${PATTERN_SIZE_MAX.toLocaleString('en')} are allowed`,
      );
    }
    if (this.#backtracks) return { engine: 'backtracking', flags: this.#unicode ? 'u' : '', size };
    const main = hasLookAhead ? `\\A(?:${alternatives.source})` : alternatives.source;
    return { engine: 'linear', required: [...ahead.required, main], forbidden: ahead.forbidden, size };
  }

  #alternatives(): Part & { readonly count: number } {
    const parts = [this.#sequence()];
    while (this.#take('|')) parts.push(this.#sequence());
    return {
      source: parts.map(({ source }) => source).join('|'),
      size: parts.reduce((sum, { size }) => sum + size + 1, 0),
      repeats: Math.max(...parts.map(({ repeats }) => repeats)),
      count: parts.length,
    };
  }

  #sequence(): Part {
    let source = '';
    let size = 0;
    let repeats = 1;
    while (this.#at < this.#pattern.length && this.#peek() !== '|' && this.#peek() !== ')') {
      const part = this.#repetition(this.#term());
      source += part.source;
      size += part.size;
      repeats = Math.max(repeats, part.repeats);
    }
    return { source, size, repeats };
  }

  #repetition(part: Part): Part {
    const match = this.#match(/(?:[*+?]|\{(\d+)(,(\d*))?\})\??/y);
    if (match === null) return part;
    const [text, least, more, most] = match;
    if (least === undefined) return { source: part.source + text, size: part.size + 1, repeats: part.repeats };
    const min = Number(least);
    const max = most === undefined || most === '' ? min : Number(most);
    const repeats = part.repeats * Math.max(1, max);
    if (repeats > PATTERN_REPEAT_MAX) {
      throw new PatternError(
        `The pattern repeats something ${repeats.toLocaleString('en')} times; at most ${PATTERN_REPEAT_MAX.toLocaleString('en')} are allowed`,
      );
    }
    const size = part.size * Math.max(1, max) + (max - min) + (more === undefined ? 0 : 1);
    return { source: part.source + text, size, repeats };
  }

  #term(): Part {
    if (this.#take('^')) return one('\\A');
    if (this.#take('$')) return one('\\z');
    if (this.#take('.')) return one(NO_LINE_END);
    if (this.#take('[')) return one(this.#class());
    if (this.#take('(')) return this.#group();
    if (this.#take('\\b')) return one('\\b');
    if (this.#take('\\B')) return one('\\B');
    const atom = this.#atom();
    return one('set' in atom ? `[${atom.set}]` : literal(atom.codePoint));
  }

  #group(): Part {
    if (this.#take('?')) {
      // Look-around, or flags for the group alone.
      if (this.#match(/<?[=!]|[a-z-]+:/y) !== null) this.#backtracks = true;
      else this.#match(/:|<[^>]*>/y);
    }
    const inner = this.#alternatives();
    this.#take(')');
    return { ...inner, source: `(?:${inner.source})` };
  }

  #class(): string {
    const isNegated = this.#take('^');
    let items = '';
    while (!this.#take(']')) {
      const first = this.#classAtom();
      const hasRange = this.#peek() === '-' && this.#pattern.charAt(this.#at + 1) !== ']';
      if (!hasRange) {
        items += itemOf(first);
        continue;
      }
      this.#at += 1;
      const last = this.#classAtom();
      const isRange = 'codePoint' in first && 'codePoint' in last;
      items += `${itemOf(first)}${isRange ? '-' : '\\-'}${itemOf(last)}`;
    }
    if (items === '') return isNegated ? ANY : NOTHING;
    return `[${isNegated ? '^' : ''}${items}]`;
  }

  #classAtom(): Atom {
    return this.#take('\\b') ? { codePoint: 8 } : this.#atom();
  }

  /** One character or one set of characters; what `\` means is the same in and outside of a class but for `\b`. */
  #atom(): Atom {
    if (!this.#take('\\')) return { codePoint: this.#next() };
    const set = this.#match(/[dDwWsS]/y);
    if (set !== null) return { set: SETS.get(set[0]) ?? '' };
    const property = this.#unicode ? this.#match(/([pP])\{([^}]*)\}/y) : null;
    if (property !== null) return { set: this.#property(property[1] === 'P' ? 'P' : 'p', property[2] ?? '') };
    if (this.#match(/0(?!\d)/y) !== null) return { codePoint: 0 };
    // A back-reference, or, without the `u` flag, perhaps an octal number.
    if (this.#match(/[1-9]\d*|0\d+|k<[^>]*>/y) !== null) {
      this.#backtracks = true;
      return { codePoint: 0 };
    }
    const control = this.#match(/c([A-Za-z])/y);
    if (control?.[1] !== undefined) return { codePoint: control[1].charCodeAt(0) % 32 };
    return { codePoint: this.#hexadecimal() ?? this.#escaped() };
  }

  #property(letter: 'p' | 'P', name: string): string {
    const set = unicodeSet(letter, name);
    if (set === null) this.#backtracks = true;
    return set ?? '';
  }

  #hexadecimal(): number | null {
    const pair = this.#match(/u([dD][89abAB][\da-fA-F]{2})\\u([dD][c-fC-F][\da-fA-F]{2})/y);
    if (pair?.[1] !== undefined && pair[2] !== undefined) {
      return String.fromCharCode(Number.parseInt(pair[1], 16), Number.parseInt(pair[2], 16)).codePointAt(0) ?? null;
    }
    const braced = this.#unicode ? this.#match(/u\{([\da-fA-F]+)\}/y) : null;
    const digits = braced?.[1] ?? this.#match(/u([\da-fA-F]{4})/y)?.[1] ?? this.#match(/x([\da-fA-F]{2})/y)?.[1];
    return digits === undefined ? null : Number.parseInt(digits, 16);
  }

  #escaped(): number {
    const control = CONTROLS.get(this.#peek());
    const itself = this.#next();
    return control ?? itself;
  }

  #peek(): string {
    return this.#pattern.charAt(this.#at);
  }

  #next(): number {
    const codePoint = this.#pattern.codePointAt(this.#at) ?? 0xfffd;
    this.#at += codePoint > 0xffff ? 2 : 1;
    return codePoint;
  }

  #take(text: string): boolean {
    if (!this.#pattern.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#pattern);
    if (match !== null) this.#at += match[0].length;
    return match;
  }
}

const one = (source: string): Part => ({ source, size: 1, repeats: 1 });

const literal = (codePoint: number): string => {
  const character = String.fromCodePoint(codePoint);
  return /[0-9A-Za-z]/.test(character) ? character : `\\x{${codePoint.toString(16).toUpperCase()}}`;
};

const itemOf = (atom: Atom): string => ('set' in atom ? atom.set : literal(atom.codePoint));
