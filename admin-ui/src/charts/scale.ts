/** Steps that people count in. */
const STEPS = [1, 2, 2.5, 5, 10] as const;
const TICKS = 4;

/** Round values from 0 to at least the maximum, for an axis. Whole numbers where only those make sense. */
export function ticksUpTo(maximum: number, whole: boolean): readonly number[] {
  const rough = Math.max(maximum, whole ? 1 : Number.MIN_VALUE) / TICKS;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const fitting = STEPS.find((each) => each * magnitude >= rough) ?? 10;
  const step = whole ? Math.max(1, Math.ceil(fitting * magnitude)) : fitting * magnitude;
  const count = Math.max(1, Math.ceil(maximum / step));
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}

/** Which of so many columns get a label, so that they do not touch each other. */
export function labelled(count: number, width: number, labelWidth: number): readonly number[] {
  const every = Math.max(1, Math.ceil((count * labelWidth) / Math.max(width, 1)));
  return Array.from({ length: count }, (_, index) => index).filter((index) => index % every === 0);
}

/** So many times what all but the highest reach, and a value is out of scale. */
const OUTLIER_FACTOR = 3;

/**
 * The highest value that an axis has to reach: the highest of all, or, where a few would flatten all the others, the
 * 95th percentile.
 */
export function highestInScale(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const highest = sorted.at(-1) ?? 0;
  const usual = sorted[Math.floor((sorted.length - 1) * 0.95)] ?? 0;
  return usual > 0 && highest > usual * OUTLIER_FACTOR ? usual : highest;
}
