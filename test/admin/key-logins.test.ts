import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { mintApiKey } from '../../src/application/keys/api-key-format.ts';
import { agentAndSender, createApprover, ownerOf, registerAgent } from '../testkit/actors.ts';
import { eventually, within } from '../testkit/eventually.ts';
import { ask, mutateSuccessfully, send } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { ADMIN_PASSWORD, platformForFile, startTestPlatform } from '../testkit/platform.ts';
import { expectLimitsTold } from '../testkit/rate-limits.ts';
import { cookiesOf, getPage, postForm } from './admin-forms.ts';

const VIEWER = '{ viewer { __typename } }';
const HOUR_MS = 3_600_000;
const clock = createManualClock();

describe('logging in with a key', () => {
  const platform = platformForFile({
    clock,
    env: { RATE_LIMIT_FAILED_LOGINS_PER_MINUTE: '2', RATE_LIMIT_REGISTRATIONS_PER_HOUR: '1000' },
  });
  const viewerOf = async (cookie: string) => (await send(platform, VIEWER, {}, { cookie })).data.viewer?.__typename;

  /** An owner or an approver with one key, which may end at some time. */
  async function somebody(kind: 'OWNER' | 'APPROVER', expiresAt: Date | null = null) {
    const agent = await registerAgent(platform);
    const { apiKey } = kind === 'OWNER' ? ownerOf(agent) : await createApprover(platform, agent);
    if (expiresAt === null) return { apiKey };
    return mutateSuccessfully(platform, 'createApiKey', { expiresAt }, 'apiKey', { apiKey });
  }

  const idOf = async (ownerKey: string): Promise<string> => {
    const fields = '{ viewer { ... on Owner { apiKeys { id } } } }';
    return (await ask(platform, fields, {}, { apiKey: ownerKey })).viewer.apiKeys[0].id;
  };

  async function rowsOf(table: 'admin_sessions' | 'login_devices'): Promise<readonly unknown[]> {
    const client = new pg.Client({ connectionString: platform.databaseUrl, options: '-c search_path=clawcierge' });
    await client.connect();
    try {
      return (await client.query(`select from ${table}`)).rows;
    } finally {
      await client.end();
    }
  }

  const logIn = (key: string) => postForm(platform, '/admin/login', { password: key });

  async function sessionOf(apiKey: string): Promise<string> {
    const response = await logIn(apiKey);
    const [cookie] = cookiesOf(response);
    expect([response.status, response.headers.get('location')]).toEqual([303, '/admin/']);
    return cookie?.pair ?? '';
  }

  it.each([
    ['OWNER', 'Owner'],
    ['APPROVER', 'Approver'],
  ] as const)('lets an %s in as what its key speaks for, and to nothing more', async (kind, typeName) => {
    const { apiKey } = await somebody(kind);
    const response = await logIn(` ${apiKey} `);
    const cookies = cookiesOf(response);
    expect(cookies.map(({ pair }) => pair.split('=')[0])).toEqual(['clawcierge_admin']);
    expect(cookies[0]?.attributes).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Strict', 'Path=/']));
    const cookie = cookies[0]?.pair ?? '';
    expect(await viewerOf(cookie)).toBe(typeName);
    expect((await getPage(platform, '/admin/', { cookie })).status).not.toBe(303);
    const again = await getPage(platform, '/admin/login', { cookie });
    expect([again.status, again.headers.get('location')]).toEqual([303, '/admin/']);
    const { errors } = await send(platform, '{ admins { id } }', {}, { cookie });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    const lines = platform.log.lines.map((line) => JSON.parse(line));
    expect(lines).toContainEqual(
      expect.objectContaining({ message: 'somebody logged in with a key', kind: kind.toLowerCase() }),
    );
    const said = JSON.stringify(platform.log);
    for (const secret of [apiKey, cookie.split('=')[1] ?? '']) expect(said).not.toContain(secret);
    expect(await rowsOf('admin_sessions')).toEqual([]);
  });

  it('counts for nothing at REST, nor where another site sends the cookie', async () => {
    const cookie = await sessionOf((await somebody('OWNER')).apiKey);
    for (const path of ['/v1/requests', '/v1/keys']) {
      const response = await fetch(platform.url + path, { headers: { cookie } });
      expect([path, response.status]).toEqual([path, 401]);
    }
    for (const headers of [{ origin: 'https://example.org' }, { 'sec-fetch-site': 'cross-site' }]) {
      const response = await fetch(`${platform.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', cookie, ...headers },
        body: JSON.stringify({ query: VIEWER }),
      });
      expect(await response.json()).toEqual({ data: { viewer: null } });
      expect(await viewerOverSocket({ cookie, ...headers })).toBeNull();
    }
    expect(await viewerOverSocket({ cookie, origin: platform.url })).toEqual({ __typename: 'Owner' });
  });

  it('is refused with the key of a program, and with one that opens nothing', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const revoked = await somebody('OWNER');
    await mutateSuccessfully(platform, 'revokeApiKey', { apiKeyId: await idOf(revoked.apiKey) }, 'key { id }', revoked);
    const locations = await Promise.all(
      [agent.apiKey, sender.apiKey, mintApiKey('APPROVER').text, revoked.apiKey].map(async (key) => {
        const response = await logIn(key);
        expect(cookiesOf(response)).toEqual([]);
        return response.headers.get('location');
      }),
    );
    const [program, unknown] = ['/admin/login?error=program', '/admin/login?error=unknown'];
    expect(locations).toEqual([program, program, unknown, unknown]);
    for (const path of [program, unknown]) {
      expect(await (await getPage(platform, path)).text()).toContain('role="alert"');
    }
  });

  it('takes no attempt from anybody: neither wrong keys nor right ones keep passwords out', async () => {
    const { apiKey } = await somebody('OWNER');
    const keys = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? apiKey : mintApiKey('OWNER').text));
    const statuses = await Promise.all(keys.map(async (key) => (await logIn(key)).status));
    expect(new Set(statuses)).toEqual(new Set([303]));
    expect(await rowsOf('login_devices')).toEqual([]);
    const response = await logIn(ADMIN_PASSWORD);
    expect([response.status, response.headers.get('location')]).toEqual([303, '/admin/']);
  });

  it('fails sixty times a minute from one address, and is not even looked up then; right ones and passwords take nothing', async () => {
    const own = await startTestPlatform();
    try {
      const agent = await registerAgent(own);
      const attempt = (password: string) => postForm(own, '/admin/login', { password });
      for (let count = 0; count < 3; count += 1) expect(cookiesOf(await attempt(agent.ownerKey))).toHaveLength(1);
      const wrong = await Promise.all(Array.from({ length: 60 }, () => attempt(mintApiKey('OWNER').text)));
      expect(new Set(wrong.map(({ status }) => status))).toEqual(new Set([303]));
      for (const response of wrong) expectLimitsTold(response);
      const refused = await attempt(agent.ownerKey);
      expect(refused.status).toBe(429);
      expectLimitsTold(refused);
      expect(await refused.text()).toContain('Too many wrong keys.');
      expect((await attempt(ADMIN_PASSWORD)).headers.get('location')).toBe('/admin/');
      expect(JSON.stringify(own.log)).toContain('a login with a key failed');
    } finally {
      await own.stop();
    }
  });

  it('ends with the logout, and what is open with it', async () => {
    const { apiKey } = await somebody('OWNER');
    const [cookie, other] = [await sessionOf(apiKey), await sessionOf(apiKey)];
    const { closed } = await openSocket({ cookie });
    await getPage(platform, '/admin/logout', { cookie });
    expect(await viewerOf(cookie)).toBeUndefined();
    expect(await within(closed, 'close of the socket')).toBe(4001);
    expect(await viewerOf(other)).toBe('Owner');
  });

  it('ends with its key, and with its approver', async () => {
    const agent = await registerAgent(platform);
    const approver = await createApprover(platform, agent);
    const [ofOwner, ofApprover] = [await sessionOf(agent.ownerKey), await sessionOf(approver.apiKey)];
    const open = [await openSocket({ cookie: ofOwner }), await openSocket({ cookie: ofApprover })];
    const by = ownerOf(agent);
    await mutateSuccessfully(platform, 'removeApprover', { approverId: approver.id }, 'approver { id }', by);
    await mutateSuccessfully(platform, 'revokeApiKey', { apiKeyId: await idOf(agent.ownerKey) }, 'key { id }', by);
    expect(await Promise.all([ofOwner, ofApprover].map(viewerOf))).toEqual([undefined, undefined]);
    expect(await Promise.all(open.map(({ closed }) => within(closed, 'close of the socket')))).toEqual([4001, 4001]);
    expect((await logIn(agent.ownerKey)).headers.get('location')).toBe('/admin/login?error=unknown');
  });

  it('ends after twelve hours, and no later than its key', async () => {
    const short = await sessionOf((await somebody('OWNER', new Date(clock.now().getTime() + HOUR_MS))).apiKey);
    const long = await sessionOf((await somebody('OWNER')).apiKey);
    clock.advance(HOUR_MS + 1);
    expect([await viewerOf(short), await viewerOf(long)]).toEqual([undefined, 'Owner']);
    clock.advance(11 * HOUR_MS);
    expect(await viewerOf(long)).toBeUndefined();
  });

  it('is open twenty times with one key; one more ends the first', async () => {
    const { apiKey } = await somebody('APPROVER');
    const cookies: string[] = [];
    for (let n = 0; n < 21; n += 1) {
      cookies.push(await sessionOf(apiKey));
      clock.advance(1);
    }
    expect(await viewerOf(cookies[0] ?? '')).toBeUndefined();
    expect(await Promise.all(cookies.slice(1).map(viewerOf))).toEqual(Array(20).fill('Approver'));
  });

  /** A socket that was opened with those headers, as a browser does. */
  async function openSocket(headers: Readonly<Record<string, string>>) {
    const socket = new WebSocket(`${platform.socketUrl}/graphql`, 'graphql-transport-ws', { headers });
    onTestFinished(() => socket.terminate());
    const messages: { readonly type: string; readonly payload?: { readonly data: { readonly viewer: unknown } } }[] =
      [];
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    socket.on('message', (data) => messages.push(JSON.parse(String(data))));
    socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init' })));
    await eventually(() => expect(messages.map(({ type }) => type)).toContain('connection_ack'));
    return { socket, messages, closed };
  }

  async function viewerOverSocket(headers: Readonly<Record<string, string>>): Promise<unknown> {
    const { socket, messages } = await openSocket(headers);
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: VIEWER } }));
    return eventually(() => {
      const next = messages.find(({ type }) => type === 'next');
      expect(next).toBeDefined();
      return next?.payload?.data.viewer;
    });
  }
});
