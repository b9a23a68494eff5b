import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Agent, registerAgent, registerSender, type Sender } from '../testkit/actors.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';

let platform: TestPlatform;
let agent: Agent;
let sender: Sender;
beforeAll(async () => {
  platform = await startTestPlatform();
  agent = await registerAgent(platform);
  sender = await registerSender(platform);
});
afterAll(async () => {
  expect(platform.log.errors()).toEqual([]);
  await platform.stop();
});

const ask = (path: string, init: RequestInit = {}) => fetch(platform.url + path, { redirect: 'manual', ...init });

describe('a handle that is far too long to be one', () => {
  const handle = 'a'.repeat(4_000);
  it.each([
    ['looked up', 'GET', `/v1/agents/${handle}`],
    ['resolved', 'GET', `/v1/directory/${handle}`],
    ['asked for something', 'POST', `/v1/agents/${handle}/requests`],
  ])('is not found when it is %s, as any other', async (_how, method, path) => {
    const headers = { authorization: `Bearer ${sender.apiKey}`, 'content-type': 'application/json' };
    const body = method === 'POST' ? { body: JSON.stringify({ action: 'x', params: {} }) } : {};
    const response = await ask(path, { method, headers, ...body });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ type: '/docs#problem-agent-not-found' });
  });
});

describe('a path', () => {
  it('that only takes a form says so, whoever asks for it as a page', async () => {
    const response = await ask(`/admin/agents/${agent.id}/delete`);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
    // Pages that there are no routes for are the admin UI's own.
    expect((await ask(`/admin/agents/${agent.id}`)).status).toBe(303);
  });

  it.each(['/v1/agents/x', '/v1/directory/x', '/v1/info', '/health', '/health/ready', '/docs', '/graphql'])(
    '%s is the same with a slash at its end',
    async (path) => {
      const accept = { headers: { accept: 'text/html' } };
      expect((await ask(`${path}/`, accept)).status).toBe((await ask(path, accept)).status);
    },
  );
});

describe('a body in a coding', () => {
  it.each([
    ['/v1/senders', 'application/json', JSON.stringify({ display_name: 'x' })],
    ['/graphql', 'application/json', JSON.stringify({ query: '{ viewer { __typename } }' })],
    ['/admin/login', 'application/x-www-form-urlencoded', 'password=x'],
  ])('such as gzip is refused as one that nobody reads: %s', async (path, type, text) => {
    const headers = { 'content-type': type, 'content-encoding': 'gzip' };
    const response = await ask(path, { method: 'POST', headers, body: gzipSync(text) });
    expect(response.status).toBe(415);
    expect(response.headers.get('accept-encoding')).toBe('identity');
    expect(await response.text()).toContain('Content-Encoding');
  });

  it('that is none is taken', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'identity' };
    const body = JSON.stringify({ display_name: 'x' });
    expect((await ask('/v1/senders', { method: 'POST', headers, body })).status).toBe(201);
  });
});
