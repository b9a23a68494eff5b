import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerAgent } from '../testkit/actors.ts';
import { send } from '../testkit/graphql.ts';
import { ADMIN_PASSWORD, platformForTest, startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { adminCookie, cookiesOf, getPage, postForm } from './admin-forms.ts';

const VIEWER = '{ viewer { __typename ... on Admin { name } } }';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform({ env: { RATE_LIMIT_FAILED_LOGINS_PER_MINUTE: '1000' } });
});
afterAll(() => platform.stop());

const viewerOf = async (at: TestPlatform, cookie: string) =>
  (await send(at, VIEWER, {}, { cookie })).data.viewer?.__typename ?? null;

describe('the login page', () => {
  it('works without JavaScript and is never kept', async () => {
    const response = await getPage(platform, '/admin/login');
    const text = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(text).toMatch(/<form method="post" action="\/admin\/login">/);
    expect(text).not.toMatch(/<script/);
  });

  it('shows nothing of its address', async () => {
    const probe = '"><script>alert(1)</script>';
    const response = await getPage(platform, `/admin/login?error=${encodeURIComponent(probe)}&next=${probe}`);
    expect(await response.text()).not.toContain('alert(1)');
  });

  it('escapes the path that it returns to', async () => {
    const response = await getPage(platform, `/admin/login?next=${encodeURIComponent('/admin/x"><b>&')}`);
    const text = await response.text();
    expect(text).toContain('name="next" value="/admin/x%22%3E%3Cb%3E&amp;"');
  });

  it('sends whoever is logged in on', async () => {
    const response = await getPage(platform, '/admin/login', { cookie: await adminCookie(platform) });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/admin/']);
  });
});

describe('logging in', () => {
  it('sets a cookie that scripts and other sites cannot use, and goes to the admin', async () => {
    const response = await postForm(platform, '/admin/login', { password: ADMIN_PASSWORD });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/admin/']);
    const [cookie] = cookiesOf(response);
    expect(cookie?.pair).toMatch(/^clawcierge_admin=[\w-]{43}$/);
    expect(cookie?.attributes).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Strict', 'Path=/']));
    expect(cookie?.attributes.find((each) => each.startsWith('Max-Age='))).toMatch(/^Max-Age=(43200|43199)$/);
    expect(cookie?.attributes).not.toContain('Secure');
    expect(await viewerOf(platform, cookie?.pair ?? '')).toBe('Admin');
  });

  it('opens a session of its own each time', async () => {
    expect(await adminCookie(platform)).not.toBe(await adminCookie(platform));
  });

  it.each(['', 'wrong', `${ADMIN_PASSWORD} `, 'x'.repeat(2_000)])(
    'goes back with a message for "%.10s"',
    async (password) => {
      const response = await postForm(platform, '/admin/login', { password });
      expect([response.status, response.headers.get('location')]).toEqual([303, '/admin/login?error=password']);
      expect(cookiesOf(response)).toEqual([]);
      const page = await getPage(platform, '/admin/login?error=password');
      expect(await page.text()).toContain('role="alert"');
    },
  );

  it('returns to a page of the admin, and to nowhere else', async () => {
    const goTo = async (next: string) =>
      (await postForm(platform, '/admin/login', { password: ADMIN_PASSWORD, next })).headers.get('location');
    expect(await goTo('/admin/requests?status=FAILED')).toBe('/admin/requests?status=FAILED');
    for (const elsewhere of [
      'https://example.org/admin/',
      '//example.org/admin/',
      '/admin/../v1/info',
      '/admin\\..\\x',
      'javascript:alert(1)',
    ]) {
      expect(await goTo(elsewhere)).toBe('/admin/');
    }
  });

  it.each([
    { origin: 'https://example.org' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('refuses a form of another site: %o', async (headers: Record<string, string>) => {
    const response = await postForm(platform, '/admin/login', { password: ADMIN_PASSWORD }, { headers });
    expect(response.status).toBe(403);
    expect(cookiesOf(response)).toEqual([]);
  });

  it('takes small forms only', async () => {
    const large = await postForm(platform, '/admin/login', { password: 'x'.repeat(20_000) });
    expect(large.status).toBe(413);
  });
});

describe('a session', () => {
  it('ends on the server with the logout', async () => {
    const cookie = await adminCookie(platform);
    const response = await getPage(platform, '/admin/logout', { cookie });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/admin/login']);
    expect(cookiesOf(response)[0]?.attributes).toContain('Max-Age=0');
    expect(await viewerOf(platform, cookie)).toBeNull();
  });

  it('is not ended by a link on another site', async () => {
    const cookie = await adminCookie(platform);
    const response = await getPage(platform, '/admin/logout', { cookie, headers: { 'sec-fetch-site': 'cross-site' } });
    expect(cookiesOf(response)).toEqual([]);
    expect(await viewerOf(platform, cookie)).toBe('Admin');
  });

  it('counts for nothing when another site sends the cookie', async () => {
    const cookie = await adminCookie(platform);
    for (const headers of [{ origin: 'https://example.org' }, { 'sec-fetch-site': 'cross-site' }]) {
      const response = await fetch(`${platform.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', cookie, ...headers },
        body: JSON.stringify({ query: VIEWER }),
      });
      expect(await response.json()).toEqual({ data: { viewer: null } });
    }
  });

  it.each(['', 'x', 'a'.repeat(43), `${'a'.repeat(42)}'`])('cannot be guessed: "%s"', async (token) => {
    expect(await viewerOf(platform, `clawcierge_admin=${token}`)).toBeNull();
  });

  it('is stored without its token', async () => {
    const cookie = await adminCookie(platform);
    const token = cookie.slice(cookie.indexOf('=') + 1);
    expect(JSON.stringify(platform.log)).not.toContain(token);
    expect(JSON.stringify(platform.log)).not.toContain(ADMIN_PASSWORD);
  });

  it('is Secure where the browser speaks TLS', async () => {
    const behindTls = await platformForTest({ env: { PUBLIC_URL: 'https://agents.example.org' } });
    const response = await postForm(behindTls, '/admin/login', { password: ADMIN_PASSWORD });
    expect(cookiesOf(response)[0]?.attributes).toContain('Secure');
    const behindProxy = await platformForTest({ env: { TRUST_PROXY: '1' } });
    const headers = { 'x-forwarded-proto': 'https' };
    const forwarded = await postForm(behindProxy, '/admin/login', { password: ADMIN_PASSWORD }, { headers });
    expect(cookiesOf(forwarded)[0]?.attributes).toContain('Secure');
  });
});

describe('deleting an agent by form', () => {
  const isThere = async (id: string) =>
    (await send(platform, 'query ($id: ID!) { agent(id: $id) { id } }', { id })).data.agent !== null;

  it('works with the cookie', async () => {
    const agent = await registerAgent(platform);
    const cookie = await adminCookie(platform);
    const response = await postForm(platform, `/admin/agents/${agent.id}/delete`, {}, { cookie });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/admin/']);
    expect(await isThere(agent.id)).toBe(false);
    expect((await postForm(platform, `/admin/agents/${agent.id}/delete`, {}, { cookie })).status).toBe(404);
  });

  it('needs the cookie, and a page of this platform', async () => {
    const agent = await registerAgent(platform);
    const withoutCookie = await postForm(platform, `/admin/agents/${agent.id}/delete`);
    expect([withoutCookie.status, withoutCookie.headers.get('location')]).toEqual([303, '/admin/login']);
    const cookie = await adminCookie(platform);
    const headers = { origin: 'https://example.org' };
    expect((await postForm(platform, `/admin/agents/${agent.id}/delete`, {}, { cookie, headers })).status).toBe(403);
    expect(await isThere(agent.id)).toBe(true);
  });

  it('does not take a key for a cookie', async () => {
    const agent = await registerAgent(platform);
    const headers = { authorization: `Bearer ${agent.apiKey}` };
    const response = await postForm(platform, `/admin/agents/${agent.id}/delete`, {}, { headers });
    expect(response.headers.get('location')).toBe('/admin/login');
    expect(await isThere(agent.id)).toBe(true);
  });
});
