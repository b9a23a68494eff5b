/** The tokens of JSON, and what of them is kept by no reader, or not by every one. */

/** Whether the character is white space (RFC 8259 section 2). */
export const isSpace = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9;

/** Where the digits end that begin there; there itself where none does. */
export function endOfDigits(text: string, start: number): number {
  let at = start;
  for (let code = text.charCodeAt(at); code >= 48 && code <= 57; code = text.charCodeAt(at)) at += 1;
  return at;
}

const SHORT_ESCAPES = '"\\/bfnrt';
const HEX = /^[0-9A-Fa-f]{4}$/;

/** How long the escape is that begins there; 0 for what is none. */
export function escapeLength(text: string, at: number): 0 | 2 | 6 {
  const kind = text.charAt(at + 1);
  if (kind === 'u') return HEX.test(text.slice(at + 2, at + 6)) ? 6 : 0;
  return kind !== '' && SHORT_ESCAPES.includes(kind) ? 2 : 0;
}

/** Where the string ends that begins there: after its closing quote. Only for text that is JSON. */
export function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (let code = text.charCodeAt(at); code !== 34; code = text.charCodeAt(at)) at += code === 92 ? 2 : 1;
  return at + 1;
}

/** Where the value ends that begins there. Only for text that is JSON. */
export function endOfValue(text: string, start: number): number {
  let at = start;
  let depth = 0;
  do {
    const code = text.charCodeAt(at);
    if (code === 34) at = endOfString(text, at);
    else {
      // "[" and "{", "]" and "}" differ in one bit.
      if ((code | 32) === 123) depth += 1;
      else if ((code | 32) === 125) depth -= 1;
      else if (depth === 0) return endOfLiteral(text, at);
      at += 1;
    }
  } while (depth > 0);
  return at;
}

/** Of a number or a name such as `true`. */
function endOfLiteral(text: string, start: number): number {
  let at = start;
  for (let code = text.charCodeAt(at); code > 32 && code !== 44 && (code | 32) !== 125; code = text.charCodeAt(at))
    at += 1;
  return at;
}

/** Where the white space ends that begins there. */
export function endOfSpace(text: string, start: number): number {
  let at = start;
  while (isSpace(text.charCodeAt(at))) at += 1;
  return at;
}

/** What a string token says. */
export const decodeString = (token: string): string => String(JSON.parse(token));

/** U+FDD0 to U+FDEF and the last two of every plane. */
const NONCHARACTER = /\p{Noncharacter_Code_Point}/u;

/** What keeps a text from being stored, or from being I-JSON (RFC 7493 section 2.1); null where nothing does. */
export function problemOfText(text: string): string | null {
  if (text.includes('\u0000')) return 'holds the character U+0000: leave it out';
  if (!text.isWellFormed()) return 'holds half of a surrogate pair: send well-formed Unicode';
  return NONCHARACTER.test(text) ? 'holds a code point that Unicode keeps from being a character: leave it out' : null;
}

const SAFE_INTEGER_DIGITS = '9007199254740991';
/** As many digits as a double can be asked for. */
const PRECISION_MAX = 100;

/**
 * What keeps a number token from being I-JSON (RFC 7493 section 2.2); null where nothing does. An integer written as
 * such is within ±(2^53 − 1). Of any other number a double must hold every digit: 1e20 and 0.1 are taken, but not
 * 9007199254740993.0, which a double reads as …992.
 */
export function problemOfNumber(token: string, isInteger: boolean): string | null {
  const digits = token.startsWith('-') ? token.slice(1) : token;
  if (isInteger) {
    const isSafe =
      digits.length < SAFE_INTEGER_DIGITS.length ||
      (digits.length === SAFE_INTEGER_DIGITS.length && digits <= SAFE_INTEGER_DIGITS);
    return isSafe ? null : 'is an integer beyond ±9007199254740991, which not every reader keeps: send it as a string';
  }
  const value = Number(digits);
  if (value === Number.POSITIVE_INFINITY) return 'is a number that is too large to be represented: send it as a string';
  const written = significant(digits);
  if (written === '') return null;
  if (value === 0) return 'is a number that is too small to be represented: send it as a string';
  // The shortest digits that name the double, as writers of JSON print it, need not be its nearest of that length.
  const isHeld =
    written.length <= PRECISION_MAX &&
    (significant(value.toPrecision(written.length)) === written || significant(String(value)) === written);
  return isHeld ? null : 'is a number of more digits than a double holds: send it as a string';
}

/** The digits without the zeros before and after them, without the point and the exponent. */
function significant(number: string): string {
  const exponent = number.search(/e/i);
  const digits = (exponent < 0 ? number : number.slice(0, exponent)).replace('.', '');
  let start = 0;
  let end = digits.length;
  while (start < end && digits[start] === '0') start += 1;
  while (end > start && digits[end - 1] === '0') end -= 1;
  return digits.slice(start, end);
}
