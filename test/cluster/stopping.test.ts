import { afterAll, beforeAll, expect, it } from 'vitest';
import { aSender, createNode, newAgent } from '../testkit/application-node.ts';
import { LossyNetwork } from '../testkit/lossy-network.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { createVirtualClock } from '../testkit/virtual-clock.ts';
import { StoreWatch } from '../testkit/watched-storage.ts';

const AGENTS = 65;
const CHANNELS_EACH = 8;

let databaseUrl: string;
let drop: () => Promise<void>;
beforeAll(async () => {
  ({ url: databaseUrl, drop } = await createTestDatabase());
});
afterAll(() => drop());

it('a node that stops ends all its channels with a handful of statements, and releases what they held', async () => {
  const [network, clock, stores] = [new LossyNetwork(), createVirtualClock(), new StoreWatch()];
  const node = await createNode({ databaseUrl, bus: network.join(), clock, wrap: (storage) => stores.wrap(storage) });
  await node.start();
  const witness = await createNode({ databaseUrl, bus: network.join(), clock });
  const agents = await Promise.all(Array.from({ length: AGENTS }, () => newAgent(node.storage, clock.now())));
  await Promise.all(agents.flatMap((agent) => Array.from({ length: CHANNELS_EACH }, () => node.connect(agent))));
  expect(node.app.nodeChannels.size).toBe(AGENTS * CHANNELS_EACH);
  const submitted = await Promise.all(
    agents.map(({ handle }) => node.app.requests.submit(aSender(), { handle, action: 'do.it' })),
  );
  stores.calls.length = 0;
  await node.stop();
  for (const call of ['presence.removeChannels', 'requests.releaseChannels', 'presence.areConnected']) {
    expect(stores.count(call), call).toBeLessThanOrEqual(10);
  }
  const aliveSince = new Date(clock.now().getTime() - 10_000);
  const connected = await witness.storage.presence.areConnected(
    agents.map(({ agentId }) => agentId),
    aliveSince,
  );
  expect(connected).not.toContain(true);
  const left = await witness.storage.requests.byIds(submitted.map(({ id }) => id));
  expect(left.map(({ status, channelId }) => [status, channelId])).toEqual(left.map(() => ['PENDING', null]));
  await witness.stop();
}, 60_000);
