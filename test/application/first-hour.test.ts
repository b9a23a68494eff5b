import { expect, it, onTestFinished } from 'vitest';
import { createNode } from '../testkit/application-node.ts';
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
