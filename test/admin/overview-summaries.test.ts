import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { acknowledge, agentAndSender, complete, openChannel, submit, submitAccepted } from '../testkit/actors.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask, mutateSuccessfully } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForTest, type TestPlatform } from '../testkit/platform.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { adminCookie } from './admin-forms.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const OVERVIEW = `query ($from: DateTime!, $to: DateTime!, $buckets: Int) { overview(from: $from, to: $to, buckets: $buckets) {
  latency { count p50 p90 p95 p99 }
  buckets { from byStatus { status count } latency { count p50 } }
  rejections { stage reason count } } }`;

async function clientOf({ databaseUrl }: TestPlatform): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

it('tells the same from summaries as from the requests, also of what finishes later', async () => {
  const clock = createManualClock();
  const env = { REQUEST_EXPIRY_MAX_SECONDS: '864000', REQUEST_RETENTION_DAYS: '2' };
  const platform = await platformForTest({ clock, env });
  const second = await platformForTest({ clock, env, databaseUrl: platform.databaseUrl });
  const client = await clientOf(platform);
  const { agent, sender } = await agentAndSender(platform);
  const channel = await openChannel(platform, agent);
  for (let i = 0; i < 3; i++) {
    const { id } = await submitAccepted(platform, agent, sender);
    await channel.received(id);
    clock.advance(100 * i);
    await acknowledge(platform, agent, id);
    await complete(platform, agent, id);
  }
  await submit(platform, agent, sender, { action: 'no.such.action' });
  await channel.close();
  const waits = { whenOffline: 'QUEUE', expiresInSeconds: 800_000 } as const;
  const late = await submitAccepted(platform, agent, sender, waits);

  const slot = Math.floor(clock.now().getTime() / HOUR_MS) * HOUR_MS;
  const window = { from: new Date(slot - HOUR_MS), to: new Date(slot + 2 * HOUR_MS), buckets: 6 };
  const overview = async () => (await ask(platform, OVERVIEW, window, { cookie: await adminCookie(second) })).overview;
  const summaries = async () => {
    const { rows } = await client.query<{ counts: object; open: number }>(
      `select counts, cardinality(open_ids) as open from request_summaries where counts <> '{}' or open_ids <> '{}'`,
    );
    return rows;
  };
  const summarised = (open: number) =>
    eventually(async () => {
      clock.advance(MINUTE_MS);
      const stored = await summaries();
      expect(stored.length).toBeGreaterThan(0);
      expect(stored.reduce((sum, each) => sum + each.open, 0)).toBe(open);
    });

  const fromRequests = await overview();
  clock.advance(HOUR_MS);
  await summarised(1);
  expect(await overview()).toEqual(fromRequests);

  await mutateSuccessfully(platform, 'cancelRequest', { requestId: late.id }, 'request { id }', sender);
  const afterCancelling = await overview();
  expect(JSON.stringify(afterCancelling)).toContain('CANCELLED');
  await summarised(0);
  expect(await overview()).toEqual(afterCancelling);

  // The summary is what is read: it still tells of a request whose row is gone.
  await client.query('delete from requests where id = $1', [late.id]);
  expect(await overview()).toEqual(afterCancelling);

  clock.advance(3 * 24 * HOUR_MS);
  await eventually(async () => {
    clock.advance(MINUTE_MS);
    expect((await overview()).latency.count).toBe(0);
    expect((await client.query('select from rejection_summaries')).rowCount).toBe(0);
  });
});

it('counts anew what was summarised while the clock was ahead', async () => {
  const { url: databaseUrl, drop } = await createTestDatabase();
  onTestFinished(drop);
  const ahead = createManualClock();
  const before = await platformForTest({ clock: ahead, databaseUrl });
  const client = await clientOf(before);
  const { agent, sender } = await agentAndSender(before);
  const now = ahead.now();
  await submit(before, agent, sender, { action: 'no.such.action' });
  const ofFuture = async () =>
    (await client.query('select from request_summaries where starts_at > $1', [now])).rowCount ?? 0;
  ahead.advance(3 * HOUR_MS);
  await eventually(async () => {
    ahead.advance(MINUTE_MS);
    expect(await ofFuture()).toBeGreaterThan(0);
  });
  await before.stop();

  const clock = createManualClock();
  const after = await platformForTest({ clock, databaseUrl });
  await submit(after, agent, sender, { action: 'no.such.action' });
  clock.advance(MINUTE_MS);
  await eventually(async () => expect(await ofFuture()).toBe(0));
  clock.advance(HOUR_MS);
  await eventually(async () => {
    clock.advance(MINUTE_MS);
    const { rows } = await client.query(
      `select sum((counts ->> 'REJECTED')::int)::int as rejected from request_summaries`,
    );
    expect(rows).toEqual([{ rejected: 2 }]);
  });
});
