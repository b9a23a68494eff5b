import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { API_KEY_SCOPES } from '../../src/domain/api-key.ts';
import { agentAndSender, openChannel, registerAgent, registerSender, STANDUP } from '../testkit/actors.ts';
import { mutateSuccessfully } from '../testkit/graphql.ts';
import { limitedKey } from '../testkit/limited-keys.ts';
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

describe('a limited key', () => {
  const WORKER = ['channel:open', 'requests:answer'];

  it('is listed with what it may do, and makes none that may do more', async () => {
    const { apiKey: whole } = await registerAgent(platform);
    const scopes = ['agent:manage', ...WORKER];
    const { body } = await rest(platform, 'POST', '/v1/keys', { key: whole, body: { scopes: scopes.toReversed() } });
    expect(body).toMatchObject({ scopes, is_limited: true });
    const key = body.api_key;
    const further = await rest(platform, 'POST', '/v1/keys', { key });
    expect(further.body).toMatchObject({ scopes, is_limited: true });
    const more = await rest(platform, 'POST', '/v1/keys', { key, body: { scopes: [...WORKER, 'requests:submit'] } });
    expectProblem(more, 422, 'invalid-input');
    expect(more.body.errors).toEqual([{ path: 'scopes.2', message: 'is a scope that the key in use lacks' }]);
    const list = await rest(platform, 'GET', '/v1/keys', { key });
    expect(list.body.items.map((each: { is_limited: boolean }) => each.is_limited)).toEqual([true, true, false]);
    expect(list.body.items[2].scopes).toEqual(API_KEY_SCOPES.AGENT);
  });

  it('is not limited where it asks for all that there is', async () => {
    const { apiKey: key } = await registerSender(platform);
    const body = { scopes: API_KEY_SCOPES.SENDER };
    expect((await rest(platform, 'POST', '/v1/keys', { key, body })).body).toMatchObject({
      ...body,
      is_limited: false,
    });
  });

  it('is refused with what is wrong with its scopes', async () => {
    const { apiKey: key } = await registerSender(platform);
    const known = 'must be one of audit:read, requests:read, requests:submit, sender:manage';
    for (const [scopes, path, message] of [
      [[], 'scopes', 'must name at least one scope; leave it out for all'],
      [['requests:read', 'channel:open'], 'scopes.1', known],
      [['*'], 'scopes.0', known],
    ]) {
      const answer = await rest(platform, 'POST', '/v1/keys', { key, body: { scopes } });
      expectProblem(answer, 422, 'invalid-input');
      expect(answer.body.errors).toEqual([{ path, message }]);
    }
    expect((await rest(platform, 'GET', '/v1/keys', { key })).body.items).toHaveLength(1);
  });

  it('submits and hears what became of it without being allowed to read', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { apiKey: key } = await limitedKey(platform, sender, ['requests:submit']);
    const body = { action: STANDUP.action, params: STANDUP.params, when_offline: 'queue' };
    const headers = { prefer: 'wait=60' };
    const submitting = rest(platform, 'POST', `/v1/agents/${agent.handle}/requests`, { key, body, headers });
    const worker = await limitedKey(platform, agent, ['channel:open', 'requests:answer']);
    const channel = await openChannel(platform, { ...agent, ...worker });
    const { requestId } = await channel.events.take();
    await mutateSuccessfully(platform, 'completeRequest', { requestId, result: {} }, 'request { id }', worker);
    expect((await submitting).body).toMatchObject({ id: requestId, status: 'completed' });
    expectProblem(await rest(platform, 'GET', `/v1/requests/${requestId}`, { key }), 403, 'forbidden');
  });

  it.each(['0010-trace-context', null])('waits until no node lives that knows no more than %s', async (knows) => {
    const { apiKey: key } = await registerAgent(platform);
    const body = { scopes: WORKER };
    const client = new pg.Client(platform.databaseUrl);
    onTestFinished(() => client.end());
    await client.connect();
    const values = ['a node of the release before', clock.now(), knows];
    await client.query('insert into nodes (id, seen_at, newest_migration) values ($1, $2, $3)', values);
    const refused = await rest(platform, 'POST', '/v1/keys', { key, body });
    expectProblem(refused, 503, 'unavailable');
    expect(refused.body.detail).toContain('Nodes of the release before are still running');
    expect((await rest(platform, 'POST', '/v1/keys', { key })).status).toBe(201);
    await client.query('delete from nodes where id = $1', [values[0]]);
    expect((await rest(platform, 'POST', '/v1/keys', { key, body })).status).toBe(201);
  });
});
