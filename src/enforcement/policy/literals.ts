/**
 * Values written out as literals that are read as exactly the same value again. Whatever cannot be seen is written as
 * an escape, so that people see all that a rule says.
 */

const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/u;
const NAMED: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/** A text of conditions, whose escapes stand for UTF-16 code units. */
export const conditionText = (text: string): string =>
  quotedBy(text, (character) =>
    Array.from({ length: character.length }, (_, at) => `\\u${hex(character.charCodeAt(at), 4)}`).join(''),
  );

/** A text of CEL, whose escapes stand for code points. */
export const celText = (text: string): string =>
  quotedBy(text, (character) => {
    const point = character.codePointAt(0) ?? 0;
    return point > 0xffff ? `\\U${hex(point, 8)}` : `\\u${hex(point, 4)}`;
  });

const quotedBy = (text: string, escaped: (character: string) => string): string =>
  `"${Array.from(text, (each) => NAMED.get(each) ?? (HIDDEN.test(each) ? escaped(each) : each)).join('')}"`;

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** A finite number, in both languages. Digits alone are only read where they are exact. */
export function numberText(value: number): string {
  const text = String(value);
  return /^-?\d+$/.test(text) && !Number.isSafeInteger(value) ? value.toExponential() : text;
}
