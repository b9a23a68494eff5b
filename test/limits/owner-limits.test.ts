import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rest } from '../rest/rest-client.ts';
import { agentAndSender, openChannel, ownerOf, readRequest, registerSender, submit } from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { ask, type Credential, mutate, mutateSuccessfully } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform({ env: { RATE_LIMIT_PUBLICATIONS_PER_MINUTE: '10000' } });
});
afterAll(() => platform.stop());

const QUEUE = { whenOffline: 'QUEUE' };
const NUMBERS = 'version perMinute perDay perSenderPerMinute perSenderPerDay openPerSender';
const OF_SENDER = 'senderId senderName perMinute perDay open blocked reason';

/** An agent with an owner, and whoever asks it something. */
async function pair() {
  const { agent, sender } = await agentAndSender(platform);
  const owner = ownerOf(agent);
  return {
    agent,
    sender,
    owner,
    setLimits: (numbers: object, by: Credential = owner) =>
      mutate(platform, 'setAgentLimits', { agentId: agent.handle, ...numbers }, `limits { ${NUMBERS} }`, by),
    setSender: (of: { id: string }, limit: object, by: Credential = owner) =>
      mutate(
        platform,
        'setSenderLimit',
        { agentId: agent.id, senderId: of.id, ...limit },
        `senderLimit { ${OF_SENDER} }`,
        by,
      ),
    ask: (by: { apiKey: string } = sender, input: object = {}) => submit(platform, agent, by, { ...QUEUE, ...input }),
  };
}

const isIn = (answer: { __typename: string }) => answer.__typename === 'SubmitRequestSuccess';

describe('what an owner lets senders ask', () => {
  it('of each within a minute is told in numbers, and refused to nobody else', async () => {
    const { sender, setLimits, ask } = await pair();
    expect(await setLimits({ perSenderPerMinute: 2 })).toMatchObject({
      limits: { version: 1, perMinute: null, perSenderPerMinute: 2, openPerSender: null },
    });
    for (let sent = 0; sent < 2; sent += 1) expect(isIn(await ask())).toBe(true);
    const refused = await ask();
    expect(refused).toMatchObject({ __typename: 'RateLimitedError', violatedPolicies: ['agent'] });
    expect(refused.retryAfterSeconds).toBeGreaterThan(0);
    expect(refused.retryAfterSeconds).toBeLessThanOrEqual(60);
    expect(isIn(await ask(await registerSender(platform)))).toBe(true);
    // What was refused was not stored.
    const { requests } = await askAs(sender, '{ requests { totalCount } }');
    expect(requests.totalCount).toBe(2);
    expect(await setLimits({ perSenderPerMinute: 3 })).toMatchObject({ limits: { version: 2 } });
    expect([isIn(await ask()), isIn(await ask())]).toEqual([true, false]);
  });

  it('of all together is refused without numbers, and takes no point of what a sender may', async () => {
    const { agent, sender, setLimits, ask } = await pair();
    await setLimits({ perDay: 1, perSenderPerMinute: 5 });
    expect(isIn(await ask())).toBe(true);
    const other = await registerSender(platform);
    const path = `/v1/agents/${agent.handle}/requests`;
    const body = { action: 'calendar.schedule', params: {}, when_offline: 'queue' };
    const refused = await rest(platform, 'POST', path, { key: other.apiKey, body });
    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({ 'violated-policies': ['agent'] });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(86_000);
    expect(refused.headers.get('ratelimit')).toMatch(/"agent";r=5;t=\d+;pk=/);
    expect(refused.headers.get('ratelimit-policy')).not.toMatch(/q=1[;,]/);
    const { body: again } = await rest(platform, 'POST', path, { key: sender.apiKey, body });
    expect(again).toMatchObject({ 'violated-policies': ['agent'] });
  });

  it('is not asked again of a repetition', async () => {
    const { setLimits, ask } = await pair();
    await setLimits({ perSenderPerMinute: 4 });
    const first = { idempotencyKey: randomUUID() };
    // Those that come before the first is stored take a point until it is.
    const answers = await Promise.all(Array.from({ length: 4 }, () => ask(undefined, first)));
    expect(answers.every(isIn)).toBe(true);
    for (let repeated = 0; repeated < 3; repeated += 1) expect(isIn(await ask(undefined, first))).toBe(true);
    const others = [await ask(), await ask(), await ask(), await ask()];
    expect(others.map(isIn)).toEqual([true, true, true, false]);
  });

  it('may be unfinished at once is counted anew when something ends', async () => {
    const { sender, setLimits, ask } = await pair();
    await setLimits({ openPerSender: 2 });
    const { request } = await ask();
    expect(isIn(await ask())).toBe(true);
    expect(await ask()).toMatchObject({ __typename: 'RateLimitedError', violatedPolicies: ['agent'] });
    await mutateSuccessfully(platform, 'cancelRequest', { requestId: request.id }, 'request { id }', sender);
    expect(isIn(await ask())).toBe(true);
    const many = await Promise.all(Array.from({ length: 10 }, () => ask()));
    expect(many.filter(isIn)).toEqual([]);
  });

  it('one sender has in place of what all have, and more of the queue where it says so', async () => {
    const { agent, sender, owner, setLimits, setSender, ask } = await pair();
    await setLimits({ perSenderPerMinute: 1, openPerSender: 1 });
    expect(await setSender(sender, { perMinute: 200, open: 200, reason: 'Our own' })).toMatchObject({
      senderLimit: {
        senderId: sender.id,
        senderName: 'Test Sender',
        perMinute: 200,
        blocked: false,
        reason: 'Our own',
      },
    });
    const sent = await Promise.all(Array.from({ length: 130 }, () => ask()));
    expect(sent.filter(isIn)).toHaveLength(130);
    const other = await registerSender(platform);
    expect([isIn(await ask(other)), isIn(await ask(other))]).toEqual([true, false]);
    const of = await ask1(
      agent.id,
      `{ senderLimits(first: 1) { totalCount edges { node { senderId } } } limits { version } }`,
      owner,
    );
    expect(of).toEqual({
      senderLimits: { totalCount: 1, edges: [{ node: { senderId: sender.id } }] },
      limits: { version: 1 },
    });
  });

  it('is nothing at all of a sender that is blocked, which is not told why; what waits goes on afterwards', async () => {
    const { agent, sender, owner, setSender, ask } = await pair();
    const { request } = await ask();
    await setSender(sender, { blocked: true, reason: 'Asks for secrets' });
    const refused = await ask();
    expect(refused).toMatchObject({ __typename: 'BlockedError' });
    expect(JSON.stringify(refused)).not.toContain('secrets');
    const answer = await rest(platform, 'POST', `/v1/agents/${agent.id}/requests`, {
      key: sender.apiKey,
      body: { action: 'calendar.schedule', params: {} },
    });
    expect([answer.status, answer.body.type]).toEqual([403, '/docs#problem-blocked']);
    expect(isIn(await ask(await registerSender(platform)))).toBe(true);
    const channel = await openChannel(platform, agent);
    const input = { agentId: agent.id, senderId: sender.id };
    await mutateSuccessfully(platform, 'removeSenderLimit', input, 'senderLimit { blocked }', owner);
    await channel.received(request.id);
    expect(isIn(await ask())).toBe(true);
    expect(await mutate(platform, 'removeSenderLimit', input, '__typename', owner)).toMatchObject({
      __typename: 'SenderLimitNotFoundError',
    });
    expect((await readRequest(platform, request.id, sender)).status).not.toBe('REJECTED');
  });

  it('is for its owner and administrators to say, never for its own key, within bounds', async () => {
    const { agent, sender, setLimits, setSender } = await pair();
    const admin = await logIn(platform);
    expect(await setLimits({ perDay: 5 }, admin)).toMatchObject({ limits: { perDay: 5 } });
    for (const by of [agent, sender]) {
      await expect(setLimits({ perDay: 6 }, by)).rejects.toThrow();
    }
    expect(await setLimits({ perMinute: 0, perDay: 1_000_001 })).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [
        { path: 'input.perMinute', message: 'must be a whole number from 1 to 1000000' },
        { path: 'input.perDay', message: 'must be a whole number from 1 to 1000000' },
      ],
    });
    expect(await setSender({ id: 'nobody' }, { reason: 'x'.repeat(501) })).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: 'input.reason' }, { path: 'input.senderId' }],
    });
  });

  it('can be set and read over REST', async () => {
    const { agent, sender, owner } = await pair();
    const call = (method: string, path: string, body?: object) =>
      rest(platform, method, `/v1/agents/${agent.handle}${path}`, { key: owner.apiKey, body });
    expect((await call('GET', '/limits')).body).toMatchObject({ version: 0, per_minute: null });
    expect((await call('PUT', '/limits', { per_minute: 5 })).body).toMatchObject({ version: 1, per_minute: 5 });
    expect((await call('GET', '/limits')).body).toMatchObject({ version: 1, per_minute: 5, per_day: null });
    const set = await call('PUT', `/senders/${sender.id}/limit`, { blocked: true, reason: 'No' });
    expect(set.body).toMatchObject({ sender_id: sender.id, blocked: true, reason: 'No' });
    await call('PUT', `/senders/${randomUUID()}/limit`, { open: 3 });
    const first = (await call('GET', '/senders/limits?limit=1')).body;
    expect(first.items).toHaveLength(1);
    const second = (await call('GET', `/senders/limits?limit=1&cursor=${first.next_cursor}`)).body;
    expect(second).toMatchObject({ items: [expect.anything()], next_cursor: null });
    expect((await call('DELETE', `/senders/${sender.id}/limit`)).status).toBe(204);
    expect((await call('DELETE', `/senders/${sender.id}/limit`)).status).toBe(404);
    const refused = await rest(platform, 'GET', `/v1/agents/${agent.id}/limits`, { key: agent.apiKey });
    expect(refused.status).toBe(403);
  });
});

describe('a sender', () => {
  it('sees how the limits stand that it is bound by, and not those that all share', async () => {
    const { agent, sender, setLimits, ask } = await pair();
    await setLimits({ perMinute: 50, perSenderPerMinute: 5, perSenderPerDay: 4 });
    await ask();
    const fields = 'policy quota windowSeconds remaining resetSeconds';
    const { viewer } = await askAs(
      sender,
      `query ($handle: String!) { viewer { ... on Sender { all: limits { policy } limits(handle: $handle) { ${fields} } } } }`,
      { handle: agent.handle },
    );
    expect(viewer.all).toEqual([{ policy: 'submissions' }]);
    expect(viewer.limits).toMatchObject([
      { policy: 'submissions', windowSeconds: 60 },
      { policy: 'agent', quota: 4, windowSeconds: 86_400, remaining: 3 },
    ]);
  });
});

const askAs = (by: Credential, query: string, variables: object = {}) => ask(platform, query, variables, by);
const ask1 = async (id: string, fields: string, by: Credential) =>
  (await askAs(by, `query ($id: ID!) { agent(id: $id) ${fields} }`, { id })).agent;
