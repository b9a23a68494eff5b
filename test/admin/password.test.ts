import { describe, expect, it } from 'vitest';
import { hashPassword, isPasswordOf } from '../../src/application/admin/password-hash.ts';
import { startPlatform } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import { systemClock } from '../../src/system-clock.ts';
import { submit } from '../testkit/actors.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask, Subscription } from '../testkit/graphql.ts';
import { ADMIN_PASSWORD, platformForTest } from '../testkit/platform.ts';
import { createTestDatabase, silentLog } from '../testkit/postgres.ts';
import { ACTIVITY, untilItTells } from './activity.ts';
import { adminCookie, getPage, postForm } from './admin-forms.ts';

const VIEWER = '{ viewer { __typename } }';

describe('a password hash', () => {
  it('knows its password and no other, under a salt of its own', async () => {
    const [first, second] = await Promise.all([hashPassword('secret'), hashPassword('secret')]);
    expect(first).not.toBe(second);
    expect(await isPasswordOf(first, 'secret')).toBe(true);
    expect(await isPasswordOf(first, 'Secret')).toBe(false);
    expect(await isPasswordOf(first, '')).toBe(false);
  });

  it('is the same however a character is composed', async () => {
    expect(await isPasswordOf(await hashPassword('Caf\u00e9'), 'Cafe\u0301')).toBe(true);
  });

  it.each(['', 'secret', 'scrypt', 'plain$1$2$3$c2FsdA$ZGlnZXN0', 'scrypt$16$1$1$c2FsdA$ZGlnZXN0'])(
    'opens nothing when it is "%s"',
    async (hash) => {
      expect(await isPasswordOf(hash, 'secret')).toBe(false);
    },
  );
});

describe('the administrator’s password', () => {
  it('is made at the first start without one, told once, and kept', async () => {
    const database = await createTestDatabase();
    const start = () =>
      startPlatform(readConfig({ APP_ENV: 'test', PORT: '0', LOG_LEVEL: 'silent' }), {
        databaseUrl: database.url,
        clock: systemClock,
        log: silentLog,
      });
    const first = await start();
    const password = first.generatedAdminPassword ?? '';
    expect(password).toMatch(/^[\w-]{24}$/);
    await first.stop();
    const again = await start();
    try {
      expect(again.generatedAdminPassword).toBeNull();
      expect(await adminCookie(again, password)).toMatch(/^clawcierge_admin=/);
    } finally {
      await again.stop();
      await database.drop();
    }
  });

  it('counts on every node at once when a node starts with a new one, and ends the sessions of the old one', async () => {
    const first = await platformForTest();
    const cookie = await adminCookie(first);
    const second = await platformForTest({ databaseUrl: first.databaseUrl });
    expect((await ask(second, VIEWER, {}, { cookie })).viewer.__typename).toBe('Admin');
    await platformForTest({ databaseUrl: first.databaseUrl, env: { ADMIN_PASSWORD: 'another password' } });
    expect((await ask(first, VIEWER, {}, { cookie })).viewer).toBeNull();
    expect((await postForm(first, '/admin/login', { password: ADMIN_PASSWORD })).headers.get('location')).toBe(
      '/admin/login?error=password',
    );
    expect(await adminCookie(first, 'another password')).toBeTruthy();
  });
});

describe('wrong passwords', () => {
  it('are slowed, then refused for a while whatever the password is; the right one is not counted', async () => {
    const platform = await platformForTest({ env: { RATE_LIMIT_FAILED_LOGINS_PER_MINUTE: '6', TRUST_PROXY: '1' } });
    const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
    for (let i = 0; i < 5; i++) {
      const right = await postForm(platform, '/admin/login', { password: ADMIN_PASSWORD }, from('192.0.2.1'));
      expect(right.headers.get('location')).toBe('/admin/');
    }
    const started = performance.now();
    const wrong = await Promise.all(
      Array.from({ length: 8 }, () => postForm(platform, '/admin/login', { password: 'wrong' }, from('192.0.2.1'))),
    );
    expect(performance.now() - started).toBeGreaterThan(450);
    expect(wrong.filter(({ status }) => status === 303)).toHaveLength(3);
    expect(wrong.filter(({ status }) => status === 429)).toHaveLength(5);
    const refused = await postForm(platform, '/admin/login', { password: ADMIN_PASSWORD }, from('192.0.2.1'));
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(30);
    expect(await refused.text()).toContain('Too many wrong passwords');
    const elsewhere = await postForm(platform, '/admin/login', { password: ADMIN_PASSWORD }, from('192.0.2.2'));
    expect(elsewhere.status).toBe(303);
  });

  it('are counted in all, too', async () => {
    const platform = await platformForTest({ env: { RATE_LIMIT_FAILED_LOGINS_PER_MINUTE: '2', TRUST_PROXY: '1' } });
    const attempts = await Promise.all(
      Array.from({ length: 8 }, (_, i) => {
        const headers = { 'x-forwarded-for': `192.0.2.${i}` };
        return postForm(platform, '/admin/login', { password: 'wrong' }, { headers });
      }),
    );
    expect(attempts.filter(({ status }) => status === 303)).toHaveLength(5);
    expect(attempts.filter(({ status }) => status === 429)).toHaveLength(3);
  });
});

describe('what is open with a session', () => {
  it('ends with the logout', async () => {
    const platform = await platformForTest();
    const cookie = await adminCookie(platform);
    const ended = Subscription.open(platform, ACTIVITY, {}, { cookie });
    const kept = Subscription.open(platform, ACTIVITY, {}, { cookie: await adminCookie(platform) });
    await untilItTells(platform, ended);
    const { agent, sender } = await untilItTells(platform, kept);
    await getPage(platform, '/admin/logout', { cookie });
    expect(await ended.events.ended()).toMatchObject({ error: { code: 4001 } });
    const before = kept.events.pending().length;
    await submit(platform, agent, sender, { action: 'none' });
    await eventually(() => expect(kept.events.pending().length).toBeGreaterThan(before));
  });

  it('ends on nodes that no hint reaches, too', async () => {
    const first = await platformForTest();
    const second = await platformForTest({ databaseUrl: first.databaseUrl });
    const cookie = await adminCookie(first);
    const elsewhere = Subscription.open(second, ACTIVITY, {}, { cookie });
    await untilItTells(second, elsewhere);
    await getPage(first, '/admin/logout', { cookie });
    // The socket is closed and the subscription refused, whichever comes first.
    expect(await elsewhere.events.ended(15_000)).toHaveProperty('error');
  });
});
