import { describe, expect, it } from 'vitest';
import { ask, mutate, Subscription, send } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { ADMIN_PASSWORD, platformForFile, platformForTest } from '../testkit/platform.ts';
import { ACTIVITY, untilItTells } from './activity.ts';
import { adminCookie, cookiesOf, getPage, postForm } from './admin-forms.ts';
import { codeOf, inviteAdmin, nameAndPassword, offeredKey, PASSWORD, setUpAdmin } from './authenticator.ts';

const VIEWER = '{ viewer { __typename ... on Admin { id name } } }';
const MANY = { RATE_LIMIT_FAILED_LOGINS_PER_MINUTE: '1000' };
const clock = createManualClock();
const now = () => clock.now();
/** Codes count once, so each login has one of a later step. */
const nextStep = () => clock.advance(30_000);

describe('a named administrator', () => {
  const platform = platformForFile({ clock, env: { ...MANY, ADMIN_PASSWORD_LOGIN: 'always' } });
  const viewerOf = async (cookie: string) => (await send(platform, VIEWER, {}, { cookie })).data.viewer;
  const code = (cookie: string, typed: string) => postForm(platform, '/admin/login/code', { code: typed }, { cookie });

  it('sets a password and a second factor with its link, and is logged in', async () => {
    const by = { cookie: await adminCookie(platform) };
    const admin = await setUpAdmin(platform, 'marius', by, now);
    expect(admin.status).toBe(200);
    expect(new Set(admin.codes).size).toBe(10);
    expect(await viewerOf(admin.cookie)).toEqual({ __typename: 'Admin', id: admin.id, name: 'marius' });
    expect(await viewerOf(by.cookie)).toEqual({ __typename: 'Admin', id: null, name: 'admin' });
    const { admins } = await ask(platform, '{ admins { id name isComplete hasTotp } }', {}, by);
    expect(admins).toContainEqual({ id: admin.id, name: 'marius', isComplete: true, hasTotp: true });
    expect((await getPage(platform, admin.path)).status).toBe(404);
    const said = JSON.stringify(platform.log);
    for (const secret of [PASSWORD, admin.secret, admin.path.split('/').at(-1) ?? '', ...admin.codes]) {
      expect(said).not.toContain(secret);
    }
  });

  it('logs in with both, and the log says who does what', async () => {
    const by = { cookie: await adminCookie(platform) };
    const admin = await setUpAdmin(platform, 'ada', by, now);
    nextStep();
    const half = (await nameAndPassword(platform, ' Ada ', PASSWORD)) ?? '';
    expect(await viewerOf(half.replace('clawcierge_login', 'clawcierge_admin'))).toBeNull();
    const response = await code(half, codeOf(admin.secret, now()));
    expect([response.status, response.headers.get('location')]).toEqual([303, '/admin/']);
    const cookie = cookiesOf(response)[0]?.pair ?? '';
    expect(await viewerOf(cookie)).toMatchObject({ name: 'ada' });
    expect(cookiesOf(response).map(({ pair }) => pair.split('=')[0])).toEqual([
      'clawcierge_admin',
      'clawcierge_device',
      'clawcierge_login',
    ]);
    await inviteAdmin(platform, 'made.by.ada', { cookie });
    const acts = platform.log.lines.map((line) => JSON.parse(line)).filter(({ act }) => act !== undefined);
    expect(acts.at(-1)).toMatchObject({ act: 'create an administrator', admin: 'ada', adminName: 'made.by.ada' });
    await getPage(platform, '/admin/logout', { cookie });
    expect(await viewerOf(cookie)).toBeNull();
  });

  it('gets in with no code twice, with no half of a login twice, and with neither half alone', async () => {
    const admin = await setUpAdmin(platform, 'grace', { cookie: await adminCookie(platform) }, now);
    expect(await nameAndPassword(platform, 'grace', 'another password')).toBeNull();
    expect(await nameAndPassword(platform, 'nobody', PASSWORD)).toBeNull();
    const half = (await nameAndPassword(platform, 'grace', PASSWORD)) ?? '';
    // The code that the link was used with.
    expect((await code(half, admin.code)).status).toBe(422);
    nextStep();
    const typed = codeOf(admin.secret, now());
    const answers = await Promise.all([code(half, typed), code(half, typed), code(half, typed)]);
    expect(answers.filter((answer) => answer.headers.get('location') === '/admin/')).toHaveLength(1);
    nextStep();
    const late = await code(half, codeOf(admin.secret, now()));
    expect(late.headers.get('location')).toBe('/admin/login?error=half');
  });

  it('has five minutes for the second factor', async () => {
    const admin = await setUpAdmin(platform, 'slow', { cookie: await adminCookie(platform) }, now);
    const half = (await nameAndPassword(platform, 'slow', PASSWORD)) ?? '';
    clock.advance(5 * 60_000);
    const late = await code(half, codeOf(admin.secret, now()));
    expect(late.headers.get('location')).toBe('/admin/login?error=half');
  });

  it('gets in with each recovery code once, however it is typed', async () => {
    const { codes } = await setUpAdmin(platform, 'lost.phone', { cookie: await adminCookie(platform) }, now);
    const [first = '', second = ''] = codes;
    const tryIt = async (typed: string) => {
      const half = (await nameAndPassword(platform, 'lost.phone', PASSWORD)) ?? '';
      return (await code(half, typed)).headers.get('location');
    };
    expect(await tryIt(first)).toBe('/admin/');
    expect(await tryIt(first)).toBeNull();
    expect(await tryIt(second.toUpperCase().replaceAll('-', ' '))).toBe('/admin/');
  });

  it('may try few codes, and may still use a recovery code then', async () => {
    const admin = await setUpAdmin(platform, 'guessed', { cookie: await adminCookie(platform) }, now);
    const half = (await nameAndPassword(platform, 'guessed', PASSWORD)) ?? '';
    const guesses = await Promise.all(Array.from({ length: 14 }, () => code(half, 'guess1')));
    expect(guesses.filter(({ status }) => status === 422).length).toBeLessThanOrEqual(11);
    nextStep();
    const refused = await code(half, codeOf(admin.secret, now()));
    expect(refused.status).toBe(429);
    expect((await code(half, admin.codes[0] ?? '')).headers.get('location')).toBe('/admin/');
  });

  it('is refused a short password, a wrong code and a link that is a day old', async () => {
    const by = { cookie: await adminCookie(platform) };
    const { path } = await inviteAdmin(platform, 'late', by);
    const secret = await offeredKey(platform, path);
    const tryIt = (password: string, typed: string) => postForm(platform, path, { password, secret, code: typed });
    const short = await tryIt('eleven char', codeOf(secret, now()));
    expect(short.status).toBe(422);
    expect(await short.text()).toContain(`value="${secret}"`);
    expect((await tryIt(PASSWORD, 'no code')).status).toBe(422);
    expect(await nameAndPassword(platform, 'late', PASSWORD)).toBeNull();
    clock.advance(24 * 60 * 60_000);
    expect((await tryIt(PASSWORD, codeOf(secret, now()))).status).toBe(404);
    expect((await getPage(platform, '/admin/setup/x')).status).toBe(404);
  });

  it.each([
    ['', 'must not be empty'],
    ['admin', 'so the log calls the one password'],
    ['Two Words', 'must be of a–z'],
    ['x'.repeat(65), 'must be at most 64'],
    ['taken', 'is another administrator’s'],
  ])('is not called "%.10s"', async (name, message) => {
    const by = { cookie: await adminCookie(platform) };
    if (name === 'taken') await mutate(platform, 'createAdmin', { name }, 'admin { id }', by);
    const { issues } = await mutate(platform, 'createAdmin', { name }, 'admin { id }', by);
    expect(JSON.stringify(issues)).toContain(message);
  });

  it('ends with what it has open when it is removed, and may come back under its name with nothing of before', async () => {
    const by = { cookie: await adminCookie(platform) };
    const admin = await setUpAdmin(platform, 'leaver', by, now);
    const open = Subscription.open(platform, ACTIVITY, {}, admin);
    await untilItTells(platform, open);
    expect(await viewerOf(admin.cookie)).toMatchObject({ name: 'leaver' });
    const removed = await mutate(platform, 'removeAdmin', { adminId: admin.id }, 'admin { name }', by);
    expect(removed.admin).toEqual({ name: 'leaver' });
    expect(await open.events.ended()).toHaveProperty('error');
    expect(await viewerOf(admin.cookie)).toBeNull();
    expect(await nameAndPassword(platform, 'leaver', PASSWORD)).toBeNull();
    const again = await mutate(platform, 'removeAdmin', { adminId: admin.id }, '__typename', by);
    expect(again.__typename).toBe('AdminNotFoundError');
    await inviteAdmin(platform, 'leaver', by);
    expect(await nameAndPassword(platform, 'leaver', PASSWORD)).toBeNull();
  });
});

describe('ADMIN_PASSWORD_LOGIN', () => {
  const byPassword = async (platform: { readonly url: string }) =>
    (await postForm(platform, '/admin/login', { password: ADMIN_PASSWORD })).headers.get('location') === '/admin/';

  it('auto: the one password opens until a named administrator can log in, and again when the last one is gone', async () => {
    const platform = await platformForTest({ env: MANY });
    const by = { cookie: await adminCookie(platform) };
    await inviteAdmin(platform, 'unused.link', by);
    expect(await byPassword(platform)).toBe(true);
    const admin = await setUpAdmin(platform, 'first', by, () => new Date());
    expect(await byPassword(platform)).toBe(false);
    expect(await (await getPage(platform, '/admin/login')).text()).not.toContain('ADMIN_PASSWORD');
    await mutate(platform, 'removeAdmin', { adminId: admin.id }, '__typename', { cookie: admin.cookie });
    expect(await byPassword(platform)).toBe(true);
  });

  it('never: the one password opens nothing, and whoever can log in last stays', async () => {
    const first = await platformForTest({ env: MANY });
    const admin = await setUpAdmin(first, 'last', { cookie: await adminCookie(first) }, () => new Date());
    const platform = await platformForTest({
      databaseUrl: first.databaseUrl,
      env: { ...MANY, ADMIN_PASSWORD_LOGIN: 'never' },
    });
    expect(await byPassword(platform)).toBe(false);
    const by = { cookie: admin.cookie };
    const { issues } = await mutate(platform, 'removeAdmin', { adminId: admin.id }, '__typename', by);
    expect(issues).toEqual([{ path: 'input.adminId', message: expect.stringContaining('nobody else could log in') }]);
  });

  it('never, with nobody set up: the log says that nobody can log in', async () => {
    const platform = await platformForTest({ env: { ADMIN_PASSWORD_LOGIN: 'never' } });
    expect(JSON.stringify(platform.log)).toContain('nobody can log in as administrator');
  });
});
