import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { adminCookie, getPage } from './admin-forms.ts';

const ASSETS = join(import.meta.dirname, '../../admin-ui/dist/assets');

let platform: TestPlatform;
let cookie: string;
beforeAll(async () => {
  platform = await startTestPlatform();
  cookie = await adminCookie(platform);
});
afterAll(() => platform.stop());

const scriptName = () => readdirSync(ASSETS).find((name) => name.endsWith('.js')) ?? '';

describe('the built admin UI', () => {
  it('is under 400 kB of JavaScript, compressed, besides what runs in workers', () => {
    const sizes = readdirSync(ASSETS)
      .filter((name) => name.endsWith('.js.gz') && !name.includes('.worker-'))
      .map((name) => statSync(join(ASSETS, name)).size);
    expect(sizes.length).toBeGreaterThan(1);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(400_000);
  });

  it.each(['/admin', '/admin/', '/admin/agents/any.handle', '/admin/requests?status=FAILED'])(
    'answers its page at %s, which no browser keeps',
    async (path) => {
      const response = await getPage(platform, path, { cookie });
      expect(response.status).toBe(200);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
      expect(await response.text()).toContain('<div id="root">');
    },
  );

  it('sends everybody else to log in and back', async () => {
    const locations = await Promise.all(
      ['/admin', '/admin/', '/admin/requests?status=FAILED'].map(async (path) =>
        (await getPage(platform, path)).headers.get('location'),
      ),
    );
    expect(locations).toEqual([
      '/admin/login',
      '/admin/login',
      `/admin/login?next=${encodeURIComponent('/admin/requests?status=FAILED')}`,
    ]);
  });

  it('has assets that browsers keep, compressed beforehand', async () => {
    const response = await getPage(platform, `/admin/assets/${scriptName()}`, { headers: { 'accept-encoding': 'br' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-encoding')).toBe('br');
    expect(response.headers.get('content-type')).toMatch(/javascript/);
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });

  it.each([
    'nothing.js',
    '..%2findex.html',
    '..%2f..%2fpackage.json',
    '%2e%2e%2f%2e%2e%2fpackage.json',
    '%00.js',
    '.js',
  ])('has no other file: %s', async (file) => {
    const response = await getPage(platform, `/admin/assets/${file}`, { cookie });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.headers.get('cache-control') ?? '').not.toContain('immutable');
  });
});
