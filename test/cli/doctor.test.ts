import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { registerAgent, registerSender } from '../testkit/actors.ts';
import { freePort } from '../testkit/free-port.ts';
import { platformForFile } from '../testkit/platform.ts';
import { as, homeForTest } from './run-cli.ts';

const platform = platformForFile();

/** A proxy in front of the platform that passes everything on but upgrades, as some do; its clock is an hour ahead. */
async function proxyWithoutUpgrades(): Promise<string> {
  const server = createServer(async (request, response) => {
    if (request.headers.upgrade) return void response.writeHead(426).end();
    const body = request.method === 'POST' ? { body: await new Response(request as never).text() } : {};
    const { 'content-type': type = '', authorization = '' } = request.headers;
    const answer = await fetch(`${platform.url}${request.url}`, {
      method: request.method ?? 'GET',
      headers: { 'content-type': type, ...(authorization && { authorization }) },
      ...body,
    });
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '', date });
    response.end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('clawcierge doctor', () => {
  it('finds all well, and whose the key is', async () => {
    const agent = await registerAgent(platform);
    const { code, stdout, stderr } = await homeForTest().run(['doctor'], as(platform, agent));
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(new RegExp(`^ok +key +agent ${agent.handle} \\(CLAWCIERGE_KEY\\)$`, 'm'));
    expect(stdout).toMatch(/^ok +scopes +agent:manage, audit:read, channel:open,/m);
    expect(stdout).toMatch(/^ok +websocket /m);
    expect(stderr).toBe('8 well, 0 to look at, 0 not well.\n');
  });

  it('says what to do about each thing that is not', async () => {
    const sender = await registerSender(platform);
    const by = as({ url: await proxyWithoutUpgrades() }, sender);
    const { code, json } = await homeForTest().run(['doctor', '--output', 'json'], by);
    expect(code).toBe(1);
    const found = Object.fromEntries(json.map((each) => [each.name, each]));
    expect(found.clock).toMatchObject({
      state: 'warning',
      detail: expect.stringMatching(/3600 s behind|3599 s behind/),
    });
    expect(found.websocket).toMatchObject({ state: 'failed', detail: expect.stringContaining('HTTP 426') });
    expect(found.websocket.advice).toContain('proxy');
    expect(found.key).toMatchObject({ state: 'ok' });
  });

  it.each([
    ['a key that opens nothing', async () => as(platform, { apiKey: 'clw_sender_no' }), 1, /^failed +key /m],
    [
      'no platform',
      async () => as({ url: `http://127.0.0.1:${await freePort()}` }, { apiKey: 'k' }),
      4,
      /ECONNREFUSED/,
    ],
    ['no TLS', async () => as({ url: platform.url.replace('http', 'https') }, { apiKey: 'k' }), 4, /^failed +tls /m],
    ['no address', async () => as({ url: 'agents' }, { apiKey: 'k' }), 4, /^failed +address /m],
  ])('finds %s', async (_what, by, exit, says) => {
    const { code, stdout } = await homeForTest().run(['doctor'], await by());
    expect({ code, stdout }).toEqual({ code: exit, stdout: expect.stringMatching(says) });
  });
});
