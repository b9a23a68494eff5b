import { describe, expect, it } from 'vitest';
import { rest } from '../rest/rest-client.ts';
import { agentAndSender } from '../testkit/actors.ts';
import { platformForFile } from '../testkit/platform.ts';
import { headersOf, mcp, messageOf, post, TASKS } from './mcp-client.ts';

const platform = platformForFile();

const PARAMS = { name: 'calendar_schedule', taskId: 'x', notifications: { toolsListChanged: true } } as const;
const METHODS = {
  modern: [
    'server/discover',
    'tools/list',
    'tools/call',
    'tasks/get',
    'tasks/update',
    'tasks/cancel',
    'subscriptions/listen',
    'any/other',
  ],
  legacy: ['initialize', 'ping', 'tools/list', 'tools/call', 'notifications/initialized', 'any/other'],
} as const;

describe.each(['modern', 'legacy'] as const)('in the %s era', (era) => {
  it.each(METHODS[era])('%s takes a key that opens something', async (method) => {
    const { agent, sender } = await agentAndSender(platform);
    const flipped = sender.apiKey.endsWith('a') ? 'b' : 'a';
    const keys = [undefined, 'nonsense', `${sender.apiKey.slice(0, -1)}${flipped}`];
    for (const key of keys) {
      const answer = await mcp(platform, agent.handle, method, { key, era, params: PARAMS, capabilities: TASKS });
      expect(answer.status, answer.text).toBe(401);
    }
  });
});

describe('a key', () => {
  it('counts in the Authorization header alone', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const path = `/mcp/${agent.handle}`;
    const message = messageOf('tools/list', {});
    const headers = headersOf('tools/list', {});
    const inQuery = await post(platform, `${path}?token=${sender.apiKey}`, message, { headers });
    const inCookie = await post(platform, path, message, { headers: { ...headers, cookie: `key=${sender.apiKey}` } });
    expect([inQuery.status, inCookie.status]).toEqual([401, 401]);
  });

  it('of whom it was given to is looked for nowhere else: there is no OAuth', async () => {
    for (const [method, path] of [
      ['GET', '/.well-known/oauth-protected-resource'],
      ['GET', '/.well-known/oauth-protected-resource/mcp/somebody'],
      ['GET', '/.well-known/oauth-authorization-server'],
      ['GET', '/authorize?client_id=1'],
      ['POST', '/register'],
      ['POST', '/token'],
    ] as const) {
      const { status, body } = await rest(platform, method, path, method === 'POST' ? { body: {} } : {});
      expect([status, body.error], path).toEqual([404, 'invalid_request']);
      expect(body.error_description).toContain('API keys');
    }
    const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' } };
    const { status, message } = await post(platform, '/token', 'grant_type=authorization_code&code=1', form);
    expect([status, message.error]).toEqual([404, 'invalid_request']);
  });
});

describe('what strangers send', () => {
  it('is read however deep it is nested', async () => {
    const { agent, sender } = await agentAndSender(platform);
    for (const [era, depth] of (['modern', 'legacy'] as const).flatMap(
      (each) =>
        [
          [each, 30_000],
          [each, 400_000],
        ] as const,
    )) {
      const nested = '['.repeat(depth) + ']'.repeat(depth);
      const whole = JSON.stringify(messageOf('tools/list', { era, params: { _meta: { deep: 'HERE' } } }));
      const answer = await post(platform, `/mcp/${agent.handle}`, whole.replace('"HERE"', nested), {
        key: sender.apiKey,
        headers: headersOf('tools/list', { era }),
      });
      expect(answer.status).toBeLessThan(500);
    }
    expect((await rest(platform, 'GET', '/health')).status).toBe(200);
    expect(platform.log.errors()).toEqual([]);
  });

  it('as ids of tasks finds nothing, and nothing is kept of it', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const request = { key: sender.apiKey, capabilities: TASKS };
    const guesses = Array.from({ length: 200 }, () => ({ taskId: crypto.randomUUID() }));
    const answers = await Promise.all(
      guesses.map((params) => mcp(platform, agent.handle, 'tasks/get', { ...request, params })),
    );
    expect(new Set(answers.map(({ message }) => message.error.code))).toEqual(new Set([-32602]));
  });

  it('is not asked for by other methods of HTTP', async () => {
    const { agent, sender } = await agentAndSender(platform);
    for (const method of ['GET', 'DELETE', 'PUT']) {
      const { status, headers } = await rest(platform, method, `/mcp/${agent.handle}`, { key: sender.apiKey });
      expect([status, headers.get('allow')]).toEqual([405, 'POST']);
    }
  });
});
