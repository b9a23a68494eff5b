import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../testkit/eventually.ts';
import { ADMIN_PASSWORD, platformForTest, type TestPlatform } from '../testkit/platform.ts';
import { cookiesOf, getPage, postForm } from './admin-forms.ts';

const start = (failedLoginsPerMinute: number) =>
  platformForTest({
    env: { RATE_LIMIT_FAILED_LOGINS_PER_MINUTE: String(failedLoginsPerMinute), TRUST_PROXY: '1' },
  });

type From = { readonly cookie?: string; readonly address?: string };

const logIn = (platform: TestPlatform, password: string, { cookie, address = '192.0.2.1' }: From = {}) =>
  postForm(
    platform,
    '/admin/login',
    { password },
    { ...(cookie !== undefined && { cookie }), headers: { 'x-forwarded-for': address } },
  );

const deviceOf = (response: Response) => cookiesOf(response).find(({ pair }) => pair.startsWith('clawcierge_device='));

/** A browser that was in before: its `name=value` pair. */
async function oldBrowser(platform: TestPlatform): Promise<string> {
  const device = deviceOf(await logIn(platform, ADMIN_PASSWORD));
  if (!device) throw new Error('the login set no cookie for the browser');
  return device.pair;
}

/** So many wrong passwords by strangers, from a hundred addresses. */
async function strangersTry(platform: TestPlatform, times: number): Promise<void> {
  for (let done = 0; done < times; done += 50) {
    const attempts = Array.from({ length: 50 }, (_, i) =>
      logIn(platform, 'wrong', { address: `198.51.100.${(done + i) % 100}` }),
    );
    await Promise.all(attempts);
  }
}

async function databaseOf({ databaseUrl }: TestPlatform): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl, options: '-c search_path=clawcierge' });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

describe('a browser that somebody was in with', () => {
  it('gets in while strangers try a thousand passwords from a hundred addresses; a new one waits', async () => {
    const platform = await start(4);
    const cookie = await oldBrowser(platform);
    await strangersTry(platform, 1_000);
    const known = await logIn(platform, ADMIN_PASSWORD, { cookie, address: '203.0.113.1' });
    expect([known.status, known.headers.get('location')]).toEqual([303, '/admin/']);
    // What strangers got wrong is forgotten after half a minute, which may be just now.
    const unknown = await eventually(async () => {
      await strangersTry(platform, 50);
      const response = await logIn(platform, ADMIN_PASSWORD, { address: '203.0.113.2' });
      expect(response.status).toBe(429);
      return response;
    });
    expect(Number(unknown.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('gets in although its network has used up what strangers may cost, where one that makes its cookie up does not', async () => {
    const platform = await platformForTest({ env: { COST_BUDGET_ANONYMOUS_PER_MINUTE: '20', TRUST_PROXY: '1' } });
    const cookie = await oldBrowser(platform);
    await eventually(async () => {
      await Promise.all(
        Array.from({ length: 20 }, () =>
          fetch(`${platform.url}/v1/info`, { headers: { 'x-forwarded-for': '192.0.2.1' } }),
        ),
      );
      expect((await logIn(platform, ADMIN_PASSWORD)).status).toBe(429);
    });
    const madeUp = { cookie: `clawcierge_device=${'a'.repeat(43)}` };
    expect((await logIn(platform, ADMIN_PASSWORD, madeUp)).status).toBe(429);
    expect((await logIn(platform, ADMIN_PASSWORD, { cookie })).headers.get('location')).toBe('/admin/');
  });

  it('has a count of its own: what it gets wrong holds up nobody else', async () => {
    const platform = await start(4);
    const [first, second] = [await oldBrowser(platform), await oldBrowser(platform)];
    const wrong = await Promise.all(Array.from({ length: 4 }, () => logIn(platform, 'wrong', { cookie: first })));
    expect(wrong.map(({ status }) => status).toSorted()).toEqual([303, 303, 429, 429]);
    expect((await logIn(platform, ADMIN_PASSWORD, { cookie: first })).status).toBe(429);
    expect((await logIn(platform, ADMIN_PASSWORD, { cookie: second })).headers.get('location')).toBe('/admin/');
    expect((await logIn(platform, ADMIN_PASSWORD)).headers.get('location')).toBe('/admin/');
  });

  it('is known by a cookie that scripts and other sites cannot use, that the logout leaves and each login renews', async () => {
    const platform = await start(1_000);
    const response = await logIn(platform, ADMIN_PASSWORD);
    const device = deviceOf(response);
    expect(device?.pair).toMatch(/^clawcierge_device=[\w-]{43}$/);
    expect(device?.attributes).toEqual(
      expect.arrayContaining(['HttpOnly', 'SameSite=Strict', 'Path=/admin', 'Max-Age=15552000']),
    );
    const all = cookiesOf(response).map(({ pair }) => pair);
    const loggedOut = await getPage(platform, '/admin/logout', { cookie: all.join('; ') });
    expect(deviceOf(loggedOut)).toBeUndefined();
    const again = await logIn(platform, ADMIN_PASSWORD, { cookie: device?.pair ?? '' });
    expect(deviceOf(again)?.pair).toBe(device?.pair);
    expect(JSON.stringify(platform.log)).not.toContain(device?.pair.split('=')[1]);
  });

  it('is a stranger once nobody was in with it for 180 days, and while its cookie is made up', async () => {
    const platform = await start(2);
    const cookie = await oldBrowser(platform);
    const database = await databaseOf(platform);
    const wrong = () => logIn(platform, 'wrong', { cookie, address: '203.0.113.1' });
    await database.query(`update login_devices set last_in_at = now() - interval '181 days'`);
    await wrong();
    // The address has used up its count, and so this browser has.
    const refused = await logIn(platform, ADMIN_PASSWORD, { cookie, address: '203.0.113.1' });
    expect(refused.status).toBe(429);
    const madeUp = { cookie: `clawcierge_device=${'a'.repeat(43)}`, address: '203.0.113.1' };
    expect((await logIn(platform, ADMIN_PASSWORD, madeUp)).status).toBe(429);
    const elsewhere = await logIn(platform, ADMIN_PASSWORD, { cookie, address: '203.0.113.2' });
    expect(elsewhere.headers.get('location')).toBe('/admin/');
    expect(deviceOf(elsewhere)?.pair).not.toBe(cookie);
    const { rows } = await database.query('select from login_devices');
    expect(rows).toHaveLength(1);
  });

  it('is forgotten where ten thousand were in later', async () => {
    const platform = await start(1_000);
    await oldBrowser(platform);
    const database = await databaseOf(platform);
    await database.query(
      `insert into login_devices select sha256(n::text::bytea), now(), now() + interval '1 day' + n * interval '1 second' from generate_series(1, 9999) n`,
    );
    const cookie = await oldBrowser(platform);
    const { rows } = await database.query('select token_hash, last_in_at > now() as is_later from login_devices');
    expect(rows).toHaveLength(10_000);
    expect(rows.filter(({ is_later }) => !is_later)).toHaveLength(1);
    expect((await logIn(platform, ADMIN_PASSWORD, { cookie })).status).toBe(303);
  });
});
