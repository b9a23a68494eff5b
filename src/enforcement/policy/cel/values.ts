import { EvaluationError } from '../evaluation-error.ts';
import type { Meter } from './meter.ts';
import { Duration, Timestamp } from './time.ts';
import { type CelType, nameOf } from './types.ts';

/** A value of a program: an int is a bigint, a double a number and always finite. Objects are read by their own members only. */
export type CelValue =
  | null
  | boolean
  | string
  | bigint
  | number
  | Timestamp
  | Duration
  | readonly CelValue[]
  | CelObject;
export interface CelObject {
  readonly [name: string]: CelValue;
}

export const isList = (value: CelValue): value is readonly CelValue[] => Array.isArray(value);

export const isObject = (value: CelValue): value is CelObject =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Timestamp) &&
  !(value instanceof Duration);

export function kindOf(value: CelValue): Exclude<CelType['kind'], 'dyn'> {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'string':
      return 'string';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    default:
      if (value === null) return 'null';
      if (isList(value)) return 'list';
      if (value instanceof Timestamp) return 'timestamp';
      return value instanceof Duration ? 'duration' : 'map';
  }
}

/** The names of an object's members. */
export function namesOf(value: CelObject, meter: Meter): readonly string[] {
  const names = Object.keys(value);
  meter.spend(names.length * 4);
  return names;
}

/** What a value is, in words. */
export const inWords = (value: CelValue): string => {
  const kind = kindOf(value);
  if (kind === 'bool') return String(value);
  return nameOf(kind === 'list' || kind === 'map' ? { kind, items: NOTHING, values: NOTHING } : { kind });
};
const NOTHING: CelType = { kind: 'dyn' };

/**
 * Whether both are equal. Numbers are compared as numbers, and null with anything; other values of different types
 * cannot be compared, in lists and objects neither: an EvaluationError.
 */
export function isEqual(one: CelValue, other: CelValue, meter: Meter): boolean {
  meter.spend(1);
  if (one === null || other === null) return one === other;
  if (isNumber(one) && isNumber(other)) return !(one < other) && !(one > other);
  const kind = kindOf(one);
  if (kind !== kindOf(other)) throw cannotCompare(one, other);
  if (typeof one === 'string' && typeof other === 'string') {
    if (one.length !== other.length) return false;
    meter.spendOn(one.length);
    return one === other;
  }
  if (isList(one) && isList(other)) {
    meter.spend(Math.min(one.length, other.length) * 2);
    return one.length === other.length && one.map((item, at) => isEqual(item, other[at] ?? null, meter)).every(Boolean);
  }
  if (one instanceof Timestamp || one instanceof Duration) {
    return other instanceof Timestamp || other instanceof Duration ? one.nanos === other.nanos : false;
  }
  if (isObject(one) && isObject(other)) return areEqualObjects(one, other, meter);
  return one === other;
}

function areEqualObjects(one: CelObject, other: CelObject, meter: Meter): boolean {
  const names = namesOf(one, meter);
  if (names.length !== namesOf(other, meter).length || !names.every((name) => Object.hasOwn(other, name))) return false;
  return names.map((name) => isEqual(one[name] ?? null, other[name] ?? null, meter)).every(Boolean);
}

/**
 * Whether a value is among others. Those of another type are passed over; if all are, that is an EvaluationError.
 */
export function isAmong(needle: CelValue, haystack: readonly CelValue[], meter: Meter): boolean {
  let compared = haystack.length === 0;
  for (const item of haystack) {
    meter.spend(1);
    const isComparable =
      needle === null || item === null || kindOf(needle) === kindOf(item) || (isNumber(needle) && isNumber(item));
    if (!isComparable) continue;
    compared = true;
    if (isEqual(needle, item, meter)) return true;
  }
  if (!compared) throw cannotCompare(needle, haystack[0] ?? null);
  return false;
}

export const isNumber = (value: CelValue): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint';

const cannotCompare = (one: CelValue, other: CelValue) =>
  new EvaluationError(`${inWords(one)} cannot be compared with ${inWords(other)}`);

/** -1, 0 or 1. Numbers, texts, booleans, timestamps and durations have an order, among themselves. */
export function order(one: CelValue, other: CelValue, meter: Meter): number {
  if (isNumber(one) && isNumber(other)) return one < other ? -1 : one > other ? 1 : 0;
  if (typeof one === 'string' && typeof other === 'string') {
    meter.spendOn(Math.min(one.length, other.length));
    return compareTexts(one, other);
  }
  if (typeof one === 'boolean' && typeof other === 'boolean') return Number(one) - Number(other);
  const areMoments = one instanceof Timestamp && other instanceof Timestamp;
  if (areMoments || (one instanceof Duration && other instanceof Duration)) {
    return one.nanos < other.nanos ? -1 : one.nanos > other.nanos ? 1 : 0;
  }
  throw new EvaluationError(`${inWords(one)} and ${inWords(other)} have no order`);
}

/** By code points, as CEL has it; JavaScript compares halves of those beyond U+FFFF. */
function compareTexts(one: string, other: string): number {
  if (one === other) return 0;
  for (let at = 0; at < one.length && at < other.length; at++) {
    if (one.charCodeAt(at) === other.charCodeAt(at)) continue;
    const start = at > 0 && isLowSurrogate(one.charCodeAt(at)) && isLowSurrogate(other.charCodeAt(at)) ? at - 1 : at;
    return (one.codePointAt(start) ?? 0) < (other.codePointAt(start) ?? 0) ? -1 : 1;
  }
  return one.length < other.length ? -1 : 1;
}

const isLowSurrogate = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff;
