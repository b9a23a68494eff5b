import { describe, expect, it } from 'vitest';
import { eventually } from '../testkit/eventually.ts';
import { platformForTest } from '../testkit/platform.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { proxiedDatabase } from '../testkit/proxied-database.ts';
import { Scrape } from '../testkit/scrape.ts';

const WITHIN_MS = 30_000;

describe('the metrics of a platform whose database is silent', () => {
  it('are read all the same, without those that only the database knows', { timeout: 120_000 }, async () => {
    const { proxy, url: databaseUrl } = await proxiedDatabase((await createTestDatabase()).url);
    const platform = await platformForTest({ databaseUrl, env: { METRICS_PORT: '0' } });
    const known = ['clawcierge_open_requests', 'clawcierge_oldest_pending_seconds'];
    const first = await Scrape.of(platform);
    for (const name of known) expect(first.series(name), name).not.toEqual([]);
    proxy.stall();
    await eventually(async () => {
      const scrape = await Scrape.of(platform);
      for (const name of known) expect(scrape.series(name), name).toEqual([]);
      expect(scrape.value('clawcierge_collect_failures_total')).toBeGreaterThan(0);
      expect(scrape.value('clawcierge_renewal_age_seconds')).toBeGreaterThan(0);
    }, WITHIN_MS);
    proxy.resume();
    await eventually(async () => {
      for (const name of known) expect((await Scrape.of(platform)).series(name), name).not.toEqual([]);
    }, WITHIN_MS);
  });
});
