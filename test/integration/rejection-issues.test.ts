import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClawciergeClient, RequestRejectedError } from '../../agent-sdk/src/index.ts';
import { rest } from '../rest/rest-client.ts';
import { type Agent, agentAndSender, publishPolicies, type Sender, submit } from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { ask } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';

const CONTRACT = {
  action: 'calendar.schedule',
  paramsSchema: {
    type: 'object',
    required: ['title'],
    additionalProperties: false,
    properties: {
      title: { type: 'string' },
      startTime: { type: 'string', format: 'date-time' },
      duration_minutes: { type: 'integer' },
      attendees: { type: 'array', items: { type: 'object', properties: { email: { format: 'email' } } } },
    },
  },
  constraints: { max_duration_minutes: 120 },
};
const PARAMS = { titel: 'Sync', startTime: 'noon', duration_minutes: 500, attendees: [{ email: 'nobody' }] };
const ISSUES = [
  { path: 'params.title', message: 'is required' },
  { path: 'params.startTime', message: 'must be a date and time such as 2026-01-31T12:00:00Z' },
  { path: 'params.attendees.0.email', message: 'must be an e-mail address' },
  { path: 'params', message: 'must not have the member "titel"; did you mean "title"?' },
  { path: 'params.duration_minutes', message: 'must be at most 120' },
];
const REASON = 'params.title is required (and 4 more)';

/** Always evaluated in the isolate, as a schema within itself is. */
const COSTLY = {
  ...CONTRACT,
  paramsSchema: {
    ...CONTRACT.paramsSchema,
    properties: { ...CONTRACT.paramsSchema.properties, next: { $ref: '#' } },
  },
};

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.stop());

const INPUT = { action: 'calendar.schedule', params: PARAMS };

const overRest = (agent: Agent, sender: Sender, headers: Readonly<Record<string, string>> = {}) =>
  rest(platform, 'POST', `/v1/agents/${agent.handle}/requests`, { key: sender.apiKey, headers, body: INPUT });

describe('a sender whose params have several problems is told all of them', () => {
  it.each([
    ['of a contract that is checked at once', CONTRACT],
    ['of one that is checked in the isolate', COSTLY],
  ])('%s, over GraphQL and REST', async (_, contract) => {
    const { agent, sender } = await agentAndSender(platform, [contract]);
    expect(await submit(platform, agent, sender, INPUT)).toMatchObject({
      __typename: 'RequestRejectedError',
      kind: 'INVALID_PARAMS',
      reason: REASON,
      issues: ISSUES,
    });
    expect(await overRest(agent, sender)).toMatchObject({
      status: 422,
      body: {
        type: '/docs#problem-request-rejected',
        detail: `The request was rejected by capability_sandbox: ${REASON}`,
        reason: REASON,
        errors: ISSUES,
      },
    });
  });

  it('again with the same idempotency key, and in the log of the request', async () => {
    const { agent, sender } = await agentAndSender(platform, [CONTRACT]);
    const input = { ...INPUT, idempotencyKey: 'once' };
    const first = await submit(platform, agent, sender, input);
    expect(await submit(platform, agent, sender, input)).toEqual(first);
    const again = await overRest(agent, sender, { 'idempotency-key': 'once' });
    expect(again.body).toMatchObject({ request_id: first.requestId, errors: ISSUES });
    const query = 'query ($id: ID!) { request(id: $id) { pipelineLog { passed issues { path message } } } }';
    const { request } = await ask(platform, query, { id: first.requestId }, sender);
    expect(request.pipelineLog).toEqual([
      { passed: true, issues: [] },
      { passed: false, issues: ISSUES },
    ]);
  });

  it('by the SDK', async () => {
    const { agent, sender } = await agentAndSender(platform, [CONTRACT]);
    await using client = new ClawciergeClient({ url: platform.url, apiKey: sender.apiKey });
    const error = await client.submit({ handle: agent.handle, ...INPUT }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RequestRejectedError);
    expect(error).toMatchObject({ reason: REASON, issues: ISSUES });
  });

  it('as an administrator is by a dry run', async () => {
    const { agent } = await agentAndSender(platform, [CONTRACT]);
    const query = `query ($input: DryRunInput!) { dryRun(input: $input) {
      ... on DryRunSuccess { outcome stages { reason issues { path message } } } } }`;
    const { dryRun } = await ask(platform, query, { input: { handle: agent.handle, ...INPUT } }, await logIn(platform));
    expect(dryRun).toMatchObject({ outcome: 'DENIED', stages: [{ issues: [] }, { reason: REASON, issues: ISSUES }] });
  });
});

it('a rejection that is about something else has none', async () => {
  const { agent, sender } = await agentAndSender(platform, [CONTRACT]);
  await publishPolicies(platform, agent, { rules: [{ condition: 'true', action: 'REJECT', reason: 'Closed' }] });
  expect(await submit(platform, agent, sender, INPUT)).toMatchObject({ reason: 'Closed', issues: [] });
  const problem = await overRest(agent, sender);
  expect(problem.body).toMatchObject({ reason: 'Closed' });
  expect(problem.body).not.toHaveProperty('errors');
});
