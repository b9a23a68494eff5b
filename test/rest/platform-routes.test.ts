import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { PROBLEM_KINDS } from '../../src/transport/rest/problem-catalogue.ts';
import { stubServer } from './stub-server.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

describe('GET /health', () => {
  it('is ok whatever the platform stands on', async () => {
    const { server } = await stubServer({ checks: { database: () => 'down' } });
    const response = await server.inject({ url: '/health' });
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({ status: 'ok' });
  });
});

describe('GET /health/ready', () => {
  const READY = { status: 'ok', checks: { database: 'ok', bus: 'ok', schema: 'ok' } };

  it('is ok when every check is', async () => {
    const { server } = await stubServer();
    expect((await server.inject({ url: '/health/ready' })).json()).toEqual(READY);
  });

  it('is 503 and names a check that is down, whichever it is', async () => {
    const { server } = await stubServer({ checks: { database: () => 'down', another: () => 'down' } });
    const response = await server.inject({ url: '/health/ready' });
    expect(response.statusCode).toBe(503);
    expect(response.headers['retry-after']).toMatch(/^\d+$/);
    expect(response.json()).toMatchObject({
      type: '/docs#problem-not-ready',
      status: 503,
      detail: 'Not ready: database, another.',
      checks: { database: 'down', bus: 'ok', schema: 'ok', another: 'down' },
    });
  });

  it('is ok without what the node can do its work without', async () => {
    const { server } = await stubServer({ checks: { bus: () => 'degraded' } });
    const response = await server.inject({ url: '/health/ready' });
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({ status: 'ok', checks: { database: 'ok', bus: 'degraded', schema: 'ok' } });
  });

  it.each(['stopping', 'fenced'])('is 503 while the node is %s, so that no more work is sent to it', async (why) => {
    const { server } = await stubServer({ app: { node: { refusal: () => why } } });
    const response = await server.inject({ url: '/health/ready' });
    expect(response.statusCode).toBe(503);
    expect(response.json().detail).toBe(`Not ready: node (${why}).`);
  });
});

describe('GET /v1/info', () => {
  const linksAt = async (host: string) => {
    const { server } = await stubServer();
    return (await server.inject({ url: '/v1/info', headers: { host } })).json().links;
  };

  it('tells a program where everything is, by the names of this machine that it was reached by', async () => {
    const { server } = await stubServer();
    const { version, links } = (await server.inject({ url: '/v1/info', headers: { host: 'localhost:8000' } })).json();
    expect(version).toBe('1.2.3');
    expect(links).toEqual({
      graphql: 'http://localhost:8000/graphql',
      graphiql: 'http://localhost:8000/graphql',
      mcp: 'http://localhost:8000/mcp/{handle}',
      openapi: 'http://localhost:8000/openapi.json',
      docs: 'http://localhost:8000/docs',
      websocket: 'ws://localhost:8000/graphql',
      agent_channel: 'ws://localhost:8000/v1/agents/{id}/ws',
    });
  });

  it('tells it relative to the address that was asked where that is only what the caller says', async () => {
    expect(await linksAt('evil.example')).toEqual({
      graphql: '/graphql',
      graphiql: '/graphql',
      mcp: '/mcp/{handle}',
      openapi: '/openapi.json',
      docs: '/docs',
      websocket: '/graphql',
      agent_channel: '/v1/agents/{id}/ws',
    });
    for (const host of ['evil.example@localhost:8000', 'localhost.evil.example', 'evil.example#localhost', '']) {
      expect(JSON.stringify(await linksAt(host)), host).not.toContain('evil');
    }
  });
});

describe('/.well-known/security.txt', () => {
  const URL_OF = { url: '/.well-known/security.txt' };

  it('names whom to tell of a vulnerability, as the settings have it, for less than a year', async () => {
    const contact = ['mailto:security@claw.example', 'https://claw.example/report?a=b', 'tel:+49-30-1234'];
    const security = {
      contact,
      policy: ['https://claw.example/policy'],
      encryption: ['openpgp4fpr:5f2de5521c63a801ab59ccb603d49de44b29100f'],
      languages: ['en', 'de'],
    };
    const { server } = await stubServer({ about: { security, publicUrl: 'https://claw.example/' } });
    const { statusCode, headers, body } = await server.inject({ ...URL_OF, headers: { host: 'evil.example' } });
    expect(statusCode).toBe(200);
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
    const fields = body
      .trimEnd()
      .split('\n')
      .map((line) => /^([A-Z][A-Za-z-]+): (\S.*)$/.exec(line)?.slice(1) ?? line);
    const [[, expires = ''] = []] = fields.filter(([name]) => name === 'Expires');
    expect(fields).toEqual([
      ...contact.map((each) => ['Contact', each]),
      ['Expires', expires],
      ['Encryption', ...security.encryption],
      ['Policy', ...security.policy],
      ['Preferred-Languages', 'en, de'],
      ['Canonical', 'https://claw.example/.well-known/security.txt'],
    ]);
    expect(expires).toMatch(/^\d{4}-\d\d-\d\dT00:00:00Z$/);
    const days = (Date.parse(expires) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(178);
    expect(days).toBeLessThan(365);
  });

  it('is a problem that names the setting where nobody is named', async () => {
    const { server } = await stubServer();
    const response = await server.inject(URL_OF);
    expect(response.statusCode).toBe(404);
    expect(response.json()).toMatchObject({
      type: '/docs#problem-route-not-found',
      detail: expect.stringContaining('SECURITY_CONTACT'),
    });
  });
});

describe('the landing page', () => {
  it('runs nothing and asks no other host for anything', async () => {
    const { server } = await stubServer();
    const { statusCode, headers, body } = await server.inject({ url: '/' });
    expect(statusCode).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toBe(
      "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none';img-src data:;style-src 'unsafe-inline'",
    );
    expect(body).not.toMatch(/<script|<iframe|@import|url\(|\son\w+=/i);
    expectOwnAddresses(body);
  });
});

describe('what browsers are told', () => {
  const POLICY =
    "default-src 'none';base-uri 'none';form-action 'self';frame-ancestors 'none';connect-src 'self';img-src 'self' data:;font-src 'self' data:;style-src 'self' 'unsafe-inline';script-src 'self';manifest-src 'self'";

  it.each([
    ['an answer', { url: '/health' }],
    ['a page', { url: '/docs' }],
    ['a refusal', { url: '/v1/requests' }],
    ['a path that is not there', { url: '/nowhere' }],
    ['a URL that is none', { url: '/v1/agents/%E0%A4%A' }],
    ['a body that is no JSON', { url: '/v1/senders', method: 'POST', headers: JSON_TYPE, payload: '{' }],
  ] as const)('is the same with %s', async (_what, request) => {
    const { server } = await stubServer();
    const { headers } = await server.inject(request);
    expect(headers).toMatchObject({
      'content-security-policy': POLICY,
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'origin-agent-cluster': '?1',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-dns-prefetch-control': 'off',
      'x-download-options': 'noopen',
      'x-frame-options': 'SAMEORIGIN',
      'x-permitted-cross-domain-policies': 'none',
      'x-xss-protection': '0',
    });
    expect(headers).not.toHaveProperty('strict-transport-security');
    expect(headers).not.toHaveProperty('cross-origin-embedder-policy');
  });
});

describe('the reference', () => {
  it('runs only scripts of this host, none inline, and may talk with this host alone', async () => {
    const { server } = await stubServer();
    const { headers, body } = await server.inject({ url: '/docs' });
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    const policy = String(headers['content-security-policy']).split(';');
    expect(policy).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "font-src 'self' data:",
      ]),
    );
    expect(body).not.toMatch(/<script(?![^>]*\ssrc=)|<iframe|@import|url\(|\son\w+=/i);
    expectOwnAddresses(body);
  });

  it('serves its scripts, compressed for whoever takes that, and again only when they have changed', async () => {
    const { server } = await stubServer();
    const start = await server.inject({ url: '/docs/start.js' });
    expect(start.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(start.body).toContain('/docs/reference.js');
    const plain = await server.inject({ url: '/docs/reference.js' });
    expect(plain.statusCode).toBe(200);
    expect(plain.body).toContain('createApiReference');
    const gzipped = await server.inject({ url: '/docs/reference.js', headers: { 'accept-encoding': 'gzip, br' } });
    expect(gzipped.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(gzipped.rawPayload).equals(plain.rawPayload)).toBe(true);
    const etag = String(plain.headers.etag);
    const again = await server.inject({ url: '/docs/reference.js', headers: { 'if-none-match': etag } });
    expect(again.statusCode).toBe(304);
  });

  it('shows every kind of problem, where its link leads', async () => {
    const { server } = await stubServer();
    const { body } = await server.inject({ url: '/docs' });
    const ids = new Set([...body.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id));
    for (const kind of PROBLEM_KINDS) expect(ids).toContain(`problem-${kind}`);
    for (const [, anchor] of body.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(anchor);
  });
});

/** Nothing on the page leads to or comes from another host. */
function expectOwnAddresses(body: string): void {
  for (const [, address] of body.matchAll(/\s(?:href|src|action)="([^"]*)"/g))
    expect(address).toMatch(/^(\/(?!\/)|#|data:,)/);
}
