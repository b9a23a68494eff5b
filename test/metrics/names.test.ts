import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DENIAL_KINDS } from '../../src/domain/verdict.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { Scrape } from '../testkit/scrape.ts';
import { type ServerProcess, startServerProcess } from '../testkit/server-process.ts';
import { doEverything } from './everything.ts';
import { readExpression, type Selector } from './promql.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** Labels that Prometheus adds to whatever it scrapes. */
const OF_TARGETS = ['job', 'instance'];
/** Values that a short run does not come by. */
const SELDOM: Readonly<Record<string, readonly string[]>> = {
  status: ['500', '503'],
  kind: DENIAL_KINDS,
  code: ['unavailable', 'internal_error'],
};

type Panel = {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
};
const DASHBOARD = JSON.parse(read('deploy/grafana/clawcierge.json')) as { readonly panels: readonly Panel[] };
const RULES = read('deploy/prometheus/alerts.yml');
const ALERTS = [...RULES.matchAll(/- alert: (\w+)\n +expr: \|\n((?: {10}.*\n)+)/g)].map(([, name = '', expr = '']) => ({
  name,
  expr: expr.trim(),
}));

/** What of an expression no scrape has; labels in a legend are those of its series. */
function strangersIn(scrape: Scrape, expr: string, legend = ''): readonly string[] {
  const { selectors, labels } = readExpression(expr);
  const known = new Set(OF_TARGETS);
  const problems: string[] = [];
  for (const { name, matchers } of selectors) {
    if (name === 'up') continue;
    const series = scrape.series(name);
    if (series.length === 0) problems.push(`${name} is no metric`);
    for (const label of series.flatMap((each) => Object.keys(each.labels))) known.add(label);
    problems.push(
      ...matchers.flatMap((matcher) => strangerIn(series, matcher)).map((problem) => `${name}: ${problem}`),
    );
  }
  const named = [...labels, ...[...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label)];
  return [...problems, ...named.filter((label) => !known.has(label)).map((label) => `${label} is no label`)];
}

function strangerIn(
  series: readonly { readonly labels: Readonly<Record<string, string>> }[],
  { label, op, value }: Selector['matchers'][number],
): readonly string[] {
  if (OF_TARGETS.includes(label)) return [];
  if (series.some((each) => !(label in each.labels))) return [`${label} is no label`];
  const values = [...series.map((each) => each.labels[label] ?? ''), ...(SELDOM[label] ?? [])];
  const isThere = (one: string) => values.some((each) => new RegExp(`^(?:${one})$`).test(each));
  // Each of several must be there.
  const wanted = op.includes('~') ? value.split('|') : [value];
  return wanted.filter((one) => !isThere(one)).map((one) => `${label} is never ${one}`);
}

let scraped: Promise<Scrape> | null = null;

/** What a platform tells, as a process of its own, once everything that there are metrics of has happened. */
const ofARun = (): Promise<Scrape> => {
  scraped ??= scrapeARun();
  return scraped;
};

async function scrapeARun(): Promise<Scrape> {
  const { url: databaseUrl } = await createTestDatabase();
  const server: ServerProcess = await startServerProcess({ DATABASE_URL: databaseUrl, METRICS_PORT: '0' });
  await doEverything(server);
  return Scrape.of(server);
}

describe('the names of metrics', () => {
  it('are those of docs/operations/metrics.md, with their types and labels', { timeout: 120_000 }, async () => {
    const scrape = await ofARun();
    const told = [...scrape.families.values()]
      .filter(({ name }) => name.startsWith('clawcierge_'))
      .map(({ name, type, series }) => {
        const labels = new Set(series.flatMap((each) => Object.keys(each.labels)).filter((label) => label !== 'le'));
        return [name, type, [...labels].sort().join(' ')];
      });
    const rows = [
      ...read('docs/operations/metrics.md').matchAll(/^\| `(clawcierge_\w+)` \| (\w+) \| (.*?) ?\| (.+) \|$/gm),
    ];
    const documented = rows.map(([, name, type, labels = '']) => {
      return [
        name,
        type,
        [...labels.matchAll(/`(\w+)`/g)]
          .map(([, label]) => label)
          .sort()
          .join(' '),
      ];
    });
    expect(documented.sort()).toEqual(told.sort());
    for (const [name] of told) expect(scrape.families.get(name ?? '')?.series, name).not.toEqual([]);
  });

  it('are those that the dashboard asks for, labels and values included', { timeout: 120_000 }, async () => {
    const scrape = await ofARun();
    const targets = DASHBOARD.panels.flatMap(({ title, targets = [] }) =>
      targets.map((target) => ({ title, ...target })),
    );
    expect(targets.length).toBeGreaterThan(40);
    const problems = targets.flatMap(({ title, expr, legendFormat }) =>
      strangersIn(scrape, expr.replaceAll('$__rate_interval', '5m'), legendFormat).map(
        (problem) => `${title}: ${problem}`,
      ),
    );
    expect(problems).toEqual([]);
  });

  it('are those that the alert rules ask for, labels and values included', { timeout: 120_000 }, async () => {
    const scrape = await ofARun();
    expect(ALERTS).toHaveLength([...RULES.matchAll(/- alert:/g)].length);
    const problems = ALERTS.flatMap(({ name, expr }) =>
      strangersIn(scrape, expr).map((problem) => `${name}: ${problem}`),
    );
    expect(problems).toEqual([]);
  });

  it('would be missed: a name, a label or a value that nothing tells is found', { timeout: 120_000 }, async () => {
    const scrape = await ofARun();
    expect(strangersIn(scrape, 'sum by (nobody) (rate(clawcierge_nothing_total[5m]))')).toHaveLength(2);
    expect(strangersIn(scrape, 'clawcierge_channels{transport="pigeon"}')).toHaveLength(1);
    expect(strangersIn(scrape, 'clawcierge_channels{carrier="x"} > 0')).toHaveLength(1);
    expect(() => readExpression('sum(')).toThrow();
  });
});
