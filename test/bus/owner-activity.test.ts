import { describe, expect, it } from 'vitest';
import { agentAndSender, openChannel, ownerOf, registerAgent, submitAccepted } from '../testkit/actors.ts';
import { nth, startNodes } from '../testkit/cluster.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask, mutateSuccessfully, Subscription, uniqueHandle } from '../testkit/graphql.ts';
import { strangerOnPostgres } from './stranger.ts';

const ACTIVITY = `subscription { platformActivity { __typename
  ... on RequestStatusChanged { request { id senderName deliveries { attempt } } }
  ... on AgentStatusChanged { agent { id status } } } }`;
const QUEUED = { whenOffline: 'QUEUE' };

describe('what an owner watches', () => {
  it('is what happens to its own agents, on whichever node, and nothing of others, also where a hint is forged', async () => {
    const nodes = await startNodes({ overPostgres: true });
    const [a, b] = [nth(nodes, 0), nth(nodes, 1)];
    const { agent, sender } = await agentAndSender(a);
    const { agent: foreign } = await agentAndSender(a);
    const stranger = await strangerOnPostgres(a.databaseUrl);
    const { events } = Subscription.open(b, ACTIVITY, {}, ownerOf(agent));
    // Until it is open nothing is told.
    await eventually(async () => {
      const { id: requestId } = await submitAccepted(a, agent, sender, QUEUED);
      await mutateSuccessfully(a, 'cancelRequest', { requestId }, 'request { id }', sender);
      expect(events.pending()).not.toEqual([]);
    });
    await openChannel(b, agent);
    const online = { __typename: 'AgentStatusChanged', agent: { id: agent.id, status: 'ACTIVE' } };
    expect(await events.take(({ __typename }) => __typename === 'AgentStatusChanged')).toEqual(online);
    await openChannel(b, foreign);
    const others = await submitAccepted(a, foreign, sender, QUEUED);
    for (const key of [agent.id, '']) {
      await stranger.publish('activity', key, {
        event: 'request-status',
        id: others.id,
        revision: 9,
        status: 'FAILED',
      });
    }
    const own = await submitAccepted(a, agent, sender);
    const isOwn = {
      __typename: 'RequestStatusChanged',
      request: expect.objectContaining({ senderName: 'Test Sender' }),
    };
    expect(await events.take(({ request }) => request?.id === own.id)).toEqual(isOwn);
    const told = events.pending().map((event) => event.request?.id ?? event.agent?.id);
    expect(told).not.toContain(others.id);
    expect(told).not.toContain(foreign.id);
  });

  it('is the list of its own agents, how busy they are, and their channels', async () => {
    const [node] = await startNodes({ overPostgres: true });
    if (node === undefined) throw new Error('no node was started');
    const { agent, sender } = await agentAndSender(node);
    const by = ownerOf(agent);
    const input = { handle: uniqueHandle(), displayName: 'Another' };
    const { agent: second } = await mutateSuccessfully(node, 'registerAgent', input, 'agent { id }', by);
    await registerAgent(node);
    await submitAccepted(node, agent, sender, QUEUED);
    const { agentSummaries } = await ask(
      node,
      '{ agentSummaries(since: "2026-01-01T00:00:00Z") { totalCount rows { requests agent { id channels { id } } } } }',
      {},
      by,
    );
    expect(agentSummaries).toEqual({
      totalCount: 2,
      rows: [
        { requests: 0, agent: { id: second.id, channels: [] } },
        { requests: 1, agent: { id: agent.id, channels: [] } },
      ],
    });
  });
});
