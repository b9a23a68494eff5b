import { EvaluationError } from '../evaluation-error.ts';
import type { Meter } from './meter.ts';

/** Texts as CEL has them: characters are Unicode code points. */

const ASCII = /^[\0-\x7f]*$/;
const SURROGATE = /[\ud800-\udfff]/;

/** How many characters. */
export function sizeOf(text: string, meter: Meter): number {
  meter.spendOn(text.length);
  if (!SURROGATE.test(text)) return text.length;
  meter.spend(text.length / 4);
  let size = 0;
  for (const _ of text) size += 1;
  return size;
}

export function indexOf(text: string, sought: string, meter: Meter): bigint {
  return characterAt(text, text.indexOf(sought), meter);
}

export function lastIndexOf(text: string, sought: string, meter: Meter): bigint {
  return characterAt(text, text.lastIndexOf(sought), meter);
}

/** How many characters stand before that code unit. */
const characterAt = (text: string, unit: number, meter: Meter): bigint =>
  unit <= 0 ? BigInt(unit) : BigInt(sizeOf(text.slice(0, unit), meter));

/** Throws an EvaluationError where the text has no such characters. */
export function substring(text: string, start: bigint, end: bigint | null, meter: Meter): string {
  const size = BigInt(sizeOf(text, meter));
  const last = end ?? size;
  if (start < 0n || last < start || last > size) {
    throw new EvaluationError(`there are no characters ${start} to ${last} in a text of ${size}`);
  }
  if (!SURROGATE.test(text)) return text.slice(Number(start), Number(last));
  meter.spend(text.length);
  return [...text].slice(Number(start), Number(last)).join('');
}

export function lowerAscii(text: string, meter: Meter): string {
  if (isAscii(text, meter)) return text.toLowerCase();
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

export function upperAscii(text: string, meter: Meter): string {
  if (isAscii(text, meter)) return text.toUpperCase();
  return text.replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase());
}

/** Whether it is; other texts are changed letter by letter, which costs as much. */
function isAscii(text: string, meter: Meter): boolean {
  meter.spend(text.length / 16);
  const is = ASCII.test(text);
  if (!is) meter.spend(text.length * 4);
  return is;
}
