import { describe, expect, it } from 'vitest';
import { rest } from '../rest/rest-client.ts';
import {
  agentAndSender,
  CALENDAR,
  openChannel,
  publishCapabilities,
  registerAgent,
  registerSender,
  type Sender,
  STANDUP,
  submit,
  submitAccepted,
} from '../testkit/actors.ts';
import { askingAgent, decide, heldFor } from '../testkit/approvals.ts';
import { ask, type Credential, Subscription } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';
import { RawChannel } from './raw-channel.ts';

const platform = platformForFile();

const QUEUED = { whenOffline: 'QUEUE' };

const read = async (id: string, by: Credential) =>
  (await ask(platform, 'query ($id: ID!) { request(id: $id) { contractId contextId } }', { id }, by)).request;

const activeContract = async ({ handle }: { handle: string }) =>
  (await ask(platform, 'query ($handle: String!) { agent(handle: $handle) { capabilities { id } } }', { handle })).agent
    .capabilities.id;

async function inContext(contextId: string, by: Credential): Promise<readonly string[]> {
  const query = 'query ($contextId: String) { requests(contextId: $contextId) { totalCount edges { node { id } } } }';
  const { requests } = await ask(platform, query, { contextId }, by);
  expect(requests.totalCount).toBe(requests.edges.length);
  return requests.edges.map(({ node }: { node: { id: string } }) => node.id);
}

const overRest = (agent: { handle: string }, sender: Sender, body: object) =>
  rest(platform, 'POST', `/v1/agents/${agent.handle}/requests`, { key: sender.apiKey, body: { ...STANDUP, ...body } });

describe('what a request belongs to', () => {
  it('reaches its agent over both channels, and is shown wherever the request is', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const raw = await RawChannel.open(platform, agent);
    const { id } = await submitAccepted(platform, agent, sender, { contextId: 'talk 7' });
    expect(await raw.received(id)).toMatchObject({ context_id: 'talk 7' });
    const { id: other } = await submitAccepted(platform, agent, sender);
    expect(await raw.received(other)).not.toHaveProperty('context_id');
    await raw.close();

    const events = Subscription.open(
      platform,
      'subscription { agentChannel { ... on RequestReceived { requestId contextId } } }',
      {},
      agent,
    ).events;
    expect(await events.take(({ requestId }) => requestId === id, 'redelivery')).toMatchObject({ contextId: 'talk 7' });
    expect(await read(id, sender)).toMatchObject({ contextId: 'talk 7' });
    expect(await read(other, agent)).toMatchObject({ contextId: null });
  });

  it('finds the requests of its sender, of nobody else, newest first, page by page', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const stranger = await registerSender(platform);
    const own: string[] = [];
    for (const contextId of ['a', 'b', 'a', 'a']) {
      const { id } = await submitAccepted(platform, agent, sender, { contextId, ...QUEUED });
      if (contextId === 'a') own.unshift(id);
    }
    const { id: foreign } = await submitAccepted(platform, agent, stranger, { contextId: 'a', ...QUEUED });
    expect(await inContext('a', sender)).toEqual(own);
    expect(await inContext('a', agent)).toEqual([foreign, ...own]);
    expect(await inContext('c', sender)).toEqual([]);
    expect(await inContext('\u0000', sender)).toEqual([]);

    const pages: string[] = [];
    let query = '?context_id=a&limit=2';
    for (;;) {
      const { body } = await rest(platform, 'GET', `/v1/requests${query}`, { key: sender.apiKey });
      for (const each of body.items) {
        expect(each).toMatchObject({ context_id: 'a', contract_id: await activeContract(agent), progress: null });
        pages.push(each.id);
      }
      if (body.next_cursor === null) break;
      query = `?context_id=a&limit=2&cursor=${body.next_cursor}`;
    }
    expect(pages).toEqual(own);
  });

  it('may be said over REST, and is bounded there and over GraphQL', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const contextId = 'x'.repeat(128);
    const { status, body } = await overRest(agent, sender, { context_id: contextId, when_offline: 'queue' });
    expect(status).toBe(202);
    const shown = await rest(platform, 'GET', `/v1/requests/${body.id}`, { key: sender.apiKey });
    expect(shown.body).toMatchObject({ context_id: contextId, progress: null });

    for (const bad of ['', 'x'.repeat(129), 'a\nb', 'a\u200bb']) {
      const refused = await submit(platform, agent, sender, { contextId: bad, ...QUEUED });
      expect(refused, JSON.stringify(bad)).toMatchObject({
        __typename: 'InvalidInputError',
        issues: [{ path: 'input.contextId' }],
      });
      const problem = await overRest(agent, sender, { context_id: bad });
      expect(problem.status).toBe(422);
      expect(problem.body.errors).toMatchObject([{ path: 'context_id' }]);
    }
  });
});

describe('the contract that a request was let in under', () => {
  it('stays, whatever is published since', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const first = await activeContract(agent);
    const before = await submitAccepted(platform, agent, sender, QUEUED);
    const refused = await submit(platform, agent, sender, { action: 'email.send' });
    await publishCapabilities(platform, agent, [{ ...CALENDAR, description: 'Another' }]);
    const second = await activeContract(agent);
    const after = await submitAccepted(platform, agent, sender, QUEUED);
    expect(second).not.toBe(first);
    expect(await read(before.id, sender)).toMatchObject({ contractId: first });
    expect(await read(refused.requestId, sender)).toMatchObject({ contractId: first });
    expect(await read(after.id, sender)).toMatchObject({ contractId: second });
    const channel = await openChannel(platform, agent);
    await channel.received(before.id);
    expect(await read(before.id, agent)).toMatchObject({ contractId: first });
  });

  it('is the one in force when it was approved, where people were asked', async () => {
    const { agent, sender, approver } = await askingAgent(platform);
    const first = await activeContract(agent);
    const held = await heldFor(platform, { agent, sender }, QUEUED);
    expect(await read(held.request.id, sender)).toMatchObject({ contractId: first });
    await publishCapabilities(platform, agent, [{ ...CALENDAR, description: 'Another' }]);
    const changed = await decide(platform, held, approver);
    expect(changed.__typename).toBe('ApprovalChangedError');
    const decided = await decide(platform, { id: held.id, digest: changed.digest }, approver);
    expect(decided.__typename).toBe('DecideApprovalSuccess');
    expect(await read(held.request.id, sender)).toMatchObject({ contractId: await activeContract(agent) });
    expect(await activeContract(agent)).not.toBe(first);
  });

  it('is none where the agent had none', async () => {
    const [agent, sender] = [await registerAgent(platform), await registerSender(platform)];
    const refused = await submit(platform, agent, sender);
    expect(await read(refused.requestId, sender)).toEqual({ contractId: null, contextId: null });
  });
});
