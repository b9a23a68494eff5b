import { Tooltip } from '@mantine/core';
import { useEffect, useState } from 'react';

const SECOND_MS = 1_000;
const URGENT_MS = 10 * 60 * SECOND_MS;
const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** How long there is still time: the two greatest units. */
export function timeLeft(ms: number): string {
  let rest = Math.max(0, Math.ceil(ms / SECOND_MS));
  const parts = UNITS.map(([unit, seconds]) => {
    const count = Math.floor(rest / seconds);
    rest -= count * seconds;
    return { unit, count };
  });
  const first = parts.findIndex(({ count }) => count > 0);
  if (first === -1) return 'no time';
  return parts
    .slice(first, first + 2)
    .filter(({ count }) => count > 0)
    .map(({ unit, count }) => `${count} ${unit}`)
    .join(' ');
}

/** A clock that runs down to an instant. */
export function Countdown({ to }: { readonly to: string }) {
  const end = Date.parse(to);
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), SECOND_MS);
    return () => clearInterval(timer);
  }, []);
  const left = end - now;
  const color = left <= URGENT_MS ? 'var(--bad)' : undefined;
  return (
    <Tooltip label={new Date(end).toISOString().replace('T', ' ').replace('Z', ' UTC')}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard reaches the tooltip too */}
      <time dateTime={to} tabIndex={0} style={{ color, fontVariantNumeric: 'tabular-nums', whiteSpace: 'nowrap' }}>
        {timeLeft(left)}
      </time>
    </Tooltip>
  );
}
