import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Storage } from '../../src/storage/create-storage.ts';
import { createSystemClock } from '../../src/system-clock.ts';
import { aSender, createNode, newAgent, type TestAgent } from '../testkit/application-node.ts';
import { eventually } from '../testkit/eventually.ts';
import { LossyNetwork } from '../testkit/lossy-network.ts';
import { createTestDatabase } from '../testkit/postgres.ts';

const HOUR_MS = 3_600_000;

let databaseUrl: string;
let drop: () => Promise<void>;
beforeAll(async () => {
  ({ url: databaseUrl, drop } = await createTestDatabase());
});
afterAll(() => drop());

/** What a test does to the database's clock, and which agents nodes have forgotten with their nodes since. */
const database = { offMs: 0, forgotten: [] as string[] };

/** A node whose machine's time of day is off by so much, or as much as the test says later. */
async function nodeThatIsOff(network: LossyNetwork, offMs: number) {
  const wallClock = { offMs };
  const clock = createSystemClock(() => Date.now() + wallClock.offMs);
  const settings = { nodeTimeoutMs: 1_000, ackTimeoutMs: 5_000 };
  let looks = 0;
  const wrap = (storage: Storage): Storage => ({
    ...storage,
    sharedTime: async () => new Date((await storage.sharedTime()).getTime() + database.offMs),
    presence: {
      ...storage.presence,
      async forgetStaleNodes(...args) {
        const agentIds = await storage.presence.forgetStaleNodes(...args);
        database.forgotten.push(...agentIds);
        return agentIds;
      },
    },
    lookForDueWork(...args) {
      looks += 1;
      return storage.lookForDueWork(...args);
    },
  });
  const node = await createNode({ databaseUrl, bus: network.join(), clock, settings, wrap });
  await node.start();
  onTestFinished(() => (node.isCrashed() ? undefined : node.stop()));
  const moreLooks = (count: number) => {
    const enough = looks + count;
    return eventually(() => expect(looks).toBeGreaterThanOrEqual(enough));
  };
  return { ...node, clock, wallClock, moreLooks };
}

describe.each([
  ['an hour ahead', HOUR_MS],
  ['an hour behind', -HOUR_MS],
])('a node whose clock is %s', (_name, offMs) => {
  it('neither expires nor takes over what others hold, and is held to be alive', async () => {
    const network = new LossyNetwork();
    const [right, wrong] = [await nodeThatIsOff(network, 0), await nodeThatIsOff(network, offMs)];
    const agent = await newAgent(right.storage, new Date());
    const channels = [await right.connect(agent), await wrong.connect(agent)];
    const sender = aSender();
    const submitted = await Promise.all(
      [right, wrong, right, wrong].map(({ app }) =>
        app.requests.submit(sender, { handle: agent.handle, action: 'do.it', expiresInSeconds: 60 }),
      ),
    );
    await eventually(() => expect(channels.flatMap(({ deliveries }) => deliveries)).toHaveLength(4));

    // Each looks for everything that is due, and renews several times.
    await Promise.all([right, wrong].map(({ moreLooks }) => moreLooks(4)));
    const seen = await right.storage.requests.byIds(submitted.map(({ id }) => id));
    expect(seen.map(({ status, attempts }) => [status, attempts])).toEqual(seen.map(() => ['DISPATCHED', 1]));
    const aliveSince = new Date(Date.now() - 2_000);
    expect(await right.storage.presence.channelsOf(agent.agentId, aliveSince)).toHaveLength(2);
    for (const { id } of submitted) await wrong.app.requests.complete(agent, { requestId: id });
  });

  it('may get so while it runs', async () => {
    const node = await nodeThatIsOff(new LossyNetwork(), 0);
    node.wallClock.offMs = offMs;
    expect(Math.abs(node.clock.now().getTime() - Date.now())).toBeLessThan(1_000);
  });
});

describe.each([
  ['forwards', HOUR_MS],
  ['back', -HOUR_MS],
])('a database whose clock is set %s by an hour', (_name, stepMs) => {
  it('has no node taken for dead that lives, and one that dies afterwards all the same', async () => {
    Object.assign(database, { offMs: 0, forgotten: [] });
    onTestFinished(() => void Object.assign(database, { offMs: 0 }));
    const network = new LossyNetwork();
    const nodes = [await nodeThatIsOff(network, 0), await nodeThatIsOff(network, 0), await nodeThatIsOff(network, 0)];
    const agents = await Promise.all(nodes.map(({ storage }) => newAgent(storage, new Date())));
    for (const [index, node] of nodes.entries()) await node.connect(agents[index] as TestAgent);
    await Promise.all(nodes.map(({ moreLooks }) => moreLooks(4)));
    database.offMs = stepMs;
    await Promise.all(nodes.map(({ moreLooks }) => moreLooks(8)));
    expect(database.forgotten).toEqual([]);
    await nodes[2]?.crash();
    await eventually(() => expect(database.forgotten).toEqual([agents[2]?.agentId]));
  });
});
