import { JsonText } from './json-text.ts';

/** A number, an instant, true or null, with what stands around it. */
const SHORT_BYTES = 8;

/**
 * Whether the value has more bytes as JSON: told before any of it is written, as one large text that stands in it many
 * times is in memory once and would be written out each time. Escapes are not counted.
 */
export function isLargerThan(value: unknown, max: number): boolean {
  return bytesLeft(value, max) < 0;
}

/** How many bytes the value has as JSON, without escapes; about as many where it is more than `max`. */
export const bytesUpTo = (value: unknown, max: number): number => max - bytesLeft(value, max);

function bytesLeft(value: unknown, before: number): number {
  if (typeof value === 'string') return before - Buffer.byteLength(value) - 2;
  if (typeof value !== 'object' || value === null) return before - SHORT_BYTES;
  if (value instanceof JsonText) return before - value.bytes;
  let left = before - 2;
  if (Array.isArray(value)) {
    for (const item of value) {
      left = bytesLeft(item, left) - 1;
      if (left < 0) return left;
    }
    return left;
  }
  if (value instanceof Date) return before - 26;
  for (const name in value) {
    left = bytesLeft((value as Readonly<Record<string, unknown>>)[name], left) - name.length - 4;
    if (left < 0) return left;
  }
  return left;
}
