import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { aSender, createNode, newAgent } from '../testkit/application-node.ts';
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

/** How long a poll waits at most, and after how long a caller is no tight poller. */
const [WAIT_MS, PAUSE_MS] = [25, 50];

/** A request that node `a` took from its sender, and that a channel of node `b` got; time stands still. */
async function givenAway() {
  const network = new LossyNetwork();
  const clock = createVirtualClock();
  const stores = new StoreWatch();
  const start = async () => {
    const wrap = (storage: Parameters<StoreWatch['wrap']>[0]) => stores.wrap(storage);
    const node = await createNode({ databaseUrl, bus: network.join(), clock, wrap });
    await node.start();
    onTestFinished(() => node.stop());
    return node;
  };
  const [a, b] = [await start(), await start()];
  clock.advance(2_500);
  await stores.idle();
  const agent = await newAgent(a.storage, clock.now());
  const channel = await b.connect(agent);
  const sender = aSender();
  const { id } = await a.app.requests.submit(sender, { handle: agent.handle, action: 'do.it' });
  await eventually(() => expect(channel.deliveries).toHaveLength(1));
  /** A read, and what it has answered by now. */
  const poll = (principal: Parameters<typeof a.app.requests.find>[0] = sender) => {
    const read: { status: string | null | undefined } = { status: undefined };
    void a.app.requests.find(principal, id).then((found) => {
      read.status = found?.status ?? null;
    });
    return read;
  };
  return { a, b, network, clock, stores, agent, sender, id, poll };
}

describe('a sender who polls the node that does not hold the channel', () => {
  it('is answered when the other node says that the request is over, and is read once for it', async () => {
    const { b, stores, agent, id, poll } = await givenAway();
    const reads = stores.count('requests.byId');
    const read = poll();
    await stores.idle();
    expect(read.status).toBeUndefined();
    await b.app.requests.complete(agent, { requestId: id });
    await eventually(() => expect(read.status).toBe('COMPLETED'));
    expect(stores.count('requests.byId')).toBe(reads + 1);
    // Nothing is left to wait for.
    const after = poll();
    await eventually(() => expect(after.status).toBe('COMPLETED'));
  });

  it('is answered what is stored after a moment, whatever becomes of the hint', async () => {
    const { b, network, clock, agent, id, poll } = await givenAway();
    const early = poll();
    clock.advance(WAIT_MS);
    await eventually(() => expect(early.status).toBe('DISPATCHED'));
    network.isUp = false;
    await b.app.requests.complete(agent, { requestId: id });
    const late = poll();
    clock.advance(WAIT_MS);
    await eventually(() => expect(late.status).toBe('COMPLETED'));
  });

  it('does not wait when it was told nothing for a while, nor when the request ends here', async () => {
    const { a, clock, sender, id, poll } = await givenAway();
    clock.advance(PAUSE_MS);
    const seldom = poll();
    await eventually(() => expect(seldom.status).toBe('DISPATCHED'));
    const often = poll();
    await a.app.requests.cancel(sender, { requestId: id });
    await eventually(() => expect(often.status).toBe('CANCELLED'));
  });

  it('is told no more than the truth by a forged hint, and strangers learn nothing by waiting', async () => {
    const { a, network, id, poll } = await givenAway();
    const stranger = poll(aSender());
    await eventually(() => expect(stranger.status).toBeNull());
    const read = poll();
    network.join().publish('outcome', a.app.nodeId, { id });
    await eventually(() => expect(read.status).toBe('DISPATCHED'));
  });
});
