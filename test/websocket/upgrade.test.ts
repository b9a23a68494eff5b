import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Agent, agentAndSender, registerAgent, registerSender, submitAccepted } from '../testkit/actors.ts';
import { deleteUnheard } from '../testkit/delete-unheard.ts';
import { eventually, within } from '../testkit/eventually.ts';
import { ask, mutateSuccessfully } from '../testkit/graphql.ts';
import { limitedKey } from '../testkit/limited-keys.ts';
import { platformForTest, startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { RawChannel, refusedUpgrade } from './raw-channel.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform({ env: { CHANNELS_PER_AGENT_MAX: '2' } });
});
afterAll(async () => {
  expect(platform.log.errors()).toEqual([]);
  await platform.stop();
});

const pathOf = (id: string, token?: string) =>
  `/v1/agents/${id}/ws${token === undefined ? '' : `?token=${encodeURIComponent(token)}`}`;

const statusOf = async (agent: Agent) =>
  (await ask(platform, 'query ($id: ID!) { agent(id: $id) { status } }', { id: agent.id })).agent.status;

/** Sends a request head by hand and answers what comes back until the connection ends. */
async function byHand(head: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(platform.url);
  const socket = connect({ host: hostname, port: Number(port) });
  let text = '';
  socket.on('data', (data) => {
    text += String(data);
  });
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  await within(once(socket, 'close'), 'end of the connection');
  return text;
}

describe('the upgrade', () => {
  it('takes the key from the URL and from the header', async () => {
    const agent = await registerAgent(platform);
    await RawChannel.open(platform, agent);
    await RawChannel.open(platform, agent, { keyInHeader: true });
  });

  it('opens the channel before it answers: whoever submits at once finds it', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await RawChannel.open(platform, agent);
    const { id, status } = await submitAccepted(platform, agent, sender);
    expect(status).toBe('DISPATCHED');
    await channel.received(id);
  });

  it.each([
    ['without a key', () => undefined],
    ['with an empty key', () => ''],
    ['with something else than a key', () => 'hello world'],
    ['with an unknown key', (apiKey: string) => apiKey.replace(/.$/, (last) => (last === 'x' ? 'y' : 'x'))],
  ])('%s is 401', async (_name, keyOf) => {
    const agent = await registerAgent(platform);
    const response = await refusedUpgrade(platform, pathOf(agent.id, keyOf(agent.apiKey)));
    expect(response.statusCode).toBe(401);
    expect(response.headers['www-authenticate']).toMatch(/^Bearer\b/);
    expect(await statusOf(agent)).toBe('INACTIVE');
  });

  it('with a bad header is 401, whatever the URL says', async () => {
    const agent = await registerAgent(platform);
    const headers = { authorization: 'Basic Y2x3OmFnZW50' };
    expect((await refusedUpgrade(platform, pathOf(agent.id, agent.apiKey), headers)).statusCode).toBe(401);
  });

  it("with a sender's key or another agent's is 403, the same for an agent that does not exist", async () => {
    const [agent, other, sender] = [
      await registerAgent(platform),
      await registerAgent(platform),
      await registerSender(platform),
    ];
    for (const id of [agent.id, '019ab3c1-7a10-7c3e-8f21-5b6a0d9e4c11', agent.handle, '%00']) {
      for (const { apiKey } of [other, sender]) {
        expect((await refusedUpgrade(platform, pathOf(id, apiKey))).statusCode).toBe(403);
      }
    }
    expect(await statusOf(agent)).toBe('INACTIVE');
  });

  it('with a revoked key is 401', async () => {
    const agent = await registerAgent(platform);
    const { apiKey, key } = await mutateSuccessfully(platform, 'createApiKey', {}, 'apiKey key { id }', agent);
    await mutateSuccessfully(platform, 'revokeApiKey', { apiKeyId: key.id }, 'key { id }', agent);
    expect((await refusedUpgrade(platform, pathOf(agent.id, apiKey))).statusCode).toBe(401);
  });

  it('with a key that may not open channels is 403 and told so; one that may not answer gets an error', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const reader = await limitedKey(platform, agent, ['requests:answer']);
    const refused = await refusedUpgrade(platform, pathOf(agent.id, reader.apiKey));
    expect(refused.statusCode).toBe(403);
    expect(refused.body).toContain('lacks the scope');
    expect(refused.headers['www-authenticate']).toContain('error="insufficient_scope", scope="channel:open"');
    const opener = await limitedKey(platform, agent, ['channel:open']);
    const channel = await RawChannel.open(platform, { ...agent, ...opener });
    const { id } = await submitAccepted(platform, agent, sender);
    await channel.received(id);
    channel.complete(id);
    expect(await channel.error()).toMatchObject({
      code: 'forbidden',
      message: 'This key lacks the scope "requests:answer".',
      request_id: id,
    });
  });

  it('of any other path is 404', async () => {
    const agent = await registerAgent(platform);
    for (const path of ['/', '/v1/agents/ws', `/v1/agents/${agent.id}/ws/more`, `/v2${pathOf(agent.id)}`]) {
      expect((await refusedUpgrade(platform, path)).statusCode).toBe(404);
    }
  });

  it('that is no WebSocket leaves no channel behind', async () => {
    const agent = await registerAgent(platform);
    const answer = await byHand([
      `GET ${pathOf(agent.id, agent.apiKey)} HTTP/1.1`,
      'Host: h',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 12',
    ]);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    await eventually(async () => expect(await statusOf(agent)).toBe('INACTIVE'));
  });

  it('that is cut while it is answered leaves no channel behind', async () => {
    const agent = await registerAgent(platform);
    for (let round = 0; round < 20; round++) {
      const channel = new RawChannel(platform, agent);
      for (let turn = 0; turn < round; turn++) await new Promise(setImmediate);
      channel.cut();
    }
    await eventually(async () => expect(await statusOf(agent)).toBe('INACTIVE'));
    await RawChannel.open(platform, agent);
    await RawChannel.open(platform, agent);
  });

  it('over the limit is upgraded and closed with 4009, and possible again after one ends', async () => {
    const agent = await registerAgent(platform);
    const channels = await Promise.all(Array.from({ length: 6 }, () => RawChannel.open(platform, agent)));
    const codes: number[] = [];
    for (const channel of channels)
      void channel.closeCode(20_000).then(
        (code) => codes.push(code),
        () => {},
      );
    await eventually(() => expect(codes).toEqual([4009, 4009, 4009, 4009]));
    for (const channel of channels) channel.cut();
    await eventually(async () => expect(await statusOf(agent)).toBe('INACTIVE'));
    const again = await RawChannel.open(platform, agent);
    expect(await statusOf(agent)).toBe('ACTIVE');
    await again.close();
  });

  it('is 401 once its agent is gone, also on a node that has not heard of it', async () => {
    const agent = await registerAgent(platform);
    const channel = await RawChannel.open(platform, agent);
    await channel.close();
    await deleteUnheard(platform, agent);
    const response = await refusedUpgrade(platform, pathOf(agent.id, agent.apiKey));
    expect(response.statusCode).toBe(401);
    expect(response.headers['www-authenticate']).toMatch(/^Bearer\b/);
  });

  it('is 503 over SOCKETS_MAX', async () => {
    const small = await platformForTest({ env: { SOCKETS_MAX: '10', CHANNELS_PER_AGENT_MAX: '20' } });
    const agent = await registerAgent(small);
    await Promise.all(Array.from({ length: 10 }, () => RawChannel.open(small, agent)));
    expect((await refusedUpgrade(small, pathOf(agent.id, agent.apiKey))).statusCode).toBe(503);
  });
});
