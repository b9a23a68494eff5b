import { LRUCache } from 'lru-cache';
import { printable } from '../../printable.ts';
import { EvaluationError } from '../evaluation-error.ts';

const NANOS_PER_SECOND = 1_000_000_000n;
const NANOS_PER_MILLI = 1_000_000n;
/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999999999Z, in seconds of Unix time: what RFC 3339 can say. */
const FIRST_SECOND = -62_135_596_800n;
const LAST_SECOND = 253_402_300_799n;
/** About 10,000 years, as in the specification of CEL. */
const DURATION_MAX_SECONDS = 315_576_000_000n;
const TEXT_MAX = 64;

/** A moment, to the nanosecond. */
export class Timestamp {
  /** Since 1970-01-01T00:00:00Z. */
  readonly nanos: bigint;

  /** Throws an EvaluationError outside of the years 1 to 9999. */
  constructor(nanos: bigint) {
    const seconds = floorDivide(nanos, NANOS_PER_SECOND);
    if (seconds < FIRST_SECOND || seconds > LAST_SECOND) {
      throw new EvaluationError('a timestamp is outside of the years 1 to 9999');
    }
    this.nanos = nanos;
  }

  static ofDate(date: Date): Timestamp {
    return new Timestamp(BigInt(date.getTime()) * NANOS_PER_MILLI);
  }

  /** Of RFC 3339 text. */
  static parse(text: string): Timestamp {
    const match = text.length > TEXT_MAX ? null : RFC_3339.exec(text);
    if (match === null) throw notATimestamp(text);
    const [, year, month, day, hour, minute, second, fraction = '', sign, zoneHour, zoneMinute] = match;
    const fields = [year, month, day, hour, minute, second].map(Number);
    const millis = utc(fields);
    const date = new Date(millis);
    const isReal =
      date.getUTCFullYear() === fields[0] &&
      date.getUTCMonth() + 1 === fields[1] &&
      date.getUTCDate() === fields[2] &&
      date.getUTCHours() === fields[3] &&
      date.getUTCMinutes() === fields[4] &&
      date.getUTCSeconds() === fields[5];
    if (!isReal || Number(zoneHour ?? 0) > 23 || Number(zoneMinute ?? 0) > 59) throw notATimestamp(text);
    const offset = BigInt(Number(zoneHour ?? 0) * 3_600 + Number(zoneMinute ?? 0) * 60) * (sign === '-' ? -1n : 1n);
    const seconds = BigInt(millis / 1_000) - offset;
    return new Timestamp(seconds * NANOS_PER_SECOND + BigInt(fraction.padEnd(9, '0')));
  }

  get seconds(): bigint {
    return floorDivide(this.nanos, NANOS_PER_SECOND);
  }

  get milliseconds(): bigint {
    return floorDivide(this.nanos, NANOS_PER_MILLI);
  }

  toString(): string {
    const text = new Date(Number(this.seconds) * 1_000).toISOString();
    return `${text.slice(0, 19)}${fractionOf(this.nanos - this.seconds * NANOS_PER_SECOND)}Z`;
  }
}

/** How much time, to the nanosecond. */
export class Duration {
  readonly nanos: bigint;

  /** Throws an EvaluationError beyond some 10,000 years. */
  constructor(nanos: bigint) {
    const seconds = (nanos < 0n ? -nanos : nanos) / NANOS_PER_SECOND;
    if (seconds > DURATION_MAX_SECONDS) throw new EvaluationError('a duration is longer than 10,000 years');
    this.nanos = nanos;
  }

  /** Of text such as "90m", "1h30m" or "-1.5s". */
  static parse(text: string): Duration {
    if (text === '0') return new Duration(0n);
    if (text.length > TEXT_MAX || !DURATION.test(text)) {
      throw new EvaluationError(`"${printable(text)}" is no duration such as "90m" or "1h30m"`);
    }
    let nanos = 0n;
    for (const [, whole = '', fraction = '', unit = ''] of text.matchAll(DURATION_PART)) {
      const size = UNITS.get(unit) ?? 0n;
      nanos += BigInt(whole || '0') * size + (BigInt(fraction || '0') * size) / 10n ** BigInt(fraction.length);
    }
    return new Duration(text.startsWith('-') ? -nanos : nanos);
  }

  toString(): string {
    const absolute = this.nanos < 0n ? -this.nanos : this.nanos;
    const sign = this.nanos < 0n ? '-' : '';
    return `${sign}${absolute / NANOS_PER_SECOND}${fractionOf(absolute % NANOS_PER_SECOND)}s`;
  }
}

/** What a clock and a calendar show. Months and days of the week and of the year count from 0, as in CEL. */
export type CalendarField =
  | 'fullYear'
  | 'month'
  | 'date'
  | 'dayOfMonth'
  | 'dayOfWeek'
  | 'dayOfYear'
  | 'hours'
  | 'minutes'
  | 'seconds'
  | 'milliseconds';

/** What a calendar in that zone shows: the name of one such as "Europe/Berlin", or a fixed one such as "+02:00". */
export function calendarField(time: Timestamp, field: CalendarField, zone: string): bigint {
  if (field === 'milliseconds') return time.milliseconds - time.seconds * 1_000n;
  const local = new Date(localMillis(Number(time.seconds) * 1_000, zone));
  switch (field) {
    case 'fullYear':
      return BigInt(local.getUTCFullYear());
    case 'month':
      return BigInt(local.getUTCMonth());
    case 'date':
      return BigInt(local.getUTCDate());
    case 'dayOfMonth':
      return BigInt(local.getUTCDate() - 1);
    case 'dayOfWeek':
      return BigInt(local.getUTCDay());
    case 'dayOfYear':
      return BigInt(Math.floor((local.getTime() - utc([local.getUTCFullYear(), 1, 1])) / 86_400_000));
    case 'hours':
      return BigInt(local.getUTCHours());
    case 'minutes':
      return BigInt(local.getUTCMinutes());
    case 'seconds':
      return BigInt(local.getUTCSeconds());
  }
}

/** Whether a calendar knows the zone. */
export function isTimeZone(zone: string): boolean {
  try {
    localMillis(0, zone);
    return true;
  } catch {
    return false;
  }
}

const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;
const DURATION = /^[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const DURATION_PART = /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g;
const FIXED_ZONE = /^([+-])?(\d{2}):(\d{2})$/;
const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['h', 3_600n * NANOS_PER_SECOND],
  ['m', 60n * NANOS_PER_SECOND],
  ['s', NANOS_PER_SECOND],
  ['ms', NANOS_PER_MILLI],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['μs', 1_000n],
  ['ns', 1n],
]);

/** More zones than one owner's rules name; each takes some kilobytes. */
const formats = new LRUCache<string, Intl.DateTimeFormat>({ max: 64 });

/** Whether asking for the zone costs no more than asking a calendar; any other one is looked up first. */
export const isZoneAtHand = (zone: string): boolean => zone === 'UTC' || formats.has(zone) || FIXED_ZONE.test(zone);

/** The moment that a clock in UTC would show what a clock in the zone shows. */
function localMillis(millis: number, zone: string): number {
  if (zone === 'UTC') return millis;
  const fixed = FIXED_ZONE.exec(zone);
  if (fixed !== null) {
    const [, sign, hours, minutes] = fixed;
    return millis + (Number(hours) * 3_600_000 + Number(minutes) * 60_000) * (sign === '-' ? -1 : 1);
  }
  const parts = new Map(
    formatOf(zone)
      .formatToParts(millis)
      .map(({ type, value }) => [type, value]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes) => Number(parts.get(name));
  const year = parts.get('era') === 'BC' ? 1 - part('year') : part('year');
  return utc([year, part('month'), part('day'), part('hour'), part('minute'), part('second')]);
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  if (zone.length > TEXT_MAX) throw new EvaluationError(`"${printable(zone)}" is no time zone`);
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
    return format;
  } catch {
    throw new EvaluationError(`"${printable(zone)}" is no time zone`);
  }
}

/** Date.UTC, which takes the years 0 to 99 for 1900 to 1999. */
function utc([year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0]: readonly number[]): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  return date.getTime();
}

const floorDivide = (value: bigint, by: bigint): bigint =>
  value < 0n && value % by !== 0n ? value / by - 1n : value / by;

/** Nanoseconds after the decimal point, in threes, or nothing. */
const fractionOf = (nanos: bigint): string =>
  nanos === 0n
    ? ''
    : `.${String(nanos)
        .padStart(9, '0')
        .replace(/(?:000){1,2}$/, '')}`;

const notATimestamp = (text: string) =>
  new EvaluationError(`"${printable(text)}" is no timestamp such as "2026-01-31T09:00:00Z"`);
