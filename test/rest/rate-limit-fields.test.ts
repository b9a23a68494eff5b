import { expect, it } from 'vitest';
import { postForm } from '../admin/admin-forms.ts';
import { agentAndSender, ownerOf, registerAgent } from '../testkit/actors.ts';
import { askingAgent, heldFor } from '../testkit/approvals.ts';
import { mutateSuccessfully, send } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';
import { expectLimitsTold, limitsTold } from '../testkit/rate-limits.ts';
import { rest } from './rest-client.ts';

const platform = platformForFile({
  env: {
    RATE_LIMIT_SUBMISSIONS_PER_MINUTE: '4',
    RATE_LIMIT_REGISTRATIONS_PER_MINUTE: '1000',
    RATE_LIMIT_PUBLICATIONS_PER_MINUTE: '20',
  },
});

it('every answer of a limited route says what the caller may, and what is left of it', async () => {
  const { agent, sender } = await agentAndSender(platform);
  const input = { agentId: agent.id, perSenderPerMinute: 3, perMinute: 100 };
  await mutateSuccessfully(platform, 'setAgentLimits', input, 'limits { version }', ownerOf(agent));
  const ask = (params: object) =>
    rest(platform, 'POST', `/v1/agents/${agent.handle}/requests`, {
      key: sender.apiKey,
      body: { action: 'calendar.schedule', params, when_offline: 'queue' },
    });
  const standup = { title: 'Standup', duration_minutes: 30 };
  const answers = [await ask(standup), await ask({}), await ask(standup), await ask(standup), await ask(standup)];
  expect(answers.map(({ status }) => status)).toEqual([202, 422, 202, 429, 429]);
  const told = answers.map(({ headers }) => limitsTold(headers));
  for (const { policies, states } of told.slice(0, 4)) {
    expect(policies).toMatchObject({ submissions: { q: 4, w: 60 }, agent: { q: 3, w: 60 } });
    // Whose share it is, and nothing else of either.
    expect(Buffer.from(policies.agent.pk)).toHaveLength(6);
    expect(states.agent.pk).toEqual(policies.agent.pk);
  }
  expect(told.map(({ states }) => states.submissions.r)).toEqual([3, 2, 1, 0, 0]);
  expect(told.slice(0, 4).map(({ states }) => states.agent.r)).toEqual([2, 1, 0, 0]);
  for (const [at, violated] of [
    [3, 'agent'],
    [4, 'submissions'],
  ] as const) {
    const { headers, body } = answers[at] ?? {};
    expect(body).toMatchObject({ type: '/docs#problem-rate-limited', 'violated-policies': [violated] });
    const { t } = told[at]?.states[violated] ?? {};
    expect(Number(headers?.get('retry-after'))).toBeGreaterThanOrEqual(t);
  }
  // What is asked of the platform before it knows who asks says nothing.
  expect((await rest(platform, 'GET', '/v1/info')).headers.get('ratelimit')).toBeNull();
});

it.each([
  ['/v1/senders', { display_name: 'New' }],
  ['/v1/agents', { display_name: 'New', handle: 'limits.new' }],
] as const)('so does that of registering at %s', async (path, body) => {
  const { status, headers } = await rest(platform, 'POST', path, { body });
  expect(status).toBe(201);
  expect(limitsTold(headers).policies).toEqual({ registrations: { q: 1_000, w: 60 } });
});

it('a repetition under a known key is told that it took nothing', async () => {
  const { agent, sender } = await agentAndSender(platform);
  const ask = () =>
    rest(platform, 'POST', `/v1/agents/${agent.handle}/requests`, {
      key: sender.apiKey,
      body: { action: 'calendar.schedule', params: { title: 'A', duration_minutes: 30 }, when_offline: 'queue' },
      headers: { 'idempotency-key': 'once' },
    });
  const left = [await ask(), await ask(), await ask()].map(({ headers }) => limitsTold(headers).states.submissions.r);
  expect(left).toEqual([3, 3, 3]);
});

it('what is refused after a point was taken says what is left, and so does the refusal for want of one', async () => {
  const agent = await registerAgent(platform);
  const other = await registerAgent(platform);
  const publish = (id: string, key: string, rules: readonly object[]) =>
    rest(platform, 'PUT', `/v1/agents/${id}/policies`, { key, body: { rules } });
  const answers = [
    await publish(agent.id, agent.apiKey, []),
    await publish(agent.id, agent.apiKey, [{ condition: 'nonsense(', action: 'allow' }]),
    await publish(other.id, other.apiKey, []),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 422, 200]);
  for (const answer of answers) expectLimitsTold(answer);
  const [first, second, third] = answers.map(({ headers }) => limitsTold(headers));
  const { q, w } = first?.policies.publications ?? {};
  expect({ q, w }).toEqual({ q: 20, w: 60 });
  expect([first, second, third].map((told) => told?.states.publications.r)).toEqual([19, 18, 19]);
  // Which agent it is of, since whoever has several has as many of these.
  const [ofFirst, ofSecond, ofThird] = [first, second, third].map((told) =>
    Buffer.from(told?.policies.publications.pk).toString('hex'),
  );
  expect(ofSecond).toBe(ofFirst);
  expect(ofThird).not.toBe(ofFirst);
  const all = Array.from({ length: 20 }, () => publish(agent.id, agent.apiKey, []));
  const refused = (await Promise.all(all)).find(({ status }) => status === 429);
  expect(refused?.body['violated-policies']).toEqual(['publications']);
  if (refused) expectLimitsTold(refused);
});

it('decisions, keys and attempts to log in say so, too', async () => {
  const asking = await askingAgent(platform);
  const pending = await heldFor(platform, asking);
  const decided = await rest(platform, 'POST', `/v1/approvals/${pending.id}/approve`, {
    key: asking.approver.apiKey,
    body: { digest: pending.digest },
  });
  expectLimitsTold(decided);
  expect(limitsTold(decided.headers).policies).toEqual({ decisions: { q: 60, w: 60 } });
  const made = await rest(platform, 'POST', '/v1/keys', { key: asking.sender.apiKey });
  expectLimitsTold(made);
  expect(Object.keys(limitsTold(made.headers).policies)).toEqual(['new-keys']);
  const login = await postForm(platform, '/admin/login', { password: 'wrong' });
  expectLimitsTold(login);
  // Of what everybody uses up together nothing is told.
  expect(Object.keys(limitsTold(login.headers).policies)).toEqual(['failed-logins']);
});

it('over HTTP a GraphQL answer tells of each limit that its operation took from', async () => {
  const { agent, sender } = await agentAndSender(platform);
  const other = await registerAgent(platform);
  const input = { handle: agent.handle, action: 'calendar.schedule', params: { title: 'A', duration_minutes: 30 } };
  const submitted = await send(
    platform,
    'mutation ($input: SubmitRequestInput!) { submitRequest(input: $input) { __typename } }',
    { input: { ...input, whenOffline: 'QUEUE' } },
    sender,
  );
  expectLimitsTold(submitted);
  expect(limitsTold(submitted.headers).states.submissions.r).toBe(3);
  const both = await send(
    platform,
    `mutation ($a: ID!, $b: ID!) {
      a: updateAgent(input: { agentId: $a, description: "A" }) { __typename }
      again: updateAgent(input: { agentId: $a, description: "B" }) { __typename }
      b: setAgentLimits(input: { agentId: $b }) { __typename }
    }`,
    { a: agent.id, b: other.id },
    ownerOf(agent),
  );
  expectLimitsTold(both);
  expect(both.headers.get('ratelimit')?.match(/"publications"/g)).toHaveLength(1);
  const viewed = await send(platform, '{ viewer { __typename } }', {}, sender);
  expect(viewed.headers.get('ratelimit')).toBeNull();
});
