import { describe, expect, it } from 'vitest';
import { ask, mutateSuccessfully, send } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { ADMIN_PASSWORD, platformForFile } from '../testkit/platform.ts';
import { adminCookie, cookiesOf, getPage, postForm } from './admin-forms.ts';
import { codeOf, inviteAdmin, nameAndPassword, offeredKey, PASSWORD, setUpAdmin } from './authenticator.ts';
import { SoftAuthenticator } from './soft-authenticator.ts';

type Asked = { readonly challenge: string };
const ACCOUNT = '/admin/account';
const clock = createManualClock();
const now = () => clock.now();

describe('a passkey', () => {
  const platform = platformForFile({
    clock,
    env: { RATE_LIMIT_FAILED_LOGINS_PER_MINUTE: '1000', ADMIN_PASSWORD_LOGIN: 'always' },
  });
  /** Without PUBLIC_URL passkeys are of localhost only. */
  const local = () => ({ url: platform.url.replace('127.0.0.1', 'localhost') });
  let admin: Promise<string> | null = null;
  const loggedIn = async () => {
    admin ??= adminCookie(platform);
    return { cookie: await admin };
  };

  /** What the page asks a browser for; null where it asks for nothing. */
  async function optionsOf(response: Response): Promise<Asked | null> {
    const [, options] = /data-options="([^"]*)"/.exec(await response.text()) ?? [];
    return options === undefined ? null : JSON.parse(options.replaceAll('&quot;', '"').replaceAll('&amp;', '&'));
  }

  const challengeAt = async (path: string, cookie?: string) => {
    const options = await optionsOf(await getPage(local(), path, cookie === undefined ? {} : { cookie }));
    if (options === null) throw new Error(`${path} asks for no passkey`);
    return options;
  };

  /** An administrator who has only a passkey besides the password. */
  async function withPasskey(name: string) {
    const { id, path } = await inviteAdmin(platform, name, await loggedIn());
    const authenticator = new SoftAuthenticator();
    const passkey = authenticator.create(await challengeAt(path), local().url);
    const response = await postForm(local(), path, { password: PASSWORD, passkey });
    return { id, path, authenticator, response, cookie: cookiesOf(response)[0]?.pair ?? '' };
  }

  const half = async (name: string) => (await nameAndPassword(platform, name, PASSWORD)) ?? '';
  const prove = (cookie: string, passkey: string) => postForm(local(), '/admin/login/code', { passkey }, { cookie });
  const whereTo = (response: Response) => [response.status, response.headers.get('location')];

  it('is a second factor from the first login on, in place of a code', async () => {
    const { id, authenticator, response } = await withPasskey('ada');
    expect(await response.text()).toContain('Keep these recovery codes');
    const { admins } = await ask(
      platform,
      '{ admins { id isComplete hasTotp passkeys { id label lastUsedAt } } }',
      {},
      await loggedIn(),
    );
    const passkey = { id: authenticator.id.toString('base64url'), label: 'Passkey', lastUsedAt: null };
    expect(admins).toContainEqual({ id, isComplete: true, hasTotp: false, passkeys: [passkey] });
    const cookie = await half('ada');
    const proven = await prove(cookie, authenticator.get(await challengeAt('/admin/login/code', cookie), local().url));
    expect(whereTo(proven)).toEqual([303, '/admin/']);
    const session = cookiesOf(proven)[0]?.pair ?? '';
    const { data } = await send(platform, '{ viewer { ... on Admin { name } } }', {}, { cookie: session });
    expect(data.viewer).toEqual({ name: 'ada' });
  });

  it('lets in by nothing but its own answer to what was asked just now, once', async () => {
    const { authenticator } = await withPasskey('grace');
    const other = await withPasskey('linus');
    const cookie = await half('grace');
    const asked = () => challengeAt('/admin/login/code', cookie);
    const before = await asked();
    const at = local().url;
    const wrong = [
      () => authenticator.get(before, at),
      (now: Asked) => authenticator.get(now, 'http://localhost:1'),
      (now: Asked) => other.authenticator.get(now, at),
      (now: Asked) => authenticator.create(now, at),
      () => '{}',
    ];
    for (const [index, answer] of wrong.entries()) {
      expect([index, (await prove(cookie, answer(await asked()))).status]).toEqual([index, 422]);
    }
    // What it was asked before a wrong answer counts no more.
    const spent = authenticator.get(await asked(), at);
    await prove(cookie, 'no JSON');
    expect((await prove(cookie, spent)).status).toBe(422);
    const right = authenticator.get(await asked(), at);
    const answers = await Promise.all([prove(cookie, right), prove(cookie, right)]);
    expect(answers.map(whereTo).filter(([, to]) => to === '/admin/')).toHaveLength(1);
  });

  it('that was copied shows by its counter', async () => {
    const { authenticator } = await withPasskey('dennis');
    const login = async () => {
      const cookie = await half('dennis');
      const asked = await challengeAt('/admin/login/code', cookie);
      return (await prove(cookie, authenticator.get(asked, local().url))).status;
    };
    authenticator.counter = 5;
    expect(await login()).toBe(303);
    authenticator.counter = 5;
    expect(await login()).toBe(422);
    expect(await login()).toBe(303);
  });

  it('is too late after five minutes', async () => {
    const admin = await setUpAdmin(platform, 'slow', await loggedIn(), now);
    const { challenge } = await challengeAt(ACCOUNT, admin.cookie);
    clock.advance(5 * 60_000);
    const passkey = new SoftAuthenticator().create({ challenge }, local().url);
    const late = await postForm(local(), `${ACCOUNT}/passkeys`, { passkey }, { cookie: admin.cookie });
    expect(late.status).toBe(422);
  });

  it('is added and removed by whoever is logged in by name, and the last second factor stays', async () => {
    const { cookie, id } = await withPasskey('ken');
    const passkeys = async (): Promise<{ id: string; label: string }[]> => {
      const { admins } = await ask(platform, '{ admins { id passkeys { id label } } }', {}, await loggedIn());
      return admins.find((admin: { id: string }) => admin.id === id).passkeys;
    };
    const remove = async (passkey: string) =>
      (await postForm(local(), `${ACCOUNT}/passkeys/remove`, { id: passkey }, { cookie })).status;
    const [first] = await passkeys();
    expect(await remove(first?.id ?? '')).toBe(422);
    const second = new SoftAuthenticator();
    const passkey = second.create(await challengeAt(ACCOUNT, cookie), local().url);
    const added = await postForm(
      local(),
      `${ACCOUNT}/passkeys`,
      { passkey, label: ' My\u0000 key\u202e ' },
      { cookie },
    );
    expect(whereTo(added)).toEqual([303, ACCOUNT]);
    expect((await passkeys()).map(({ label }) => label)).toEqual(['Passkey', 'My key']);
    const again = await postForm(local(), `${ACCOUNT}/passkeys`, { passkey }, { cookie });
    expect(again.status).toBe(422);
    expect(await remove(first?.id ?? '')).toBe(303);
    expect((await passkeys()).map(({ label }) => label)).toEqual(['My key']);
    expect(await remove('not one of them')).toBe(303);
    const acts = platform.log.lines.map((line) => JSON.parse(line)).filter(({ act }) => act?.endsWith('a passkey'));
    expect(acts.map(({ act, admin }) => [act, admin])).toEqual([
      ['add a passkey', 'ken'],
      ['remove a passkey', 'ken'],
    ]);
  });

  it('is joined by an authenticator app, whose codes let in as well, and then need not stay', async () => {
    const { id, authenticator, cookie } = await withPasskey('hedy');
    const add = (fields: Readonly<Record<string, string>>) =>
      postForm(platform, `${ACCOUNT}/authenticator`, fields, { cookie });
    const secret = await offeredKey(platform, ACCOUNT, cookie);
    const wrong = await add({ secret, code: '000000' });
    expect(wrong.status).toBe(422);
    // The same key, so that the app need not be given another one.
    expect(await wrong.text()).toContain(`name="secret" value="${secret}"`);
    expect((await add({ secret: 'of no length', code: codeOf(secret, now()) })).status).toBe(422);
    const code = codeOf(secret, now());
    const answers = await Promise.all([add({ secret, code }), add({ secret, code })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 422]);
    expect(await (await getPage(platform, ACCOUNT, { cookie })).text()).not.toContain('name="secret"');
    const { admins } = await ask(platform, '{ admins { id hasTotp passkeys { id } } }', {}, await loggedIn());
    expect(admins).toContainEqual({ id, hasTotp: true, passkeys: [{ id: expect.any(String) }] });
    // Its own code was used; the next one lets in, and so does the passkey.
    const halfway = await half('hedy');
    expect((await postForm(platform, '/admin/login/code', { code }, { cookie: halfway })).status).toBe(422);
    clock.advance(30_000);
    const typed = codeOf(secret, now());
    const proven = await postForm(platform, '/admin/login/code', { code: typed }, { cookie: halfway });
    expect(whereTo(proven)).toEqual([303, '/admin/']);
    const removed = await postForm(
      platform,
      `${ACCOUNT}/passkeys/remove`,
      { id: authenticator.id.toString('base64url') },
      { cookie },
    );
    expect(removed.status).toBe(303);
    const said = JSON.stringify(platform.log);
    expect(said).toContain('add an authenticator app');
    expect(said).not.toContain(secret);
    // Whoever logged in with the one password has no second factor to add to.
    const byPassword = await postForm(platform, `${ACCOUNT}/authenticator`, { secret, code }, await loggedIn());
    expect(byPassword.status).toBe(403);
  });

  it('is one of ten at most', async () => {
    const admin = await setUpAdmin(platform, 'many', await loggedIn(), now);
    const { cookie } = admin;
    for (let n = 0; n < 10; n += 1) {
      const passkey = new SoftAuthenticator().create(await challengeAt(ACCOUNT, cookie), local().url);
      expect((await postForm(local(), `${ACCOUNT}/passkeys`, { passkey }, { cookie })).status).toBe(303);
    }
    expect(await optionsOf(await getPage(local(), ACCOUNT, { cookie }))).toBeNull();
  });

  it('goes with its administrator', async () => {
    const { id, authenticator } = await withPasskey('leaving');
    const by = await loggedIn();
    await mutateSuccessfully(platform, 'removeAdmin', { adminId: id }, 'admin { isComplete passkeys { id } }', by);
    const { path } = await inviteAdmin(platform, 'leaving', by);
    const passkey = authenticator.create(await challengeAt(path), local().url);
    expect((await postForm(local(), path, { password: PASSWORD, passkey })).status).toBe(200);
  });

  it('is asked for only where a browser would take it, and of nobody without one', async () => {
    const { path } = await inviteAdmin(platform, 'barbara', await loggedIn());
    expect(await optionsOf(await getPage(platform, path))).toBeNull();
    const admin = await setUpAdmin(platform, 'margaret', await loggedIn(), now);
    clock.advance(30_000);
    const cookie = await half('margaret');
    expect(await optionsOf(await getPage(local(), '/admin/login/code', { cookie }))).toBeNull();
    expect((await prove(cookie, new SoftAuthenticator().get({ challenge: 'x' }, local().url))).status).toBe(422);
    const code = await postForm(platform, '/admin/login/code', { code: codeOf(admin.secret, now()) }, { cookie });
    expect(whereTo(code)).toEqual([303, '/admin/']);
  });

  it('is nothing for whoever has no name here', async () => {
    expect(whereTo(await getPage(local(), ACCOUNT))).toEqual([303, `/admin/login?next=${encodeURIComponent(ACCOUNT)}`]);
    const { cookie } = await loggedIn();
    expect((await getPage(local(), ACCOUNT, { cookie })).status).toBe(403);
    const passkey = new SoftAuthenticator().create({ challenge: 'x' }, local().url);
    expect((await postForm(local(), `${ACCOUNT}/passkeys`, { passkey }, { cookie })).status).toBe(403);
    expect(JSON.stringify(platform.log)).not.toContain(ADMIN_PASSWORD);
  });

  it('can be of a name of the platform’s own, over TLS', async () => {
    const { relyingPartyAt } = await import('../../src/application/admin/webauthn.ts');
    const publicUrl = 'https://agents.example.org/base';
    const party = { id: 'agents.example.org', origin: 'https://agents.example.org' };
    expect(relyingPartyAt('https://agents.example.org', publicUrl)).toEqual(party);
    for (const elsewhere of ['http://agents.example.org', 'https://example.org', 'http://localhost', 'x', '']) {
      expect([elsewhere, relyingPartyAt(elsewhere, publicUrl)]).toEqual([elsewhere, null]);
    }
    for (const [address, setting] of [
      ['https://192.0.2.1', 'https://192.0.2.1'],
      ['https://[2001:db8::1]', 'https://[2001:db8::1]'],
      ['http://agents.example.org', 'http://agents.example.org'],
      ['http://127.0.0.1:8000', ''],
    ] as const) {
      expect([address, relyingPartyAt(address, setting)]).toEqual([address, null]);
    }
    expect(relyingPartyAt('http://localhost:8000', '')).toEqual({ id: 'localhost', origin: 'http://localhost:8000' });
  });
});
