import type { ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { ownerOf, readRequest, registerSender, type Sender, submitAccepted } from '../testkit/actors.ts';
import { decide, heldOfAnother, holdingAgent, type Pending } from '../testkit/approvals.ts';
import { nth, startNodeProcesses } from '../testkit/cluster.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask, mutateSuccessfully } from '../testkit/graphql.ts';
import { HAS_REDIS, startRedis } from '../testkit/redis-server.ts';
import { webhookReceiver } from '../testkit/webhook-receiver.ts';

/** What a node that died had taken is told half a minute after it said for the last time that it is at it. */
const UNTIL_TAKEN_OVER_MS = 90_000;

it('what a node was telling when it was killed is told by another one, under the same ids', async () => {
  const { nodes } = await startNodeProcesses({ env: { WEBHOOKS_ALLOW_PRIVATE: 'true' } });
  const [first, second] = [nth(nodes, 0), nth(nodes, 1)];
  const { agent } = await holdingAgent(first);
  const calls = new Map<string, number>();
  const unanswered: ServerResponse[] = [];
  const lost = new Set<string>();
  let isAnswering = false;
  const receiver = await webhookReceiver({
    answer: (response, { headers }) => {
      const id = String(headers['webhook-id']);
      calls.set(id, (calls.get(id) ?? 0) + 1);
      if (isAnswering) return void response.writeHead(204).end();
      unanswered.push(response);
      response.on('close', () => void (response.writableEnded || lost.add(id)));
    },
  });
  const input = { agentId: agent.id, name: 'pager', url: receiver.url, events: ['APPROVAL_REQUESTED'] };
  await mutateSuccessfully(first, 'setWebhook', input, 'secret', ownerOf(agent));
  for (let held = 0; held < 6; held += 1) await heldOfAnother(first, agent);
  await eventually(() => expect(calls.size).toBe(6));
  await first.end('SIGKILL');
  await eventually(() => expect(lost.size).toBeGreaterThan(0));
  isAnswering = true;
  for (const response of unanswered) if (!response.closed) response.writeHead(204).end();
  await eventually(() => {
    for (const id of lost) expect(calls.get(id)).toBeGreaterThanOrEqual(2);
  }, UNTIL_TAKEN_OVER_MS);
  expect(calls.size).toBe(6);
  // The node that is left goes on as before.
  await heldOfAnother(second, agent);
  await eventually(() => expect(calls.size).toBe(7));
}, 180_000);

it.skipIf(!HAS_REDIS)(
  'fifty approvals are pending as before, and can be decided, when both nodes and Redis were killed and came back',
  async () => {
    const redis = await startRedis();
    try {
      const { nodes, start } = await startNodeProcesses({ redisUrl: redis.url });
      const { agent } = await holdingAgent(nth(nodes, 0));
      const submitted: { readonly id: string; readonly by: Sender }[] = [];
      let sender = await registerSender(nth(nodes, 0));
      for (let held = 0; held < 50; held += 1) {
        if (held % 3 === 0) sender = await registerSender(nth(nodes, 0));
        const input = { params: { title: `Meeting ${held}`, duration_minutes: 30 } };
        const { id } = await submitAccepted(nth(nodes, held % 2), agent, sender, input);
        submitted.push({ id, by: sender });
      }
      await Promise.all([...nodes.map((node) => node.end('SIGKILL')), redis.kill()]);
      await redis.start();
      const again = await Promise.all([start(), start()]);
      const document = `query ($agentId: ID!) { approvals(status: [PENDING], agentId: $agentId, first: 100) {
        edges { node { id digest request { id } } } } }`;
      const { approvals } = await ask(nth(again, 0), document, { agentId: agent.id }, ownerOf(agent));
      const found: readonly Pending[] = approvals.edges.map(({ node }: { node: Pending }) => node);
      expect(found.map(({ request }) => request.id).sort()).toEqual(submitted.map(({ id }) => id).sort());
      for (const [index, each] of found.entries()) {
        const decided = await decide(nth(again, index % 2), each, ownerOf(agent));
        expect(decided).toMatchObject({ __typename: 'DecideApprovalSuccess', approval: { status: 'APPROVED' } });
      }
      for (const { id, by } of submitted) expect((await readRequest(nth(again, 1), id, by)).status).toBe('PENDING');
    } finally {
      await redis.stop();
    }
  },
  180_000,
);
