import { createHash } from 'node:crypto';
import { parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphiqlOptions } from '../../src/transport/graphql/graphiql.ts';
import { schema } from '../../src/transport/graphql/schema.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.stop());

const page = (headers: Record<string, string> = {}) =>
  fetch(`${platform.url}/graphql`, { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', ...headers } });

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
    const response = await page();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const html = await response.text();
    expect(html).toMatch(/^<!doctype html>/i);
    const tags = html.replace(/<(script|style)>[\s\S]*?<\/\1>/g, '');
    expect(tags).not.toMatch(/<(script|link|img|iframe|object|embed)\b[^>]*\b(src|href)\s*=\s*"(?!data:)/i);
  });

  it('runs its own script and no other, and talks with its own host only', async () => {
    const response = await page();
    const policy = policyOf(response);
    const html = await response.text();
    const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
      ([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
    );
    expect(scripts.length).toBeGreaterThan(0);
    expect(policy.get('script-src')).toEqual(scripts);
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
    expect(policyOf(response).get('script-src')).toEqual(["'self'"]);
  });

  it('is sent once, and compressed', async () => {
    const first = await page({ 'accept-encoding': 'gzip' });
    expect(first.headers.get('content-encoding')).toBe('gzip');
    expect(await first.text()).toMatch(/^<!doctype html>/i);
    const again = await page({ 'if-none-match': first.headers.get('etag') ?? '' });
    expect(again.status).toBe(304);
  });

  it('offers operations that the schema has', () => {
    const tabs = graphiqlOptions.defaultTabs ?? [];
    expect(tabs.length).toBeGreaterThan(3);
    for (const { query } of tabs) expect(validate(schema, parse(query ?? ''))).toEqual([]);
  });
});
