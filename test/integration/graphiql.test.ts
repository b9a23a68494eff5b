import { readdirSync } from 'node:fs';
import { parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WALKTHROUGH } from '../../playground/src/walkthrough.ts';
import { schema } from '../../src/transport/graphql/schema.ts';
import { platformForTest, startTestPlatform, type TestPlatform } from '../testkit/platform.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.stop());

const ASSETS = new URL('../../playground/dist/assets/', import.meta.url);

const page = ({ url }: TestPlatform) =>
  fetch(`${url}/graphql`, { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } });

/** The policy's directives, by name. */
const policyOf = (response: Response) =>
  new Map(
    (response.headers.get('content-security-policy') ?? '').split(';').map((directive) => {
      const [name = '', ...sources] = directive.trim().split(' ');
      return [name, sources];
    }),
  );

describe('GraphiQL', () => {
  it('is a page that asks no other host for anything', async () => {
    const response = await page(platform);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const html = await response.text();
    expect(html).toMatch(/^<!doctype html>/i);
    const asked = [...html.matchAll(/\b(?:src|href)="([^"]*)"/g)].map(([, address]) => address);
    expect(asked.length).toBeGreaterThan(1);
    for (const address of asked) expect(address).toMatch(/^(\/[^/]|data:)/);
  });

  it('runs scripts of its own host and no other, and talks with that host only', async () => {
    const policy = policyOf(await page(platform));
    expect(policy.get('script-src')).toEqual(["'self'"]);
    expect(policy.get('worker-src')).toEqual(["'self'"]);
    expect(policy.get('default-src')).toEqual(["'none'"]);
    expect(policy.get('connect-src')).toEqual(["'self'"]);
    expect(policy.get('frame-ancestors')).toEqual(["'none'"]);
  });

  it('leaves the strict policy to everything else', async () => {
    const response = await fetch(`${platform.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ viewer { __typename } }' }),
    });
    expect(policyOf(response).get('style-src')).toEqual(["'self'", "'unsafe-inline'"]);
    expect(policyOf(response).has('worker-src')).toBe(false);
  });

  it('has assets that browsers keep, compressed beforehand', async () => {
    const script = readdirSync(ASSETS).find((name) => /^index-.*\.js$/.test(name)) ?? '';
    const response = await fetch(`${platform.url}/graphql/assets/${script}`, { headers: { 'accept-encoding': 'br' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-encoding')).toBe('br');
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect((await fetch(`${platform.url}/graphql/assets/..%2findex.html`)).status).toBe(404);
  });

  it('offers operations that the schema has', () => {
    expect(WALKTHROUGH.length).toBeGreaterThan(3);
    for (const query of WALKTHROUGH) expect(validate(schema, parse(query))).toEqual([]);
  });

  it('is not served in production unless it is asked for', async () => {
    const production = await platformForTest({ env: { APP_ENV: 'production' } });
    const response = await page(production);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('GRAPHIQL=true');
    const { links } = await (await fetch(`${production.url}/v1/info`)).json();
    expect(links.graphiql).toBeUndefined();
    const asked = await platformForTest({ env: { APP_ENV: 'production', GRAPHIQL: 'true' } });
    expect((await page(asked)).status).toBe(200);
  });
});
