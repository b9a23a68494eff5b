import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTestDatabase } from '../testkit/postgres.ts';
import { Scrape } from '../testkit/scrape.ts';
import { type ServerProcess, startServerProcess } from '../testkit/server-process.ts';
import { doEverything } from './everything.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

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
});
