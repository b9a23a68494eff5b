import { describe, expect, it } from 'vitest';
import { registerAgent, registerSender } from '../testkit/actors.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForFile, platformForTest } from '../testkit/platform.ts';
import { expectProblem, rest } from './rest-client.ts';

const clock = createManualClock();
const platform = platformForFile({ clock });

describe.each([
  ['a sender', () => registerSender(platform)],
  ['an agent', () => registerAgent(platform)],
] as const)('%s', (_who, register) => {
  it('rotates its key without a gap: makes a new one, uses it, revokes the old one', async () => {
    const { apiKey: old } = await register();
    const made = await rest(platform, 'POST', '/v1/keys', { key: old });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ is_current: false, expires_at: null, revoked_at: null });
    const { api_key: key } = made.body;
    const before = await rest(platform, 'GET', '/v1/keys', { key });
    expect(before.body.items.map((each: { is_current: boolean }) => each.is_current)).toEqual([true, false]);
    expect(before.text).not.toContain(key);
    const [, { id: oldId }] = before.body.items;
    expect((await rest(platform, 'DELETE', `/v1/keys/${oldId}`, { key })).status).toBe(204);
    expectProblem(await rest(platform, 'GET', '/v1/keys', { key: old }), 401, 'unauthenticated');
    const after = await rest(platform, 'GET', '/v1/keys', { key });
    expect(after.body.items).toMatchObject([{ revoked_at: null }, { id: oldId, revoked_at: expect.any(String) }]);
  });

  it('makes a key that ends by itself', async () => {
    const { apiKey: key } = await register();
    const expiresAt = new Date(clock.now().getTime() + 60_000).toISOString();
    const made = await rest(platform, 'POST', '/v1/keys', { key, body: { expires_at: expiresAt } });
    expect(made.body.expires_at).toBe(expiresAt);
    clock.advance(61_000);
    expectProblem(await rest(platform, 'GET', '/v1/keys', { key: made.body.api_key }), 401, 'unauthenticated');
  });
});

describe('a key that is not to be had', () => {
  it('is refused with the field that is wrong', async () => {
    const { apiKey: key } = await registerSender(platform);
    for (const [expires_at, message] of [
      ['tomorrow', 'must be an RFC 3339 instant, such as "2026-01-31T12:00:00Z"'],
      [5, 'must be string or null'],
      ['2020-01-01T00:00:00Z', 'must be in the future'],
    ]) {
      const answer = await rest(platform, 'POST', '/v1/keys', { key, body: { expires_at } });
      expectProblem(answer, 422, 'invalid-input');
      expect(answer.body.errors).toEqual([{ path: 'expires_at', message }]);
    }
  });

  it('is no key of somebody else to revoke', async () => {
    const [owner, stranger] = [await registerSender(platform), await registerSender(platform)];
    const { body } = await rest(platform, 'GET', '/v1/keys', { key: owner.apiKey });
    for (const id of [body.items[0].id, '019ab3c1-7a10-7c3e-8f21-5b6a0d9e4c11', 'x']) {
      const answer = await rest(platform, 'DELETE', `/v1/keys/${id}`, { key: stranger.apiKey });
      expectProblem(answer, 404, 'api-key-not-found');
    }
    expect((await rest(platform, 'GET', '/v1/keys', { key: owner.apiKey })).status).toBe(200);
  });

  it('is one of too many within a minute, as of everything that is written', async () => {
    const limited = await platformForTest({ env: { RATE_LIMIT_PUBLICATIONS_PER_MINUTE: '2' } });
    const { apiKey: key } = await registerSender(limited);
    for (let i = 0; i < 2; i++) expect((await rest(limited, 'POST', '/v1/keys', { key })).status).toBe(201);
    const refused = await rest(limited, 'POST', '/v1/keys', { key });
    expectProblem(refused, 429, 'rate-limited');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});
