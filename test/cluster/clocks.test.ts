import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Storage } from '../../src/storage/create-storage.ts';
import { createSystemClock } from '../../src/system-clock.ts';
import { aSender, createNode, newAgent, type TestAgent } from '../testkit/application-node.ts';
import { eventually } from '../testkit/eventually.ts';
import { LossyNetwork } from '../testkit/lossy-network.ts';
import { createTestDatabase } from '../testkit/postgres.ts';

const HOUR_MS = 3_600_000;
/** Much less than that, and more than a slow machine takes for a renewal. */
const MINUTE_MS = 60_000;

let databaseUrl: string;
let drop: () => Promise<void>;
beforeAll(async () => {
  ({ url: databaseUrl, drop } = await createTestDatabase());
});
afterAll(() => drop());

/** What a test does to the database's clock, and which agents nodes have forgotten with their nodes since. */
const database = { offMs: 0, forgotten: [] as string[] };

/** A node whose machine's time of day is off by so much, or as much as the test says later. */
async function nodeThatIsOff(
  network: LossyNetwork,
  offMs: number,
  { nodeTimeoutMs = 1_000, ackTimeoutMs = 5_000 }: { nodeTimeoutMs?: number; ackTimeoutMs?: number } = {},
) {
  const wallClock = { offMs };
  const clock = createSystemClock(() => Date.now() + wallClock.offMs);
  const settings = { nodeTimeoutMs, ackTimeoutMs };
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
  /** It has the time that the database has now. */
  const follows = () =>
    eventually(() => expect(Math.abs(clock.now().getTime() - Date.now() - database.offMs)).toBeLessThan(1_000));
  return { ...node, clock, wallClock, moreLooks, follows };
}

/** From now on the database's clock is off by so much, as long as the test runs. */
function setDatabaseClock(offMs: number): void {
  database.offMs = offMs;
  onTestFinished(() => void Object.assign(database, { offMs: 0 }));
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
    const aliveSince = new Date(Date.now() - MINUTE_MS);
    expect(await right.storage.presence.channelsOf(agent.agentId, aliveSince)).toHaveLength(2);
    for (const { id } of submitted) await wrong.app.requests.complete(agent, { requestId: id });
  });

  it('may get so while it runs', async () => {
    const node = await nodeThatIsOff(new LossyNetwork(), 0);
    node.wallClock.offMs = offMs;
    expect(Math.abs(node.clock.now().getTime() - Date.now())).toBeLessThan(MINUTE_MS);
  });
});

describe.each([
  ['forwards', HOUR_MS],
  ['back', -HOUR_MS],
])('a database whose clock is set %s by an hour', (_name, stepMs) => {
  it('has no node taken for dead that lives, and one that dies afterwards all the same', async () => {
    Object.assign(database, { offMs: 0, forgotten: [] });
    const network = new LossyNetwork();
    const nodes = [await nodeThatIsOff(network, 0), await nodeThatIsOff(network, 0), await nodeThatIsOff(network, 0)];
    const agents = await Promise.all(nodes.map(({ storage }) => newAgent(storage, new Date())));
    for (const [index, node] of nodes.entries()) await node.connect(agents[index] as TestAgent);
    await Promise.all(nodes.map(({ moreLooks }) => moreLooks(4)));
    setDatabaseClock(stepMs);
    await Promise.all(nodes.map(({ moreLooks }) => moreLooks(8)));
    expect(database.forgotten).toEqual([]);
    await nodes[2]?.crash();
    await eventually(() => expect(database.forgotten).toEqual([agents[2]?.agentId]));
  });
});

describe.each([
  ['forwards', HOUR_MS / 2],
  ['back', -HOUR_MS / 2],
])('a database whose clock is set %s by less than requests live', (_name, stepMs) => {
  const expiresInSeconds = HOUR_MS / 1_000;

  it('has nothing delivered again that was delivered just then', async () => {
    const network = new LossyNetwork();
    // Both have long noticed when half of the node's timeout is over, also on a machine that is busy.
    const slow = { nodeTimeoutMs: 4_000, ackTimeoutMs: 60_000 };
    const nodes = [await nodeThatIsOff(network, 0, slow), await nodeThatIsOff(network, 0, slow)];
    const [a, b] = nodes as [(typeof nodes)[0], (typeof nodes)[0]];
    const agent = await newAgent(a.storage, new Date());
    const channels = [await a.connect(agent), await b.connect(agent)];
    const ids: string[] = [];
    const submit = async () => {
      for (const { app } of nodes) {
        const { id } = await app.requests.submit(aSender(), {
          handle: agent.handle,
          action: 'do.it',
          expiresInSeconds,
        });
        ids.push(id);
      }
    };
    await submit();
    setDatabaseClock(stepMs);
    // Also while one node has noticed, and the other has not.
    const noticed = Promise.all(nodes.map(({ follows }) => follows()));
    await Promise.race([
      noticed,
      (async () => {
        while (ids.length < 60) await submit();
      })(),
    ]);
    await noticed;
    await submit();
    await Promise.all(nodes.map(({ moreLooks }) => moreLooks(10)));
    const seen = await a.storage.requests.byIds(ids);
    expect(seen.map(({ status, attempts }) => [status, attempts])).toEqual(ids.map(() => ['DISPATCHED', 1]));
    await eventually(() => expect(channels.flatMap(({ deliveries }) => deliveries)).toHaveLength(ids.length));
  });

  it('has what was delivered before delivered again if nobody acks it, no later than without', async () => {
    const node = await nodeThatIsOff(new LossyNetwork(), 0, { ackTimeoutMs: 1_000 });
    const agent = await newAgent(node.storage, new Date());
    await node.connect(agent);
    const { id } = await node.app.requests.submit(aSender(), {
      handle: agent.handle,
      action: 'do.it',
      expiresInSeconds,
    });
    setDatabaseClock(stepMs);
    await node.follows();
    const attempts = async () => (await node.storage.requests.byId(id))?.attempts ?? 0;
    const before = await attempts();
    await eventually(async () => expect(await attempts()).toBeGreaterThan(before));
  });
});

describe('a database whose clock is set by more than requests live', () => {
  /** A node with an agent, and a request that lives for a minute. */
  async function withRequest(nodeTimeoutMs: number) {
    const node = await nodeThatIsOff(new LossyNetwork(), 0, { nodeTimeoutMs, ackTimeoutMs: 60_000 });
    const agent = await newAgent(node.storage, new Date());
    await node.connect(agent);
    const wish = { handle: agent.handle, action: 'do.it', expiresInSeconds: 60 };
    const { id } = await node.app.requests.submit(aSender(), wish);
    return { ...node, agent, id, status: async () => (await node.storage.requests.byId(id))?.status };
  }

  it('ends them by the new time', async () => {
    const { status } = await withRequest(1_000);
    setDatabaseClock(HOUR_MS);
    await eventually(async () => expect(await status()).toBe('TIMEOUT'));
  });

  it('ends none if it is set right within NODE_TIMEOUT_SECONDS', async () => {
    const { follows, moreLooks, app, agent, id, status } = await withRequest(12_000);
    setDatabaseClock(HOUR_MS);
    await follows();
    database.offMs = 0;
    await follows();
    await moreLooks(3);
    expect(await status()).toBe('DISPATCHED');
    await app.requests.complete(agent, { requestId: id });
  });
});

describe('a database whose clock is set again and again', () => {
  it('keeps nothing from being delivered again or from ending', async () => {
    const node = await nodeThatIsOff(new LossyNetwork(), 0, { ackTimeoutMs: 1_000 });
    const agent = await newAgent(node.storage, new Date());
    await node.connect(agent);
    const submit = async (expiresInSeconds: number) =>
      (await node.app.requests.submit(aSender(), { handle: agent.handle, action: 'do.it', expiresInSeconds })).id;
    const [unacked, brief] = [await submit(3_600), await submit(5)];
    const setting = setInterval(() => Object.assign(database, { offMs: database.offMs === 0 ? 3_000 : 0 }), 100);
    onTestFinished(() => setDatabaseClock(0));
    try {
      await eventually(async () => {
        expect((await node.storage.requests.byId(unacked))?.attempts).toBeGreaterThan(1);
        expect((await node.storage.requests.byId(brief))?.status).toBe('TIMEOUT');
      });
    } finally {
      clearInterval(setting);
    }
  });
});
