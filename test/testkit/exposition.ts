export type Series = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};

/** One metric of a scrape: what is under its name, and under its name with `_bucket`, `_sum` and `_count`. */
export type ScrapedFamily = {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly series: readonly Series[];
};

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const HELP = new RegExp(`^# HELP (${NAME}) (\\S.*)$`);
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary|untyped)$`);
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)$`);
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\[\\n"])*)"(,|$)/y;
const NUMBER = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|[+-]Inf|NaN)$/i;

/**
 * Reads Prometheus's text format (version 0.0.4), and throws at whatever it does not allow: samples without a type or out
 * of their group, a label or a series twice, histograms whose buckets do not add up, a last line that does not end.
 */
export function parseExposition(text: string): ReadonlyMap<string, ScrapedFamily> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const families = new Map<string, { name: string; type: string; help: string; series: Series[] }>();
  const seen = new Set<string>();
  let help: { readonly name: string; readonly text: string } | null = null;
  let family: { name: string; type: string; help: string; series: Series[] } | null = null;
  for (const line of text.split('\n').slice(0, -1)) {
    if (line === '') continue;
    const [, helped, helpText] = HELP.exec(line) ?? [];
    const [, typed, type] = TYPE.exec(line) ?? [];
    if (helped && helpText) help = { name: helped, text: helpText };
    else if (typed && type) {
      if (help?.name !== typed) throw new Error(`no HELP before ${line}`);
      if (families.has(typed)) throw new Error(`${typed} has two groups`);
      family = { name: typed, type, help: help.text, series: [] };
      families.set(typed, family);
    } else {
      const series = parseSample(line);
      if (!family || !isOf(family, series.name)) throw new Error(`out of its group: ${line}`);
      const id = seriesId(series);
      if (seen.has(id)) throw new Error(`twice: ${line}`);
      seen.add(id);
      family.series.push(series);
    }
  }
  for (const each of families.values()) if (each.type === 'histogram') checkBuckets(each);
  return families;
}

/** A text that no other series has. */
export const seriesId = ({ name, labels }: Series): string =>
  `${name}{${Object.entries(labels)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .sort()
    .join(',')}}`;

function parseSample(line: string): Series {
  const [, name, labelText = '', number = ''] = SAMPLE.exec(line) ?? [];
  if (name === undefined || !NUMBER.test(number)) throw new Error(`not a sample: ${line}`);
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  for (let at = 0; at < labelText.length; at = LABEL.lastIndex) {
    const [, label, value = ''] = LABEL.exec(labelText) ?? [];
    if (label === undefined) throw new Error(`labels that cannot be read: ${line}`);
    if (label in labels) throw new Error(`a label twice: ${line}`);
    labels[label] = value.replaceAll(/\\([\\n"])/g, (_, escaped) => (escaped === 'n' ? '\n' : escaped));
  }
  return { name, labels, value: Number(number.replace(/inf$/i, 'Infinity')) };
}

const isOf = ({ name, type }: ScrapedFamily, sample: string): boolean =>
  type === 'histogram' ? ['_bucket', '_sum', '_count'].some((end) => sample === name + end) : sample === name;

function checkBuckets({ name, series }: ScrapedFamily): void {
  const spreads = Map.groupBy(series, ({ labels: { le, ...labels } }) => seriesId({ name, labels, value: 0 }));
  for (const [id, samples] of spreads) {
    const buckets = samples.filter((each) => each.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) => Number(labels.le?.replace('+Inf', 'Infinity')));
    const isAscending = (values: readonly number[]) =>
      values.every((value, at) => at === 0 || value >= (values[at - 1] ?? 0));
    const count = samples.find((each) => each.name === `${name}_count`)?.value;
    const isWhole = bounds.at(-1) === Number.POSITIVE_INFINITY && buckets.at(-1)?.value === count;
    const hasSum = samples.some((each) => each.name === `${name}_sum`);
    if (!isWhole || !hasSum || !isAscending(bounds) || !isAscending(buckets.map(({ value }) => value))) {
      throw new Error(`the buckets of ${id} do not add up`);
    }
  }
}
