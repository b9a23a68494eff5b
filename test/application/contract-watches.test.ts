import { expect, it } from 'vitest';
import type { TestAgent } from '../testkit/application-node.ts';
import { newAgent } from '../testkit/application-node.ts';
import { eventually, within } from '../testkit/eventually.ts';
import { nodesOnOneDatabase } from '../testkit/two-nodes.ts';

const { twoNodes } = nodesOnOneDatabase();
type Node = Awaited<ReturnType<typeof twoNodes>>['a'];

const publish = ({ app }: Node, agent: TestAgent, description: string) =>
  app.agents.publishCapabilities(agent, {
    agentId: agent.agentId,
    capabilities: [{ action: 'do.it', description }],
  });

async function watch({ app }: Node, agent: TestAgent) {
  const queue = await app.agents.watchContract(agent.handle);
  if (queue === null) throw new Error('There is no such agent.');
  return { queue, hint: () => within(queue.next(), 'hint') };
}

it('a contract that is followed is told of when it changes, here and on other nodes, and nothing else is', async () => {
  const { a, b, agent, stores } = await twoNodes();
  const other = await newAgent(a.storage, new Date());
  await publish(a, agent, 'first');
  const [here, there] = [await watch(a, agent), await watch(b, agent)];
  await publish(a, other, 'of another agent');
  await a.app.agents.publishPolicies(agent, { agentId: agent.agentId, rules: [], defaultAction: 'ALLOW' });
  await stores.idle();
  expect([here.queue.size, there.queue.size]).toEqual([0, 0]);

  await publish(a, agent, 'second');
  expect([await here.hint(), await there.hint()]).toEqual(Array(2).fill({ done: false, value: 'changed' }));
  for (const description of ['third', 'fourth', 'fifth']) await publish(a, agent, description);
  await stores.idle();
  // One hint waits, however many there were.
  expect([here.queue.size, there.queue.size]).toEqual([1, 1]);
});

it('a contract that changed while hints were lost is told of once that is noticed, and one that did not is not', async () => {
  const { a, b, agent, network, clock, stores } = await twoNodes();
  const [changed, same] = [await watch(b, agent), await watch(b, await newAgent(a.storage, clock.now()))];
  network.fate = () => 'lost';
  await publish(a, agent, 'first');
  await stores.idle();
  expect(changed.queue.size).toBe(0);
  network.tellOfGap();
  expect(await changed.hint()).toMatchObject({ value: 'changed' });
  await stores.idle();
  expect(same.queue.size).toBe(0);
});

it('following ends with the agent, and leaves nothing behind when whoever follows has had enough', async () => {
  const { a, b, agent } = await twoNodes();
  const [left, ended] = [await watch(b, agent), await watch(b, agent)];
  await left.queue.return();
  await publish(a, agent, 'first');
  expect(await ended.hint()).toMatchObject({ value: 'changed' });
  expect(left.queue.size).toBe(0);
  await a.app.agents.delete(agent, { agentId: agent.agentId });
  expect(await ended.hint()).toEqual({ done: true, value: undefined });
  await eventually(async () => expect(await b.app.agents.watchContract(agent.handle)).toBeNull());
});
