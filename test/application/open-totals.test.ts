import { expect, it, onTestFinished } from 'vitest';
import { JsonText } from '../../src/domain/json/json-text.ts';
import type { SenderPrincipal } from '../../src/domain/principal.ts';
import { aSender, createNode, type NodeOptions, newAgent, type TestAgent } from '../testkit/application-node.ts';
import { eventually } from '../testkit/eventually.ts';
import { LossyNetwork } from '../testkit/lossy-network.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { createVirtualClock } from '../testkit/virtual-clock.ts';
import { StoreWatch } from '../testkit/watched-storage.ts';

const FULL = /^The platform has as many unfinished requests as it takes\. Try again in [56] s\.$/;
const SENDER_HAS_ITS_SHARE = /^This sender has its share of the unfinished .* Try again in [56] s\.$/;
const AGENT_HAS_ITS_SHARE = /^This agent has its share of the unfinished .* Try again in [56] s\.$/;

/** A database of its own: what is open is counted in all of it. */
async function aNode(options: Pick<NodeOptions, 'openRequestsMax' | 'openBytesMax'>) {
  const { url: databaseUrl, drop } = await createTestDatabase();
  onTestFinished(drop);
  const [clock, stores] = [createVirtualClock(), new StoreWatch()];
  const bus = new LossyNetwork().join();
  const node = await createNode({ databaseUrl, bus, clock, wrap: (storage) => stores.wrap(storage), ...options });
  await node.start();
  onTestFinished(() => node.stop());
  const counts = () => stores.count('requests.openTotals');
  return {
    node,
    anAgent: () => newAgent(node.storage, clock.now()),
    /** What a refusal tells the sender; null if it is taken. */
    async ask({ handle }: TestAgent, sender: SenderPrincipal, whenOffline: 'QUEUE' | 'REJECT' = 'QUEUE', bytes = 8) {
      const params = JsonText.of({ a: 'x'.repeat(bytes - 8) });
      const answer = node.app.requests.submit(sender, { handle, action: 'do.it', params, whenOffline });
      return answer.then(
        () => null,
        (error: Error) => error.message,
      );
    },
    async countAgain() {
      const before = counts();
      await eventually(() => {
        clock.advance(2_000);
        expect(counts()).toBeGreaterThan(before);
      });
      await stores.idle();
    },
    /** So far, with what still goes on behind an answer. */
    async reads() {
      await stores.idle();
      return stores.calls.length;
    },
  };
}

const sendersOf = (count: number) => Array.from({ length: count }, () => aSender());

it('of what is open in all one sender has an eighth, whomever it asks', async () => {
  const { node, anAgent, ask, countAgain } = await aNode({ openRequestsMax: 100 });
  const agents = [await anAgent(), await anAgent()] as const;
  const [busy, other] = [aSender(), aSender()];
  for (let sent = 0; sent < 12; sent += 1) expect(await ask(agents[sent % 2 ? 0 : 1], busy)).toBeNull();
  await countAgain();
  expect(await ask(agents[0], busy)).toBeNull();
  await countAgain();
  for (const agent of agents) expect(await ask(agent, busy)).toMatch(SENDER_HAS_ITS_SHARE);
  expect(await ask(agents[0], busy, 'REJECT')).toMatch(SENDER_HAS_ITS_SHARE);
  expect(await ask(agents[0], other)).toBeNull();
  const { rows } = await node.app.requests.list(busy, {}, { limit: 3 });
  for (const { id } of rows) await node.app.requests.cancel(busy, { requestId: id });
  await countAgain();
  expect(await ask(agents[0], busy)).toBeNull();
});

it('ten senders that take what they get leave room for others, also for those who have something there', async () => {
  const { anAgent, ask, countAgain } = await aNode({ openRequestsMax: 100 });
  const agents = [await anAgent(), await anAgent(), await anAgent()] as const;
  const [honest, newcomer] = [aSender(), aSender()];
  for (const agent of agents) expect(await ask(agent, honest)).toBeNull();
  const greedy = sendersOf(10);
  let taken = 3;
  for (let round = 0; round < 8; round += 1) {
    for (const [at, sender] of greedy.entries()) {
      if ((await ask(agents[at % 3] ?? agents[0], sender)) === null) taken += 1;
    }
    await countAgain();
  }
  for (const sender of greedy) expect(await ask(agents[0], sender)).toMatch(SENDER_HAS_ITS_SHARE);
  // A seventh of what is left is what each has, give or take what comes between two counts.
  expect(taken).toBeLessThan(75);
  for (const sender of [honest, newcomer]) expect(await ask(agents[1], sender)).toBeNull();
});

it('one agent has a quarter of it, whoever asks it', async () => {
  const { anAgent, ask, countAgain } = await aNode({ openRequestsMax: 100 });
  const [one, other] = [await anAgent(), await anAgent()];
  for (const sender of sendersOf(25)) expect(await ask(one, sender)).toBeNull();
  await countAgain();
  const fresh = aSender();
  expect(await ask(one, fresh)).toMatch(AGENT_HAS_ITS_SHARE);
  expect(await ask(other, fresh)).toBeNull();
});

it('at the bound nobody gets in, until something is finished', async () => {
  const { node, anAgent, ask, countAgain } = await aNode({ openRequestsMax: 20 });
  const agents = await Promise.all(Array.from({ length: 5 }, anAgent));
  const senders = sendersOf(4);
  for (const agent of agents) for (const sender of senders) expect(await ask(agent, sender)).toBeNull();
  await countAgain();
  const fresh = aSender();
  for (const sender of [...senders, fresh]) {
    for (const how of ['QUEUE', 'REJECT'] as const) expect(await ask(await anAgent(), sender, how)).toMatch(FULL);
  }
  const [first] = senders;
  if (!first) return;
  const { rows } = await node.app.requests.list(first, {}, { limit: 1 });
  for (const { id } of rows) await node.app.requests.cancel(first, { requestId: id });
  await countAgain();
  expect(await ask(await anAgent(), fresh)).toBeNull();
});

it('so it is with the bytes of what is open', async () => {
  const { anAgent, ask, countAgain } = await aNode({ openBytesMax: 80_000 });
  const [one, other] = [await anAgent(), await anAgent()];
  const busy = aSender();
  expect(await ask(one, busy, 'QUEUE', 10_100)).toBeNull();
  await countAgain();
  expect(await ask(one, busy)).toMatch(SENDER_HAS_ITS_SHARE);
  expect(await ask(one, aSender(), 'QUEUE', 10_000)).toBeNull();
  await countAgain();
  expect(await ask(one, aSender())).toMatch(AGENT_HAS_ITS_SHARE);
  for (let sent = 0; sent < 6; sent += 1) expect(await ask(await anAgent(), aSender(), 'QUEUE', 10_000)).toBeNull();
  await countAgain();
  expect(await ask(other, aSender())).toMatch(FULL);
});

it('a look at it costs no submission a statement', async () => {
  const { anAgent, ask, countAgain, reads } = await aNode({ openRequestsMax: 100 });
  const agent = await anAgent();
  const [busy, other] = [aSender(), aSender()];
  for (let sent = 0; sent < 13; sent += 1) await ask(agent, busy);
  await countAgain();
  await ask(agent, other);
  const before = await reads();
  expect(await ask(agent, busy)).toMatch(SENDER_HAS_ITS_SHARE);
  expect(await reads()).toBe(before);
});
