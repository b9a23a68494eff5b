import { describe, expect, it } from 'vitest';
import { CALENDAR, expectProblem, rest } from '../rest/rest-client.ts';
import {
  agentAndSender,
  openChannel,
  publishCapabilities,
  publishPolicies,
  registerAgent,
  STANDUP,
  submit,
  submitAccepted,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { ask, mutate, send, uniqueHandle } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';
import { RawChannel, refusedUpgrade } from '../websocket/raw-channel.ts';

const platform = platformForFile();

describe('an agent that names itself by its handle where an id is shown', () => {
  it('publishes and deletes over REST', async () => {
    const { handle, apiKey: key, id } = await registerAgent(platform);
    const capabilities = await rest(platform, 'PUT', `/v1/agents/${handle}/capabilities`, {
      key,
      body: { capabilities: [CALENDAR] },
    });
    expect(capabilities.body).toMatchObject({ agent_id: id, version: 1 });
    const policies = await rest(platform, 'PUT', `/v1/agents/${handle}/policies`, { key, body: { rules: [] } });
    expect(policies.body).toMatchObject({ agent_id: id, version: 1 });
    expect((await rest(platform, 'DELETE', `/v1/agents/${handle}`, { key })).status).toBe(204);
    expectProblem(await rest(platform, 'GET', `/v1/agents/${id}`), 404, 'agent-not-found');
  });

  it('publishes and deletes over GraphQL', async () => {
    const agent = await registerAgent(platform);
    const named = { ...agent, id: agent.handle };
    expect((await publishCapabilities(platform, named)).contract.version).toBe(1);
    expect((await publishPolicies(platform, named, { rules: [] })).policySet.version).toBe(1);
    const deleted = await mutate(platform, 'deleteAgent', { agentId: agent.handle }, 'agentId', agent);
    expect(deleted).toMatchObject({ agentId: agent.id });
  });

  it('opens its raw channel', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await RawChannel.open(platform, { ...agent, id: agent.handle });
    const { id } = await submitAccepted(platform, agent, sender);
    await channel.received(id);
  });

  it('is still refused what belongs to others, known or not', async () => {
    const [agent, stranger] = [await registerAgent(platform), await registerAgent(platform)];
    for (const named of [agent.handle, uniqueHandle(), 'admin', '%F0%9F%90%99']) {
      const path = `/v1/agents/${named}/policies`;
      const answer = await rest(platform, 'PUT', path, { key: stranger.apiKey, body: { rules: [] } });
      expectProblem(answer, 403, 'forbidden');
      expect((await refusedUpgrade(platform, `/v1/agents/${named}/ws?token=${stranger.apiKey}`)).statusCode).toBe(403);
    }
    const query = 'mutation ($input: DeleteAgentInput!) { deleteAgent(input: $input) { __typename } }';
    const { errors } = await send(platform, query, { input: { agentId: agent.handle } }, stranger);
    expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });

  it('published meanwhile is seen at once, however it was looked up before', async () => {
    const { agent, sender } = await agentAndSender(platform, []);
    for (const handle of [agent.handle, agent.id]) {
      expect((await submit(platform, { handle }, sender)).__typename).toBe('RequestRejectedError');
    }
    await publishCapabilities(platform, { ...agent, id: agent.handle });
    for (const handle of [agent.handle, agent.id]) {
      expect((await submit(platform, { handle }, sender, { whenOffline: 'QUEUE' })).__typename).toBe(
        'SubmitRequestSuccess',
      );
    }
  });
});

describe('a sender that names an agent by its id where a handle is shown', () => {
  it('finds it and submits to it over REST', async () => {
    const { agent, sender } = await agentAndSender(platform);
    await openChannel(platform, agent);
    const entry = await rest(platform, 'GET', `/v1/directory/${agent.id}`);
    expect(entry.body).toEqual((await rest(platform, 'GET', `/v1/directory/${agent.handle}`)).body);
    const resolved = await rest(platform, 'POST', '/v1/directory/resolve', { body: { handle: agent.id } });
    expect(resolved.body.handle).toBe(agent.handle);
    const path = `/v1/agents/${agent.id}/requests`;
    expect((await rest(platform, 'POST', path, { key: sender.apiKey, body: STANDUP })).status).toBe(202);
  });

  it('finds it, submits to it and lists what it sent over GraphQL', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const other = await registerAgent(platform);
    const { id, handle } = await submitAccepted(platform, { handle: agent.id }, sender, { whenOffline: 'QUEUE' });
    expect(handle).toBe(agent.handle);
    const query =
      'query ($named: String) { agent(handle: $named) { id } requests(handle: $named) { nodes: edges { node { id } } } }';
    const found = await ask(platform, query, { named: agent.id }, sender);
    expect(found).toEqual({ agent: { id: agent.id }, requests: { nodes: [{ node: { id } }] } });
    const byId = 'query ($named: ID) { agent(id: $named) { handle } }';
    expect((await ask(platform, byId, { named: agent.handle })).agent).toEqual({ handle: agent.handle });
    const elsewhere = await ask(platform, `{ requests(handle: "${other.id}") { totalCount } }`, {}, agent);
    expect(elsewhere.requests.totalCount).toBe(0);
  });

  it('repeats a request under its key, whichever name it uses', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const input = { idempotencyKey: 'order-1', whenOffline: 'QUEUE' };
    const first = await submitAccepted(platform, { handle: agent.id }, sender, input);
    const second = await submitAccepted(platform, { handle: agent.handle }, sender, input);
    expect(second.id).toBe(first.id);
  });

  it('tries a policy as an administrator', async () => {
    const { agent } = await agentAndSender(platform);
    const query = 'query ($input: DryRunInput!) { dryRun(input: $input) { __typename } }';
    const answer = await ask(platform, query, { input: { handle: agent.id, ...STANDUP } }, await logIn(platform));
    expect(answer.dryRun.__typename).toBe('DryRunSuccess');
  });
});

describe('an agent that is not there', () => {
  it('is named in the answer, so that a mistyped handle is seen', async () => {
    const { sender } = await agentAndSender(platform);
    const handle = uniqueHandle('mistyped');
    for (const answer of [
      await rest(platform, 'GET', `/v1/agents/${handle}`),
      await rest(platform, 'GET', `/v1/directory/${handle}`),
      await rest(platform, 'POST', '/v1/directory/resolve', { body: { handle } }),
      await rest(platform, 'POST', `/v1/agents/${handle}/requests`, { key: sender.apiKey, body: STANDUP }),
    ]) {
      expectProblem(answer, 404, 'agent-not-found');
      expect(answer.body).toMatchObject({ handle, detail: `There is no agent "${handle}".` });
    }
    expect(await submit(platform, { handle }, sender)).toMatchObject({ __typename: 'AgentNotFoundError', handle });
  });

  it('is named only so far as a handle goes', async () => {
    const answer = await rest(platform, 'POST', '/v1/directory/resolve', { body: { handle: 'x'.repeat(4_000) } });
    expectProblem(answer, 404, 'agent-not-found');
    expect(answer.body.handle).toBe(`${'x'.repeat(64)}…`);
  });
});
