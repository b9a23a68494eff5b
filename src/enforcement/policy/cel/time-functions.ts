import { type CelFunction, method, plain, span, text, time, whole } from './define-function.ts';
import { type CalendarField, calendarField, Duration, isZoneAtHand, Timestamp } from './time.ts';
import { DURATION, INT, STRING, TIMESTAMP } from './types.ts';

/** What reading a moment or a length of time costs, and writing one. */
export const TIME_UNITS = 400;

const MOMENTS = [
  plain('timestamp', [STRING], TIMESTAMP, {
    description: 'The moment that RFC 3339 text such as "2026-01-31T09:00:00Z" says.',
    apply([value], { meter }) {
      meter.spend(TIME_UNITS);
      return Timestamp.parse(text(value));
    },
  }),
  plain('timestamp', [INT], TIMESTAMP, {
    description: 'The moment so many seconds after 1970-01-01T00:00:00Z.',
    apply: ([value]) => new Timestamp(whole(value) * 1_000_000_000n),
  }),
  plain('timestamp', [TIMESTAMP], TIMESTAMP, { description: 'The same.', apply: ([value = null]) => value }),
  plain('duration', [STRING], DURATION, {
    description: 'How long text such as "90m", "1h30m" or "-1.5s" says: h, m, s, ms, us, ns.',
    apply([value], { meter }) {
      meter.spend(TIME_UNITS);
      return Duration.parse(text(value));
    },
  }),
  plain('duration', [DURATION], DURATION, { description: 'The same.', apply: ([value = null]) => value }),
];

const CALENDAR_FIELDS: readonly (readonly [name: string, field: CalendarField, description: string])[] = [
  ['getFullYear', 'fullYear', 'The year'],
  ['getMonth', 'month', 'The month, 0 for January'],
  ['getDate', 'date', 'The day of the month, from 1'],
  ['getDayOfMonth', 'dayOfMonth', 'The day of the month, from 0'],
  ['getDayOfWeek', 'dayOfWeek', 'The day of the week, 0 for Sunday'],
  ['getDayOfYear', 'dayOfYear', 'The day of the year, from 0'],
  ['getHours', 'hours', 'The hour, 0 to 23'],
  ['getMinutes', 'minutes', 'The minute, 0 to 59'],
  ['getSeconds', 'seconds', 'The second, 0 to 59'],
  ['getMilliseconds', 'milliseconds', 'The millisecond, 0 to 999'],
];
/** Asking a calendar: in UTC, in a zone, and in one that has to be looked up first. */
const CALENDAR_UNITS = { utc: 100, zone: 400, newZone: 8_000 } as const;

const CALENDAR = CALENDAR_FIELDS.flatMap(([name, field, description]) => [
  method(name, [TIMESTAMP], INT, {
    description: `${description}, in UTC.`,
    apply([value], { meter }) {
      meter.spend(CALENDAR_UNITS.utc);
      return calendarField(time(value), field, 'UTC');
    },
  }),
  method(name, [TIMESTAMP, STRING], INT, {
    description: `${description}, in a zone such as "Europe/Berlin" or "+02:00".`,
    apply([value, zone], { meter }) {
      meter.spend(isZoneAtHand(text(zone)) ? CALENDAR_UNITS.zone : CALENDAR_UNITS.newZone);
      return calendarField(time(value), field, text(zone));
    },
  }),
]);

const LENGTHS = (
  [
    ['getHours', 3_600_000_000_000n, 'So many whole hours'],
    ['getMinutes', 60_000_000_000n, 'So many whole minutes'],
    ['getSeconds', 1_000_000_000n, 'So many whole seconds'],
  ] as const
).map(([name, nanos, description]) =>
  method(name, [DURATION], INT, { description: `${description}.`, apply: ([value]) => span(value).nanos / nanos }),
);

/** Of moments and lengths of time. */
export const TIME_FUNCTIONS: readonly CelFunction[] = [...MOMENTS, ...CALENDAR, ...LENGTHS];
