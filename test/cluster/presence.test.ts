import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { UnavailableError } from '../../src/domain/errors.ts';
import { aSender, CHANNEL_SETTINGS, createNode, newAgent } from '../testkit/application-node.ts';
import { eventually } from '../testkit/eventually.ts';
import { LossyNetwork } from '../testkit/lossy-network.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { createVirtualClock } from '../testkit/virtual-clock.ts';
import { StoreWatch } from '../testkit/watched-storage.ts';

let databaseUrl: string;
let drop: () => Promise<void>;
beforeAll(async () => {
  ({ url: databaseUrl, drop } = await createTestDatabase());
});
afterAll(() => drop());

function cluster() {
  const network = new LossyNetwork();
  const clock = createVirtualClock();
  const watches: StoreWatch[] = [];
  const start = async () => {
    const stores = new StoreWatch();
    watches.push(stores);
    const node = await createNode({ databaseUrl, bus: network.join(), clock, wrap: (storage) => stores.wrap(storage) });
    await node.start();
    /** The database is away for this node, or back. */
    const setAway = (isAway: boolean) => {
      stores.onCall = () => {
        if (isAway) throw new UnavailableError('The database is away.', 1);
      };
    };
    return { ...node, stores, setAway };
  };
  const startForTest = async () => {
    const node = await start();
    onTestFinished(() => node.stop());
    return node;
  };
  /** Lets time pass as it does, so that every renewal and every sweep comes to its end. */
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 250) {
      clock.advance(250);
      for (const stores of watches) await stores.idle();
    }
  };
  const until = (probe: () => unknown) =>
    eventually(async () => {
      await pass(250);
      await probe();
    });
  return { network, clock, start, startForTest, pass, until };
}

describe('presence', () => {
  it('forgets a node that crashed within its timeout and a sweep, and gives others what it held', async () => {
    const { clock, start, startForTest, until } = cluster();
    const crashing = await start();
    const surviving = await startForTest();
    const agent = await newAgent(surviving.storage, clock.now());
    const first = await crashing.connect(agent);
    const [{ id: unacked }, { id: acked }] = [
      await crashing.app.requests.submit(aSender(), { handle: agent.handle, action: 'do.it' }),
      await crashing.app.requests.submit(aSender(), { handle: agent.handle, action: 'do.it' }),
    ];
    await eventually(() => expect(first.deliveries).toHaveLength(2));
    await crashing.app.requests.acknowledge(agent, { requestId: acked });
    await crashing.crash();
    const crashedAt = clock.monotonic();

    const second = await surviving.connect(agent);
    await until(() =>
      expect(second.deliveries.map(({ id, attempts }) => [id, attempts])).toEqual([
        [unacked, 2],
        [acked, 2],
      ]),
    );
    expect(clock.monotonic() - crashedAt).toBeLessThanOrEqual(11_000);
  });

  it('is never hidden by the end of an earlier socket that is noticed late', async () => {
    const { clock, startForTest } = cluster();
    const [a, b] = [await startForTest(), await startForTest()];
    const agent = await newAgent(a.storage, clock.now());
    const stale = await a.connect(agent);
    const fresh = await b.connect(agent);
    await stale.close();
    const aliveSince = new Date(clock.now().getTime() - 10_000);
    expect(await a.storage.presence.areConnected([agent.agentId], aliveSince)).toEqual([true]);
    await a.app.requests.submit(aSender(), { handle: agent.handle, action: 'do.it' });
    await eventually(() => expect(fresh.deliveries).toHaveLength(1));
  });

  it('tells who follows a request what a node did last before it died without a word', async () => {
    const { network, clock, start, startForTest, until } = cluster();
    const [doomed, survivor] = [await start(), await startForTest()];
    const agent = await newAgent(survivor.storage, clock.now());
    const channel = await doomed.connect(agent);
    const sender = aSender();
    const { id } = await survivor.app.requests.submit(sender, { handle: agent.handle, action: 'do.it' });
    await eventually(() => expect(channel.deliveries).toHaveLength(1));
    const updates = await survivor.app.requests.watch(sender, id);
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { status } of updates ?? []) seen.push(status);
    })();
    network.fate = () => 'lost';
    await doomed.app.requests.complete(agent, { requestId: id });
    await doomed.crash();
    await until(() => expect(seen.at(-1)).toBe('COMPLETED'));
    await reading;
  });

  it('delivers within two seconds what another node stored and told nobody of', async () => {
    const { network, clock, startForTest, pass, until } = cluster();
    const [doomed, survivor] = [await startForTest(), await startForTest()];
    const agent = await newAgent(survivor.storage, clock.now());
    const channel = await survivor.connect(agent);
    const submit = (node: typeof survivor) =>
      node.app.requests.submit(aSender(), { handle: agent.handle, action: 'do.it', whenOffline: 'QUEUE' });
    // Nobody looks at the agent in particular any more, and all were looked at a moment ago.
    await pass(21_000);
    const looks = () => survivor.stores.count('requests.claimableOfNode');
    const before = looks();
    await until(() => expect(looks()).toBeGreaterThan(before));
    const filling = await Promise.all(Array.from({ length: CHANNEL_SETTINGS.unackedMax }, () => submit(survivor)));
    network.fate = () => 'lost';
    const { id, status } = await submit(doomed);
    expect(status).toBe('PENDING');
    const looked = looks();
    await survivor.app.requests.complete(agent, { requestId: filling[0]?.id ?? '' });
    await pass(2_000);
    await eventually(() => expect(channel.deliveries.map((each) => each.id)).toContain(id));
    expect(looks()).toBe(looked);
  });

  it('costs no statement for each agent, and an agent was heard when its node renewed itself, or its channel ended', async () => {
    const { clock, startForTest, pass } = cluster();
    const node = await startForTest();
    const agent = await newAgent(node.storage, clock.now());
    const channels = await Promise.all(Array.from({ length: 8 }, () => node.connect(agent)));
    // What is looked at for a while after channels were opened.
    await pass(20_000);
    node.stores.calls.length = 0;
    await pass(9_000);
    expect(node.stores.count('requests.agentsWithWaiting')).toBe(0);
    expect(node.stores.count('requests.agentsWithClaimable')).toBe(0);
    expect(node.stores.count('requests.claimableOfNode')).toBeLessThanOrEqual(1);
    const heardAt = async () => (await node.storage.agents.byIds([agent.agentId]))[0]?.lastHeartbeatAt?.getTime() ?? 0;
    expect(await heardAt()).toBeGreaterThan(clock.now().getTime() - 5_000);
    await Promise.all(channels.map((channel) => channel.close()));
    const endedAt = clock.now().getTime();
    await pass(5_000);
    expect(await heardAt()).toBe(endedAt);
  });

  it('a node that hears late of its renewal gives no new request to a channel that was forgotten meanwhile', async () => {
    const { clock, startForTest, pass, until } = cluster();
    const [slow, other] = [await startForTest(), await startForTest()];
    await pass(3_000);
    const agent = await newAgent(slow.storage, clock.now());
    const channels = [await slow.connect(agent), await other.connect(agent)];
    const answer = Promise.withResolvers<void>();
    slow.stores.heldUp = (call) => (call === 'presence.renewNode' ? answer.promise : null);
    await until(async () =>
      expect(await other.storage.presence.channelsOf(agent.agentId, new Date(0))).toHaveLength(1),
    );
    slow.stores.heldUp = () => null;
    answer.resolve();
    await slow.stores.idle();

    await slow.app.requests.submit(aSender(), { handle: agent.handle, action: 'do.it' });
    await pass(5_000);
    expect(channels.map(({ deliveries }) => deliveries.map(({ attempts }) => attempts))).toEqual([[], [1]]);
  });

  it('ends what is over also while the row of a dead node is locked by somebody', async () => {
    const { clock, startForTest } = cluster();
    const node = await startForTest();
    const agent = await newAgent(node.storage, clock.now());
    await node.storage.presence.registerNode('dead', new Date(0));
    const somebody = new pg.Client({ connectionString: databaseUrl });
    await somebody.connect();
    try {
      await somebody.query(`begin; select from nodes where id = 'dead' for update`);
      const asked = { handle: agent.handle, action: 'do.it', whenOffline: 'QUEUE', expiresInSeconds: 5 } as const;
      const { id } = await node.app.requests.submit(aSender(), asked);
      await eventually(async () => {
        clock.advance(500);
        expect(await node.storage.requests.byId(id)).toMatchObject({ status: 'TIMEOUT' });
      }, 5_000);
    } finally {
      await somebody.end();
    }
  });

  /** Two nodes, each with a channel of the agent that has acknowledged a request. */
  async function twoAtWork() {
    const { clock, startForTest, ...time } = cluster();
    const [a, b] = [await startForTest(), await startForTest()];
    const agent = await newAgent(a.storage, clock.now());
    const channels = [await a.connect(agent), await b.connect(agent)];
    await time.pass(3_000);
    const submitted = [
      await a.app.requests.submit(aSender(), { handle: agent.handle, action: 'do.it' }),
      await a.app.requests.submit(aSender(), { handle: agent.handle, action: 'do.it' }),
    ];
    await eventually(() => expect(channels.map(({ deliveries }) => deliveries.length)).toEqual([1, 1]));
    for (const { id } of submitted) await a.app.requests.acknowledge(agent, { requestId: id });
    return { a, b, agent, channels, submitted, ...time };
  }

  it('survives the database being away for less than the timeout: nobody forgets anybody', async () => {
    const { a, b, channels, submitted, pass, until } = await twoAtWork();
    for (const { setAway } of [a, b]) setAway(true);
    await pass(4_500);
    // `a` is back, and sweeps often, before `b` has renewed its row, which is long overdue.
    a.setAway(false);
    a.stores.calls.length = 0;
    await until(() => expect(a.stores.count('lookForDueWork')).toBeGreaterThan(3));
    b.setAway(false);
    await pass(30_000);
    for (const { id } of submitted) {
      expect(await a.storage.requests.byId(id)).toMatchObject({ status: 'ACKED', attempts: 1 });
    }
    expect(channels.map(({ deliveries, socket }) => [deliveries.length, socket.closedFor])).toEqual([
      [1, null],
      [1, null],
    ]);
  });

  it('ends on both sides when the database is away for longer: what was held is delivered again, and nobody is to blame', async () => {
    const { a, b, agent, channels, submitted, pass, until } = await twoAtWork();
    for (const { setAway } of [a, b]) setAway(true);
    await until(() => expect(channels.map(({ socket }) => socket.closedFor)).toEqual(['fenced', 'fenced']));
    await expect(a.connect(agent)).rejects.toThrow(UnavailableError);
    await pass(30_000);
    a.setAway(false);
    const again = await eventually(async () => {
      await pass(250);
      return a.connect(agent);
    });
    again.onDelivery(({ id }) => void a.app.requests.acknowledge(agent, { requestId: id }));
    // What the other node held is its to release, or everybody's when it is forgotten.
    await until(() => expect(again.deliveries).toHaveLength(2));
    expect(again.deliveries.map(({ attempts, losses }) => [attempts, losses])).toEqual([
      [2, 0],
      [2, 0],
    ]);
    expect(new Set(again.deliveries.map(({ id }) => id))).toEqual(new Set(submitted.map(({ id }) => id)));
    b.setAway(false);
    await until(() => b.connect(agent));
  });

  it('forgets a channel whose opening failed after all, although the database has it', async () => {
    const { clock, network, startForTest, until } = cluster();
    const healthy = await startForTest();
    const node = await createNode({
      databaseUrl,
      bus: network.join(),
      clock,
      wrap: (storage) => ({
        ...storage,
        presence: {
          ...storage.presence,
          async insertChannel(...args) {
            await storage.presence.insertChannel(...args);
            throw new UnavailableError('The answer got lost.', 1);
          },
        },
      }),
    });
    await node.start();
    onTestFinished(() => node.stop());
    const agent = await newAgent(healthy.storage, clock.now());
    await expect(node.connect(agent)).rejects.toThrow(UnavailableError);
    const aliveSince = () => new Date(clock.now().getTime() - 10_000);
    await until(async () => {
      expect(await healthy.storage.presence.areConnected([agent.agentId], aliveSince())).toEqual([false]);
    });
  });
});
