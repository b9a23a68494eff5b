import { Tooltip } from '@mantine/core';
import { useEffect, useState } from 'react';

const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const EXACT = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});
const DAY = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' });
const RELATIVE = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' });

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

const TICK_MS = 10_000;
const DAY_MS = 86_400_000;

/** An instant in the local zone; in UTC when it is pointed at or focused. */
export function Time({ at, relative = false }: { readonly at: string; readonly relative?: boolean }) {
  const instant = new Date(at);
  return (
    <Tooltip label={`${instant.toISOString().replace('T', ' ').replace('Z', ' UTC')}`}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard reaches the tooltip too */}
      <time dateTime={at} tabIndex={0} style={{ whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }}>
        {relative ? <Ago instant={instant} /> : FULL.format(instant)}
      </time>
    </Tooltip>
  );
}

function Ago({ instant }: { readonly instant: Date }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const ms = instant.getTime() - Math.max(now, instant.getTime());
  if (ms > -5_000) return 'just now';
  const [unit, size] = UNITS.find(([, length]) => -ms >= length) ?? ['second', 1_000];
  return RELATIVE.format(Math.round(ms / size), unit);
}

/** For an axis: the time of day, with the day where the span is longer than one. */
export const axisLabel = (instant: Date, spanMs: number): string =>
  spanMs > DAY_MS ? DAY.format(instant) : CLOCK.format(instant).replace(/:\d\d(?=\D*$)/, '');

/** The time of day with milliseconds, for a timeline. */
export const clockTime = (instant: Date): string => EXACT.format(instant);

/** A length of time for people: 850 ms, 2.4 s, 3 min. */
export function duration(ms: number): string {
  if (ms > 0 && ms < 0.1) return '< 0.1 ms';
  if (ms === 0) return '0 ms';
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return `${(ms / 3_600_000).toFixed(1)} h`;
}
