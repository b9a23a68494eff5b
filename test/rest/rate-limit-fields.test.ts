import { parseList } from 'structured-headers';
import { expect, it } from 'vitest';
import { agentAndSender, ownerOf } from '../testkit/actors.ts';
import { mutateSuccessfully } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';
import { rest } from './rest-client.ts';

const platform = platformForFile({
  env: { RATE_LIMIT_SUBMISSIONS_PER_MINUTE: '4', RATE_LIMIT_REGISTRATIONS_PER_MINUTE: '1000' },
});

/** What the two fields say, read by a parser that is not ours. */
function fieldsOf(headers: Headers) {
  const read = (name: string) =>
    parseList(headers.get(name) ?? '').map(([policy, parameters]) => [policy, Object.fromEntries(parameters)] as const);
  return { policies: Object.fromEntries(read('ratelimit-policy')), states: Object.fromEntries(read('ratelimit')) };
}

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
  const told = answers.map(({ headers }) => fieldsOf(headers));
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
  expect(fieldsOf(headers).policies).toEqual({ registrations: { q: 1_000, w: 60 } });
});
