import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { mintApiKey } from '../../src/application/keys/api-key-format.ts';
import { expectProblem, rest } from '../rest/rest-client.ts';
import { type Agent, registerAgent, registerSender, type Sender } from '../testkit/actors.ts';
import { mutateSuccessfully } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForFile } from '../testkit/platform.ts';
import { refusedUpgrade } from '../websocket/raw-channel.ts';

const clock = createManualClock();
const platform = platformForFile({ clock });

const NO_KEY = 'No API key was sent. Send it as "Authorization: Bearer <key>".';
const NO_BEARER = 'The Authorization header must be "Bearer <key>": that word, a space, and the API key.';
const NO_KEY_OF_OURS =
  'That is no API key of this platform: they begin with clw_agent_, clw_sender_, clw_owner_ or clw_approver_.';
const MISTYPED = 'The API key is mistyped or cut off: its checksum is wrong.';
const OPENS_NOTHING = 'The API key is unknown, revoked or expired.';

const newKey = (owner: Agent | Sender, input: object = {}) =>
  mutateSuccessfully(platform, 'createApiKey', input, 'apiKey key { id }', owner);

/** What an Authorization header is answered with, and no header. */
async function cases() {
  const agent = await registerAgent(platform);
  const { apiKey } = agent;
  const revoked = await newKey(agent);
  await mutateSuccessfully(platform, 'revokeApiKey', { apiKeyId: revoked.key.id }, 'key { id }', agent);
  const expired = await newKey(agent, { expiresAt: new Date(clock.now().getTime() + 60_000) });
  clock.advance(61_000);
  const rows: readonly (readonly [string | undefined, string])[] = [
    [undefined, NO_KEY],
    [apiKey, NO_BEARER],
    [`Basic ${apiKey}`, NO_BEARER],
    ['Bearer', NO_BEARER],
    ['Bearer sk-live-1234', NO_KEY_OF_OURS],
    ['Bearer undefined', NO_KEY_OF_OURS],
    [`Bearer ${apiKey.slice(0, -1)}`, MISTYPED],
    [`Bearer ${apiKey.slice(0, 20)}${apiKey[20] === 'x' ? 'y' : 'x'}${apiKey.slice(21)}`, MISTYPED],
    [`Bearer ${mintApiKey('AGENT').text}`, OPENS_NOTHING],
    [`Bearer ${mintApiKey('SENDER').text}`, OPENS_NOTHING],
    [`Bearer ${revoked.apiKey}`, OPENS_NOTHING],
    [`Bearer ${expired.apiKey}`, OPENS_NOTHING],
  ];
  return { agent, rows };
}

describe('a key that is refused', () => {
  it('is refused over REST with what is wrong with it', async () => {
    const { agent, rows } = await cases();
    for (const [authorization, detail] of rows) {
      const headers = authorization === undefined ? {} : { authorization };
      const answer = await rest(platform, 'DELETE', `/v1/agents/${agent.id}`, { headers });
      expectProblem(answer, 401, 'unauthenticated');
      expect(answer.body.detail, authorization).toBe(detail);
    }
  });

  it('is refused over GraphQL with the same words', async () => {
    const { rows } = await cases();
    for (const [authorization, message] of rows) {
      const { body } = await rest(platform, 'POST', '/graphql', {
        headers: { ...(authorization !== undefined && { authorization }) },
        body: { query: '{ requests { totalCount } }' },
      });
      expect(body.errors[0], authorization).toMatchObject({ message, extensions: { code: 'UNAUTHENTICATED' } });
    }
  });

  it('is refused at the upgrade of a raw channel with the same words', async () => {
    const { agent, rows } = await cases();
    for (const [authorization, detail] of rows) {
      const headers = authorization === undefined ? {} : { authorization };
      const response = await refusedUpgrade(platform, `/v1/agents/${agent.id}/ws`, headers);
      expect(response.statusCode).toBe(401);
      expect(response.headers['www-authenticate']).toMatch(/^Bearer\b/);
      expect(JSON.parse(response.body), authorization).toEqual({
        type: 'about:blank',
        title: 'Unauthorized',
        status: 401,
        detail,
      });
    }
    const inUrl = await refusedUpgrade(platform, `/v1/agents/${agent.id}/ws?token=${agent.apiKey.slice(0, -1)}`);
    expect(JSON.parse(inUrl.body).detail).toBe(MISTYPED);
  });

  it('is refused by a graphql-ws socket with the same words', async () => {
    const { rows } = await cases();
    for (const [authorization, reason] of rows) {
      if (authorization === undefined) continue;
      const socket = new WebSocket(`${platform.socketUrl}/graphql`, 'graphql-transport-ws');
      const closed = new Promise((resolve) => socket.once('close', (code, why) => resolve([code, String(why)])));
      socket.once('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } })));
      expect(await closed, authorization).toEqual([4403, reason]);
    }
  });
});

describe("a sender's key where an agent's is needed", () => {
  const NEEDS_AGENT = "This needs an agent's API key, and the one that was sent is a sender's.";
  const NEEDS_MANAGER = "This needs an agent's or its owner's API key, and the one that was sent is a sender's.";

  it('is told so, on every door', async () => {
    const [agent, sender] = [await registerAgent(platform), await registerSender(platform)];
    const answer = await rest(platform, 'DELETE', `/v1/agents/${agent.id}`, { key: sender.apiKey });
    expectProblem(answer, 403, 'forbidden');
    expect(answer.body.detail).toBe(NEEDS_MANAGER);
    const upgrade = await refusedUpgrade(platform, `/v1/agents/${agent.id}/ws?token=${sender.apiKey}`);
    expect(upgrade.statusCode).toBe(403);
    expect(JSON.parse(upgrade.body).detail).toBe(NEEDS_AGENT);
    for (const [query, message] of [
      [`mutation { deleteAgent(input: { agentId: "${agent.id}" }) { __typename } }`, NEEDS_MANAGER],
      [`mutation { acknowledgeRequest(input: { requestId: "${agent.id}" }) { __typename } }`, NEEDS_AGENT],
      [`{ agent(id: "${agent.id}") { apiKeys { id } } }`, NEEDS_MANAGER],
    ]) {
      const { body } = await rest(platform, 'POST', '/graphql', { key: sender.apiKey, body: { query } });
      expect(body.errors[0]).toMatchObject({ message, extensions: { code: 'FORBIDDEN' } });
    }
  });

  it('is told of an administrator where one is needed', async () => {
    const sender = await registerSender(platform);
    const query = '{ overview(from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z") { __typename } }';
    const { body } = await rest(platform, 'POST', '/graphql', { key: sender.apiKey, body: { query } });
    expect(body.errors[0].message).toBe('This is for administrators.');
  });
});
