import { expect, it } from 'vitest';
import type { Request } from '../../src/domain/request.ts';
import { aSender, newAgent } from '../testkit/application-node.ts';
import { within } from '../testkit/eventually.ts';
import { nodesOnOneDatabase } from '../testkit/two-nodes.ts';

const { twoNodes } = nodesOnOneDatabase();

type Nodes = Awaited<ReturnType<typeof twoNodes>>;

/** A request that node a has given to its agent, and who follows it on both nodes. */
async function delivered({ a, b, agent, stores }: Nodes) {
  const channel = await a.connect(agent);
  const sender = aSender();
  const submitted = await a.app.requests.submit(sender, { handle: agent.handle, action: 'do.it' });
  const { id } = submitted;
  await stores.idle();
  const follow = async (node: Nodes['a']) => {
    const updates = await node.app.requests.watch(sender, id);
    if (updates === null) throw new Error('There is no such request.');
    return {
      updates,
      /** The next state that is as told. */
      next: async (is: (request: Request) => boolean): Promise<Request> => {
        for (;;) {
          const { value } = await within(updates.next(), 'update');
          if (is(value)) return value;
        }
      },
    };
  };
  const say = (value: number, more: { total?: number; message?: string } = {}, by = a) =>
    by.app.requests.reportProgress(agent, { requestId: id, value, ...more });
  return { id, sender, channel, say, here: await follow(a), there: await follow(b) };
}

const hasValue =
  (value: number) =>
  ({ progress }: Request) =>
    progress?.value === value;

it('progress acknowledges the request, and is seen on every node at once, then twice a second at most', async () => {
  const nodes = await twoNodes();
  const { a, clock } = nodes;
  const { id, sender, say, here, there } = await delivered(nodes);
  await say(1, { total: 10, message: 'Begins' });
  for (const { next } of [here, there]) {
    const seen = await next((request) => hasValue(1)(request) && request.status === 'ACKED');
    expect(seen.progress).toEqual({ value: 1, total: 10, message: 'Begins' });
  }
  const { revision } = (await a.app.requests.find(sender, id)) as Request;
  for (let value = 2; value <= 200; value += 1) await say(value);
  expect([here.updates.size, there.updates.size]).toEqual([0, 0]);
  clock.advance(500);
  for (const { updates } of [here, there]) {
    expect((await within(updates.next(), 'progress')).value).toMatchObject({
      progress: { value: 200, total: null, message: null },
      revision,
    });
  }
  clock.advance(10_000);
  expect([here.updates.size, there.updates.size]).toEqual([0, 0]);
  await a.app.requests.complete(nodes.agent, { requestId: id });
  for (const { next } of [here, there]) {
    expect(await next(({ status }) => status === 'COMPLETED')).toMatchObject({ progress: { value: 200 } });
  }
});

it('progress is stored for those who poll, every five seconds at most', async () => {
  const nodes = await twoNodes();
  const { a, b, clock, stores } = nodes;
  const { id, sender, say } = await delivered(nodes);
  const stored = async () => {
    await stores.idle();
    return (await b.app.requests.find(sender, id))?.progress?.value;
  };
  await say(1);
  expect(await stored()).toBeUndefined();
  clock.advance(500);
  expect(await stored()).toBe(1);
  await say(2);
  clock.advance(4_000);
  expect(await stored()).toBe(1);
  await say(3);
  clock.advance(1_000);
  expect(await stored()).toBe(3);
  clock.advance(20_000);
  await a.app.requests.complete(nodes.agent, { requestId: id });
  expect(await a.app.requests.find(sender, id)).toMatchObject({ status: 'COMPLETED', progress: { value: 3 } });
  expect(await stored()).toBe(3);
});

it('who begins to follow between what was said and its storing hears of it when it is stored', async () => {
  const nodes = await twoNodes();
  const { b, clock } = nodes;
  const { id, sender, say } = await delivered(nodes);
  await say(1);
  const updates = await b.app.requests.watch(sender, id);
  expect((await within(updates?.next() ?? Promise.reject(), 'request')).value).toMatchObject({ progress: null });
  clock.advance(500);
  await nodes.stores.idle();
  clock.advance(500);
  expect((await within(updates?.next() ?? Promise.reject(), 'progress')).value).toMatchObject({
    progress: { value: 1 },
  });
});

it('progress must rise, belongs to the agent that has the request, and comes before its end', async () => {
  const nodes = await twoNodes();
  const { a, b, agent, clock } = nodes;
  const { id, say } = await delivered(nodes);
  await say(5);
  for (const by of [a, b]) {
    clock.advance(600);
    await nodes.stores.idle();
    await expect(say(5, {}, by)).rejects.toMatchObject({
      issues: [{ path: 'input.value', message: 'must be higher than before, which was 5' }],
    });
  }
  await expect(say(6, { message: 'x'.repeat(501) })).rejects.toMatchObject({ issues: [{ path: 'input.message' }] });
  await expect(say(Number.NaN)).rejects.toMatchObject({ issues: [{ path: 'input.value' }] });
  const stranger = await newAgent(a.storage, clock.now());
  await expect(a.app.requests.reportProgress(stranger, { requestId: id, value: 9 })).rejects.toMatchObject({
    code: 'request_not_found',
  });
  await b.app.requests.fail(agent, { requestId: id, message: 'No.' });
  await nodes.stores.idle();
  for (const by of [a, b]) await expect(say(7, {}, by)).rejects.toMatchObject({ code: 'request_finished' });
});

it('progress begins anew with a new delivery, and is refused while no channel has the request', async () => {
  const nodes = await twoNodes();
  const { a, agent, clock, stores } = nodes;
  const { id, channel, say, there } = await delivered(nodes);
  await say(50);
  clock.advance(500);
  await stores.idle();
  await there.next(hasValue(50));
  await channel.close();
  await stores.idle();
  clock.advance(1_000);
  await expect(say(51)).rejects.toMatchObject({ issues: [{ path: 'input.requestId' }] });
  const again = await a.connect(agent);
  await stores.idle();
  expect(again.deliveries.map((each) => each.id)).toEqual([id]);
  expect(await there.next(({ attempts }) => attempts === 2)).toMatchObject({ progress: null });
  await say(1);
  expect(await there.next(hasValue(1))).toMatchObject({ attempts: 2 });
});

it('progress of many requests is told of 200 within half a second, in turns', async () => {
  const { a, network, clock, stores } = await twoNodes();
  const sender = aSender();
  const agents = new Map<string, Awaited<ReturnType<typeof newAgent>>>();
  // A channel holds some fifty.
  for (let count = 0; count < 6; count += 1) {
    const agent = await newAgent(a.storage, clock.now());
    await a.connect(agent);
    const submit = () => a.app.requests.submit(sender, { handle: agent.handle, action: 'do.it' });
    for (const { id } of await Promise.all(Array.from({ length: 35 }, submit))) agents.set(id, agent);
  }
  const ids = [...agents.keys()];
  await stores.idle();
  const other = network.join();
  const heard: string[] = [];
  const take = (hint: object) => void ('progress' in hint && heard.push(Reflect.get(hint, 'id')));
  for (const id of ids) other.subscribe('request', id, take);
  const sayAll = async (value: number) => {
    for (const [requestId, agent] of agents) await a.app.requests.reportProgress(agent, { requestId, value });
  };
  const heardWithin = (ms: number) => {
    clock.advance(ms);
    return new Set(heard.splice(0));
  };
  await sayAll(1);
  expect(heardWithin(0).size).toBe(200);
  await sayAll(2);
  // Those who were passed over come first, and some of the others with them.
  const next = heardWithin(500);
  expect(next.size).toBe(200);
  expect(ids.filter((id) => !next.has(id))).toHaveLength(10);
  expect([...next]).toEqual(expect.arrayContaining(ids.slice(200)));
  expect(heardWithin(500)).toEqual(new Set(ids.filter((id) => !next.has(id))));
});
