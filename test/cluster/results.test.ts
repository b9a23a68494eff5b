import { expect, it } from 'vitest';
import { rest } from '../rest/rest-client.ts';
import { agentAndSender, publishCapabilities, submitAccepted } from '../testkit/actors.ts';
import { nth, startNodes } from '../testkit/cluster.ts';
import { Subscription } from '../testkit/graphql.ts';
import type { TestPlatform } from '../testkit/platform.ts';
import { RawChannel } from '../websocket/raw-channel.ts';

const UPDATES = 'subscription ($id: ID!) { requestUpdates(requestId: $id) { status result error { code } } }';
/** Five of them are more than is read of requests in one statement. */
const IMAGES = 6;
const imageOf = (number: number) => ({
  content: [{ type: 'image', data: String(number).repeat(1_048_000), mediaType: 'image/png' }],
});

it('results are checked on whichever node they are reported, and reach who watches on another one whole', async () => {
  const nodes = await startNodes({ overPostgres: true });
  const [a, b] = [nth(nodes, 0), nth(nodes, 1)];
  const { agent, sender } = await agentAndSender(a, [{ action: 'draw', resultFormat: 'CONTENT' }]);
  const channel = await RawChannel.open(a, agent);
  const submitted = async () => {
    const { id } = await submitAccepted(a, agent, sender, { action: 'draw', params: {} });
    await channel.received(id);
    const watch = Subscription.open(b, UPDATES, { id }, sender);
    await watch.events.take((event) => event.status === 'DISPATCHED', `the delivery of ${id}`);
    return {
      id: id as string,
      outcome: () => watch.events.take(({ status }) => status !== 'ACKED', `the end of ${id}`),
    };
  };
  const report = (node: TestPlatform, id: string, result: unknown) =>
    rest(node, 'POST', `/v1/requests/${id}/result`, { key: agent.apiKey, body: { status: 'completed', result } });

  const drawn = [];
  for (let number = 0; number < IMAGES; number += 1) drawn.push(await submitted());
  const refused = [await submitted(), await submitted()];
  // None of them was let in by this one.
  await publishCapabilities(b, agent, [{ action: 'draw' }]);

  const answers = await Promise.all(drawn.map(({ id }, number) => report(a, id, imageOf(number))));
  expect(answers.map(({ status }) => status)).toEqual(Array(IMAGES).fill(200));
  for (const [number, { outcome }] of drawn.entries()) {
    expect(await outcome()).toEqual({ status: 'COMPLETED', result: imageOf(number), error: null });
  }
  for (const [index, { id, outcome }] of refused.entries()) {
    expect(await report(nth(nodes, index), id, 'a line')).toMatchObject({
      status: 422,
      body: { type: '/docs#problem-invalid-result', errors: [{ path: 'result' }] },
    });
    expect(await outcome()).toEqual({ status: 'FAILED', result: null, error: { code: 'invalid_result' } });
    expect((await report(nth(nodes, 1 - index), id, imageOf(1))).status).toBe(409);
  }
});
