import { type JsonPath, type JsonProblem, JsonSyntaxError } from './json-problem.ts';
import { decodeString, endOfDigits, endOfSpace, escapeLength, problemOfNumber, problemOfText } from './json-tokens.ts';

/** What one pass over a JSON text found out. */
export type ScannedJson = {
  /** What breaks I-JSON, the first PROBLEMS_MAX of it. */
  readonly problems: readonly JsonProblem[];
  /** Whether there is neither white space nor an escape in it. */
  readonly isCompact: boolean;
};

/** More of them say nothing new. */
export const PROBLEMS_MAX = 20;
/** Deeper than any document of ours; payloads and schemas have bounds of their own below it. */
export const DEPTH_MAX = 64;
/** Nothing of a text is read beyond so many levels: of one megabyte of brackets each would become an object. */
export const READ_DEPTH_MAX = 256;
/** Names of an object up to here are compared with each other, more of them are put into a set. */
const COMPARED_MAX = 8;

const QUOTE = 34;
const PLUS = 43;
const COMMA = 44;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const UNDERSCORE = 95;
const LOWER_E = 101;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
const FIRST_SURROGATE = 0xd800;

/**
 * Holds a text to RFC 8259 and to I-JSON (RFC 7493 section 2), in one pass: names that are there twice, numbers that a
 * double does not hold, text that is no Unicode. It also finds the name `__proto__`, U+0000, and nesting beyond
 * DEPTH_MAX. Linear in the text, without recursion. Throws JsonSyntaxError, also where more
 * than `levels` are open: what is behind is not read.
 */
export const scanJson = (text: string, levels = READ_DEPTH_MAX): ScannedJson => new Scan(text, levels).run();

class Scan {
  readonly #text: string;
  readonly #levels: number;
  readonly #problems: JsonProblem[] = [];
  #at = 0;
  #isCompact = true;
  /** Of each open list the index of its current item; of each open object minus one. */
  readonly #indexes: number[] = [];
  /** Of each open list or object, where the names of its members begin among `#names`. */
  readonly #bases: number[] = [];
  /** The names of all open objects: of each where it begins and where it ends, without its quotes. */
  readonly #names: number[] = [];
  /** Whether a name with an escape is among `#names`: two spellings may be one name. */
  #hasEscapedName = false;

  constructor(text: string, levels: number) {
    this.#text = text;
    this.#levels = levels;
  }

  run(): ScannedJson {
    this.#skipSpace();
    do this.#beginValue();
    while (this.#endValues());
    return { problems: this.#problems, isCompact: this.#isCompact };
  }

  /** Reads a scalar or an empty list or object whole; of any other all up to its first value. */
  #beginValue(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === OPEN_OBJECT || code === OPEN_LIST) {
        const isObject = code === OPEN_OBJECT;
        this.#open(isObject ? -1 : 0);
        if (this.#text.charCodeAt(this.#at) === (isObject ? CLOSE_OBJECT : CLOSE_LIST)) break;
        if (isObject) this.#name();
      } else {
        if (code === QUOTE) this.#string();
        else if (code === MINUS || (code >= ZERO && code <= NINE)) this.#number();
        else this.#literal();
        return;
      }
    }
    this.#close();
  }

  /** After a value: up to the next one, which is to be read; false at the end of the text. */
  #endValues(): boolean {
    for (;;) {
      this.#skipSpace();
      const code = this.#text.charCodeAt(this.#at);
      const depth = this.#indexes.length - 1;
      if (depth < 0) {
        if (this.#at < this.#text.length) this.#fail('the end of the text');
        return false;
      }
      const index = this.#indexes[depth] ?? -1;
      if (code === COMMA) {
        this.#at += 1;
        this.#skipSpace();
        if (index < 0) this.#name();
        else this.#indexes[depth] = index + 1;
        return true;
      }
      if (code !== (index < 0 ? CLOSE_OBJECT : CLOSE_LIST)) this.#fail(index < 0 ? '"," or "}"' : '"," or "]"');
      this.#close();
    }
  }

  #open(index: number): void {
    this.#indexes.push(index);
    this.#bases.push(this.#names.length);
    if (this.#indexes.length === DEPTH_MAX + 1) {
      this.#report(this.#at, this.#path(), `is nested too deeply: at most ${DEPTH_MAX} levels are allowed`);
    } else if (this.#indexes.length > this.#levels) this.#fail(`no more than ${this.#levels} levels`);
    this.#at += 1;
    this.#skipSpace();
  }

  #close(): void {
    const base = this.#bases.at(-1) ?? 0;
    if (this.#names.length > base + 2) this.#findTwins(base);
    this.#names.length = base;
    this.#bases.pop();
    this.#indexes.pop();
    this.#at += 1;
  }

  /** Reads a member's name and the colon after it. */
  #name(): void {
    const start = this.#at + 1;
    if (this.#text.charCodeAt(this.#at) !== QUOTE) this.#fail('a name in double quotes');
    this.#names.push(start, start);
    const isEscaped = this.#string(true);
    const end = this.#at - 1;
    if (isEscaped) this.#hasEscapedName = true;
    const mayBeProto = isEscaped || (end - start === 9 && this.#text.charCodeAt(start) === UNDERSCORE);
    if (mayBeProto && this.#nameAt(this.#names.length - 2) === '__proto__') {
      this.#report(
        start - 1,
        this.#path(),
        'is a name that programs take for something else: give it another one',
        true,
      );
    }
    this.#skipSpace();
    if (this.#text.charCodeAt(this.#at) !== COLON) this.#fail('":"');
    this.#at += 1;
    this.#skipSpace();
  }

  /** Reads a string, which may be a member's name; answers whether there is an escape in it. */
  #string(isName = false): boolean {
    const text = this.#text;
    const start = this.#at;
    let at = start + 1;
    let isEscaped = false;
    let isSuspect = false;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code > BACKSLASH && code < FIRST_SURROGATE) at += 1;
      else if (code === QUOTE) break;
      else if (code === BACKSLASH) {
        isEscaped = true;
        const length = escapeLength(text, at);
        if (length === 0) this.#failAt(at, 'an escape that JSON has');
        if (length > 2) isSuspect = true;
        at += length;
      } else if (code >= 32) {
        if (code >= FIRST_SURROGATE) isSuspect = true;
        at += 1;
      } else this.#failAt(at, at < text.length ? 'an escape for the control character' : 'the end of the string');
    }
    this.#at = at + 1;
    if (isName) this.#names[this.#names.length - 1] = at;
    if (isEscaped) this.#isCompact = false;
    if (isSuspect) {
      const problem = problemOfText(decodeString(text.slice(start, at + 1)));
      if (problem !== null) this.#report(start, this.#path(), problem);
    }
    return isEscaped;
  }

  #number(): void {
    const text = this.#text;
    const start = this.#at;
    const first = text.charCodeAt(start) === MINUS ? start + 1 : start;
    const whole = endOfDigits(text, first);
    if (whole === first) this.#failAt(whole, 'a digit');
    if (text.charCodeAt(first) === ZERO && whole > first + 1) this.#failAt(first + 1, 'no digit after a leading zero');
    const fraction = text.charCodeAt(whole) === POINT ? this.#digitsAfter(whole + 1) : whole;
    let end = fraction;
    if ((text.charCodeAt(end) | 32) === LOWER_E) {
      const sign = text.charCodeAt(end + 1);
      end = this.#digitsAfter(sign === PLUS || sign === MINUS ? end + 2 : end + 1);
    }
    this.#at = end;
    // A double holds as many digits whatever they are.
    if (end === fraction && end - start <= 15) return;
    const problem = problemOfNumber(text.slice(start, end), end === whole);
    if (problem !== null) this.#report(start, this.#path(), problem);
  }

  #digitsAfter(start: number): number {
    const end = endOfDigits(this.#text, start);
    if (end === start) this.#failAt(start, 'a digit');
    return end;
  }

  #literal(): void {
    for (const literal of ['true', 'false', 'null']) {
      if (this.#text.startsWith(literal, this.#at)) {
        this.#at += literal.length;
        return;
      }
    }
    this.#fail('a value');
  }

  #skipSpace(): void {
    const at = endOfSpace(this.#text, this.#at);
    if (at === this.#at) return;
    this.#at = at;
    this.#isCompact = false;
  }

  /** Of the names from `base` on, which are those of the object that ends here, what is there before. */
  #findTwins(base: number): void {
    const count = (this.#names.length - base) / 2;
    if (count <= COMPARED_MAX && !this.#hasEscapedName) {
      for (let one = base + 2; one < this.#names.length; one += 2) {
        for (let other = base; other < one; other += 2) {
          if (this.#areSame(one, other)) {
            this.#reportTwin(one);
            break;
          }
        }
      }
      return;
    }
    const seen = new Set<string>();
    for (let at = base; at < this.#names.length; at += 2) {
      const name = this.#nameAt(at);
      if (seen.has(name)) this.#reportTwin(at);
      seen.add(name);
    }
  }

  #areSame(one: number, other: number): boolean {
    const from = this.#names[one] ?? 0;
    const to = this.#names[other] ?? 0;
    const length = (this.#names[one + 1] ?? 0) - from;
    if (length !== (this.#names[other + 1] ?? 0) - to) return false;
    for (let i = 0; i < length; i += 1) {
      if (this.#text.charCodeAt(from + i) !== this.#text.charCodeAt(to + i)) return false;
    }
    return true;
  }

  #reportTwin(at: number): void {
    const path = [...this.#path().slice(0, this.#indexes.length - 1), this.#nameAt(at)];
    this.#report((this.#names[at] ?? 1) - 1, path, 'is there twice in one object: send it once', true);
  }

  #nameAt(at: number): string {
    const name = this.#text.slice(this.#names[at], this.#names[at + 1]);
    return name.includes('\\') ? decodeString(`"${name}"`) : name;
  }

  /** Of the value that is being read; where that is nested too deeply, of one that it is in. */
  #path(): JsonPath {
    const path: (string | number)[] = [];
    const depth = Math.min(this.#indexes.length, DEPTH_MAX);
    for (let level = 0; level < depth; level += 1) {
      const index = this.#indexes[level] ?? -1;
      // The last name of an object stands before the first one of what is open inside.
      const end = this.#bases[level + 1] ?? this.#names.length;
      if (index >= 0) path.push(index);
      else if (end > (this.#bases[level] ?? 0)) path.push(this.#nameAt(end - 2));
    }
    return path;
  }

  #report(offset: number, path: JsonPath, message: string, isOfName?: true): void {
    if (this.#problems.length < PROBLEMS_MAX)
      this.#problems.push({ offset, path, message, ...(isOfName && { isOfName }) });
  }

  #fail(expected: string): never {
    return this.#failAt(this.#at, expected);
  }

  #failAt(offset: number, expected: string): never {
    throw new JsonSyntaxError(expected, this.#text, offset, this.#path());
  }
}
