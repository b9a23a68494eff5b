import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { createNode } from '../testkit/application-node.ts';
import { eventually } from '../testkit/eventually.ts';
import { LossyNetwork } from '../testkit/lossy-network.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { createVirtualClock } from '../testkit/virtual-clock.ts';

const MINUTE_MS = 60_000;

it('a node deletes no unused identities before it has run for an hour: after a standstill no key was used for long', async () => {
  const { url: databaseUrl, drop } = await createTestDatabase();
  onTestFinished(drop);
  const runsWithin = async (minutes: number) => {
    const clock = createVirtualClock();
    const bus = new LossyNetwork().join();
    const node = await createNode({ databaseUrl, bus, clock, identitiesUnusedMs: MINUTE_MS });
    await node.start();
    clock.advance(minutes * MINUTE_MS);
    await node.stop();
    return node.app.maintenance.status().find(({ name }) => name === 'expire unused identities')?.runs;
  };
  expect(await runsWithin(59)).toBe(0);
  expect(await runsWithin(61)).toBeGreaterThan(0);
});

it('a node whose clock was far off forgets no summaries for an hour, and then also those of that hour', async () => {
  const { url: databaseUrl, drop } = await createTestDatabase();
  onTestFinished(drop);
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  onTestFinished(() => client.end());
  const machine = createVirtualClock();
  let offMs = 0;
  const now = () => new Date(machine.now().getTime() + offMs);
  const follow = (time: Date) => {
    offMs = time.getTime() - machine.now().getTime();
  };
  const databaseTime = () => new Date(machine.now().getTime() - 180 * MINUTE_MS);
  const node = await createNode({
    databaseUrl,
    bus: new LossyNetwork().join(),
    clock: { ...machine, now, follow },
    wrap: (storage) => ({ ...storage, sharedTime: async () => databaseTime() }),
  });
  const startedAt = databaseTime().getTime();
  const store = (minutes: number) =>
    client.query(`insert into request_summaries (starts_at, counts, latencies, open_ids) values ($1, '{}', '', '{}')`, [
      new Date(startedAt + minutes * MINUTE_MS),
    ]);
  for (const minutes of [-90, -30, 30, 120]) await store(minutes);
  const stored = async () => {
    const { rows } = await client.query<{ starts_at: Date }>('select starts_at from request_summaries order by 1');
    return rows.map(({ starts_at }) => (starts_at.getTime() - startedAt) / MINUTE_MS);
  };
  await node.start();
  onTestFinished(() => node.stop());
  const runs = () => node.app.maintenance.status().find(({ name }) => name === 'summarise requests')?.runs;
  for (let minute = 1; minute < 60; minute += 1) {
    machine.advance(MINUTE_MS);
    await eventually(() => expect(runs()).toBe(minute));
  }
  expect(await stored()).toEqual([-90, -30, 30, 120]);
  machine.advance(2 * MINUTE_MS);
  await eventually(async () => expect(await stored()).toEqual([-90]));
});
