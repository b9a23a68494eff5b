import { describe, expect, it } from 'vitest';
import { mintApiKey } from '../../src/application/keys/api-key-format.ts';
import { postForm } from '../admin/admin-forms.ts';
import { rest } from '../rest/rest-client.ts';
import { registerSender, type Sender } from '../testkit/actors.ts';
import { eventually } from '../testkit/eventually.ts';
import { mutateSuccessfully } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForFile } from '../testkit/platform.ts';
import { auditProgramIn, settingsOf } from './audit-program.ts';
import { auditEntries } from './entries.ts';

/** What no change is noted with: it is counted, or comes with the time. */

const clock = createManualClock();
const platform = platformForFile({ clock, env: { TRUST_PROXY: '1' } });
const { ofSubject, ofType, query } = auditEntries(platform);

describe('a key that expires', () => {
  const ofKey = async (id: string) => (await ofSubject(id)).filter(({ type }) => type === 'key.expired');
  const made = async (by: Sender, seconds: number): Promise<{ apiKey: string; id: string }> => {
    const expiresAt = new Date(clock.now().getTime() + seconds * 1_000).toISOString();
    const { apiKey, key } = await mutateSuccessfully(platform, 'createApiKey', { expiresAt }, 'apiKey key { id }', by);
    return { apiKey, id: key.id };
  };

  it('is noted once, by the platform, unless it was revoked before', async () => {
    const sender = await registerSender(platform);
    const [ending, revoked, going] = [await made(sender, 60), await made(sender, 60), await made(sender, 86_400)];
    await mutateSuccessfully(platform, 'revokeApiKey', { apiKeyId: revoked.id }, 'key { id }', sender);
    const rotated = await made(sender, 86_400);
    const input = { apiKeyId: rotated.id, overlapSeconds: 30 };
    await mutateSuccessfully(platform, 'rotateApiKey', input, 'apiKey', sender);
    expect(await ofKey(ending.id)).toEqual([]);
    clock.advance(61_000);
    const about = { kind: 'sender', holder: sender.id, expiresAt: expect.stringMatching(/^20.*T.*\.\d{3}Z$/) };
    const noted = { actor_kind: 'platform', actor_id: null, subject_kind: 'key', sender_id: sender.id, agent_id: null };
    await eventually(async () => {
      expect(await ofKey(ending.id)).toMatchObject([{ ...noted, data: { ...about, isReplaced: false } }]);
      expect(await ofKey(rotated.id)).toMatchObject([{ ...noted, data: { ...about, isReplaced: true } }]);
    });
    // Whatever is noted of it later is no second end.
    await mutateSuccessfully(platform, 'revokeApiKey', { apiKeyId: ending.id }, 'key { id }', sender);
    const later = await made(sender, 5);
    clock.advance(21_000);
    await eventually(async () => expect(await ofKey(later.id)).toHaveLength(1));
    for (const [{ id }, times] of [
      [ending, 1],
      [revoked, 0],
      [going, 0],
    ] as const) {
      expect(await ofKey(id)).toHaveLength(times);
    }
  });

  it('is noted by whoever makes room for another one, where that comes first', async () => {
    const sender = await registerSender(platform);
    const { id } = await made(sender, 60);
    // As long as the clock stands, nothing looks for what has expired.
    await clock.standStill(async () => {
      await query("update api_keys set expires_at = expires_at - interval '1 day' where id = $1", [id]);
      await query(
        `insert into api_keys (id, sender_id, hash, prefix, scopes, created_at, expires_at, is_end_noted)
         select overlay(gen_random_uuid()::text placing 'ffffffff' from 1)::uuid, $1, decode(md5(n::text), 'hex'), 'clw_sender_', '{}',
           now(), now() - interval '1 day', true from generate_series(1, 100) n`,
        [sender.id],
      );
      expect(await ofKey(id)).toEqual([]);
      await made(sender, 60);
    });
    expect(await query('select id from api_keys where id = $1', [id])).toEqual([]);
    expect(await ofKey(id)).toMatchObject([{ actor_kind: 'platform', sender_id: sender.id }]);
  });
});

describe('credentials that open nothing', () => {
  const WRONG = mintApiKey('SENDER').text;
  const tryKey = (address: string, key = WRONG) =>
    rest(platform, 'GET', '/v1/requests', { key, headers: { 'x-forwarded-for': address } });
  const failures = () => ofType('authentication.failed');
  const networks = async () => (await failures()).map(({ details }) => details?.network);

  it('are on record a minute later, counted by network', async () => {
    const { apiKey } = await registerSender(platform);
    expect((await tryKey('192.0.2.7', apiKey)).status).toBe(200);
    const begun = clock.now();
    for (const address of ['192.0.2.7', '192.0.2.9', '::ffff:192.0.2.9']) {
      expect((await tryKey(address)).status).toBe(401);
    }
    await tryKey('2001:db8:1:2::3', 'no-key-of-ours');
    await rest(platform, 'POST', '/graphql', {
      key: WRONG,
      headers: { 'x-forwarded-for': '2001:db8:1:9::3' },
      body: { query: '{ requests { totalCount } }' },
    });
    const headers = { origin: platform.url, 'sec-fetch-site': 'same-origin', 'x-forwarded-for': '192.0.2.8' };
    const login = postForm(platform, '/admin/login', { password: 'guessed' }, { headers });
    await eventually(() => expect(platform.log.lines.join()).toContain('a login as administrator failed'));
    clock.advance(500);
    expect((await login).status).not.toBe(200);
    expect(await failures()).toEqual([]);
    clock.advance(61_000);
    await eventually(async () => {
      expect(await failures()).toMatchObject([
        {
          actor_kind: 'anonymous',
          actor_id: null,
          subject_kind: 'network',
          subject_id: null,
          data: { keys: 3, logins: 1, isOneNetwork: true, since: expect.any(String) },
          details: { network: '192.0.2.0/24' },
        },
        { data: { keys: 2, logins: 0, isOneNetwork: true }, details: { network: '2001:db8:1::/48' } },
      ]);
    });
    const [{ data }] = (await failures()) as [Awaited<ReturnType<typeof failures>>[number]];
    expect(Date.parse(data.since)).toBeGreaterThanOrEqual(begun.getTime());
    expect(JSON.stringify(await query('select data from audit_events'))).not.toContain('192.0.2');
  });

  it('are noted ever more seldom for a network that goes on', async () => {
    const before = (await failures()).length;
    await tryKey('192.0.2.7');
    await tryKey('198.51.100.1');
    clock.advance(61_000);
    // The other network's is due, and the first one's, which has had an entry, is not.
    await eventually(async () => expect((await networks()).slice(before)).toEqual(['198.51.100.0/24']));
    await tryKey('192.0.2.7');
    clock.advance(61_000);
    await eventually(async () =>
      expect((await failures()).slice(before + 1)).toMatchObject([
        { data: { keys: 2 }, details: { network: '192.0.2.0/24' } },
      ]),
    );
  });

  it('are counted together beyond a hundred networks', async () => {
    clock.advance(2 * 3_600_000);
    const before = (await failures()).length;
    await Promise.all(Array.from({ length: 20 }, () => tryKey('203.0.113.1')));
    for (let third = 0; third < 110; third += 1) await tryKey(`10.0.${third}.1`);
    clock.advance(61_000);
    await eventually(async () => expect((await failures()).length).toBeGreaterThan(before));
    const noted = (await failures()).slice(before);
    expect(noted).toHaveLength(101);
    expect(noted.reduce((sum, { data }) => sum + data.keys, 0)).toBe(130);
    expect(noted.filter(({ data }) => !data.isOneNetwork)).toMatchObject([{ data: { keys: 11 }, details: null }]);
  });

  it('have no network any more once what is personal of an address was erased', async () => {
    const audit = auditProgramIn(process.cwd());
    expect(await networks()).toContain('192.0.2.0/24');
    const erased = await audit(['erase', '--address', '192.0.2.7'], settingsOf(platform));
    expect(erased, erased.stderr).toMatchObject({ code: 0, stderr: expect.stringContaining('Erased') });
    expect(await networks()).not.toContain('192.0.2.0/24');
    expect(await networks()).toContain('2001:db8:1::/48');
    expect(await ofType('audit.erased')).toMatchObject([{ subject_id: null, data: { entries: 2 } }]);
  });

  it('have no address any more that was erased, however it is written', async () => {
    const headers = { 'x-forwarded-for': '2001:db8:5::7' };
    const { id } = await rest(platform, 'POST', '/v1/senders', { headers, body: { display_name: 'A sender' } }).then(
      ({ body }) => body as { readonly id: string },
    );
    const addresses = async () => (await ofSubject(id)).map(({ details }) => details?.address);
    expect(await addresses()).toContain('2001:db8:5::7');
    const audit = auditProgramIn(process.cwd());
    await audit(['erase', '--address', '2001:0DB8:5:0:0::7'], settingsOf(platform));
    expect(await addresses()).not.toContain('2001:db8:5::7');
  });
});
