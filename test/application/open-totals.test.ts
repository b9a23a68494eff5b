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
const NEARLY = /^The platform has little room left, .* Try again in [56] s\.$/;

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
    reads: () => stores.count('requests.countOfSender'),
  };
}

it('what is open in all has a bound, of which the last tenth is for senders with nothing at the agent', async () => {
  const { node, anAgent, ask, countAgain, reads } = await aNode({ openRequestsMax: 20 });
  const [one, other] = [await anAgent(), await anAgent()];
  const [busy, fresh] = [aSender(), aSender()];
  for (let sent = 0; sent < 18; sent += 1) expect(await ask(one, busy)).toBeNull();
  expect(reads()).toBe(0);
  await countAgain();
  expect(await ask(one, busy)).toMatch(NEARLY);
  // A flood is looked at once.
  expect(await ask(one, busy)).toMatch(NEARLY);
  expect(reads()).toBe(1);
  expect(await ask(other, busy)).toBeNull();
  expect(await ask(one, fresh)).toBeNull();
  await countAgain();
  for (const sender of [busy, aSender()]) expect(await ask(one, sender)).toMatch(FULL);
  expect(await ask(one, aSender(), 'REJECT')).toMatch(FULL);
  const { rows } = await node.app.requests.list(busy, { handle: one.handle }, { limit: 5 });
  for (const { id } of rows) await node.app.requests.cancel(busy, { requestId: id });
  await countAgain();
  expect(await ask(one, busy)).toBeNull();
});

it('so have the bytes of what is open', async () => {
  const { anAgent, ask, countAgain } = await aNode({ openBytesMax: 100_000 });
  const agent = await anAgent();
  const busy = aSender();
  expect(await ask(agent, busy, 'QUEUE', 60_000)).toBeNull();
  await countAgain();
  expect(await ask(agent, busy, 'QUEUE', 35_000)).toBeNull();
  await countAgain();
  expect(await ask(agent, busy)).toMatch(NEARLY);
  expect(await ask(agent, aSender(), 'QUEUE', 5_000)).toBeNull();
  await countAgain();
  expect(await ask(agent, aSender())).toMatch(FULL);
});
