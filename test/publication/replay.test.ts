import { afterAll, describe, expect, it } from 'vitest';
import { rest } from '../rest/rest-client.ts';
import {
  type Agent,
  agentAndSender,
  CALENDAR,
  ownerOf,
  publishCapabilities,
  publishPolicies,
  registerAgent,
  registerSender,
  type Sender,
  submit,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { ASK_ALWAYS, holdingAgent } from '../testkit/approvals.ts';
import { ask } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForFile, platformForTest, type TestPlatform } from '../testkit/platform.ts';

const platform = platformForFile({ env: { RATE_LIMIT_PUBLICATIONS_PER_MINUTE: '10000' } });
afterAll(() => expect(platform.log.errors()).toEqual([]));

const REPLAY = `query ($id: ID!, $rules: [PolicyRuleInput!]!, $default: PolicyAction, $first: Int) {
  policyReplay(agentId: $id, rules: $rules, defaultAction: $default, first: $first) { __typename
    ... on PolicyReplaySuccess { evaluated changed { requestId action before after reason } truncated }
    ... on InvalidInputError { issues { path message } } ... on DomainError { message } } }`;

type Rule = { condition?: string; cel?: string; action?: string; reason?: string; expiresAt?: string };

const replay = async (
  agent: { id: string },
  by: { apiKey?: string; cookie?: string },
  rules: readonly Rule[],
  more: { default?: string; first?: number } = {},
  at: Pick<TestPlatform, 'url'> = platform,
) => {
  const variables = { id: agent.id, rules: rules.map((rule) => ({ action: 'REJECT', ...rule })), ...more };
  return (await ask(at, REPLAY, variables, by)).policyReplay;
};

/** Requests of so many minutes, the oldest first; answers their ids. */
async function submitAll(agent: Agent, sender: Sender, minutes: readonly number[], at: TestPlatform = platform) {
  const ids: string[] = [];
  for (const duration_minutes of minutes) {
    const params = { title: 'Standup', duration_minutes };
    const answer = await submit(at, agent, sender, { params, whenOffline: 'QUEUE' });
    ids.push(answer.request?.id ?? answer.requestId);
  }
  return ids;
}

describe('a replay', () => {
  it('says what a waiver would have let pass, and one that had expired by then would not', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const ask = { condition: 'True', action: 'REQUIRE_APPROVAL', reason: 'Ask first' };
    await publishPolicies(platform, agent, { rules: [ask] });
    const answer = await submit(platform, agent, sender);
    expect(answer.request.status).toBe('AWAITING_APPROVAL');
    const waiver = { condition: `sender_id == "${sender.id}"`, action: 'WAIVE_APPROVAL' };
    const owner = { apiKey: agent.ownerKey };
    expect(await replay(agent, owner, [ask, waiver])).toMatchObject({
      changed: [
        {
          requestId: answer.request.id,
          before: 'HELD',
          after: 'PASSED',
          reason: 'Rule 2 waives what rule 1 holds',
        },
      ],
    });
    const over = { ...waiver, expiresAt: '2020-01-01T00:00:00Z' };
    expect(await replay(agent, owner, [ask, over])).toMatchObject({ evaluated: 1, changed: [] });
  });

  it('says what would have become of each request, where that is something else', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const [short, long, refused] = await submitAll(agent, sender, [30, 90, 500]);
    expect(refused).toBeTypeOf('string');
    expect(await replay(agent, agent, [{ condition: 'params_duration_minutes > 60', reason: 'Too long' }])).toEqual({
      __typename: 'PolicyReplaySuccess',
      evaluated: 3,
      changed: [
        { requestId: long, action: 'calendar.schedule', before: 'PASSED', after: 'REJECTED', reason: 'Too long' },
      ],
      truncated: false,
    });
    const held = await replay(agent, agent, [
      { condition: 'params_duration_minutes < 60', action: 'REQUIRE_APPROVAL' },
    ]);
    expect(held.changed).toMatchObject([{ requestId: short, before: 'PASSED', after: 'HELD' }]);
  });

  it('says which rule would waive what was held', async () => {
    const { agent, sender } = await holdingAgent(platform);
    const [held] = await submitAll(agent, sender, [30]);
    const rules = [...ASK_ALWAYS.rules, { condition: `sender_id == "${sender.id}"`, action: 'WAIVE_APPROVAL' }];
    const { changed } = await replay(agent, ownerOf(agent), rules);
    const waived = { before: 'HELD', after: 'PASSED', reason: 'Rule 2 waives what rule 1 holds' };
    expect(changed).toMatchObject([{ requestId: held, ...waived }]);
  });

  it('asks the contract about what rules denied then, and nobody about what the contract denied then', async () => {
    const { agent, sender } = await agentAndSender(platform);
    await publishPolicies(platform, agent, { rules: [{ condition: 'True', action: 'REJECT', reason: 'Closed' }] });
    const [fine, tooLong] = await submitAll(agent, sender, [30, 500]);
    await publishPolicies(platform, agent, { rules: [] });
    const [alsoTooLong] = await submitAll(agent, sender, [500]);
    await publishCapabilities(platform, agent, [{ ...CALENDAR, constraints: { max_duration_minutes: 1_000 } }]);
    const { changed, evaluated } = await replay(agent, agent, []);
    expect(evaluated).toBe(3);
    expect(changed.map(({ requestId, after }: { requestId: string; after: string }) => [requestId, after])).toEqual([
      [tooLong, 'PASSED'],
      [fine, 'PASSED'],
    ]);
    expect(changed.some(({ requestId }: { requestId: string }) => requestId === alsoTooLong)).toBe(false);
  });

  it('looks at the newest requests first, at as many as it is told to', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const ids = await submitAll(agent, sender, [20, 21, 22, 23, 24]);
    const { evaluated, changed } = await replay(agent, agent, [{ condition: 'True' }], { first: 2 });
    expect(evaluated).toBe(2);
    expect(changed.map(({ requestId }: { requestId: string }) => requestId)).toEqual([ids[4], ids[3]]);
    expect(await replay(agent, agent, [], { default: 'REJECT' })).toMatchObject({ evaluated: 5, truncated: false });
  });

  it('goes through more requests than are read at once', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const ids = await submitAll(
      agent,
      sender,
      Array.from({ length: 45 }, (_, n) => 15 + n),
    );
    const { evaluated, changed } = await replay(agent, agent, [{ condition: 'params_duration_minutes >= 15' }]);
    expect(evaluated).toBe(45);
    expect(changed.map(({ requestId }: { requestId: string }) => requestId)).toEqual(ids.toReversed());
  });

  it('answers nothing for an agent that was asked for nothing', async () => {
    const agent = await registerAgent(platform);
    expect(await replay(agent, agent, [{ condition: 'True' }])).toMatchObject({
      evaluated: 0,
      changed: [],
      truncated: false,
    });
  });

  it('takes the time and the counts of then', async () => {
    const clock = createManualClock();
    const own = await platformForTest({ clock });
    const { agent, sender } = await agentAndSender(own);
    const [first] = await submitAll(agent, sender, [30], own);
    clock.advance(2 * 60 * 60 * 1_000);
    const [second] = await submitAll(agent, sender, [31], own);
    clock.advance(1_000);
    const [third] = await submitAll(agent, sender, [32], own);
    clock.advance(26 * 60 * 60 * 1_000);
    const changedBy = async (cel: string) => {
      const { changed } = await replay(agent, agent, [{ cel }], {}, own);
      return changed.map(({ requestId }: { requestId: string }) => requestId);
    };
    expect(await changedBy('sender.requests_last_minute > 1')).toEqual([third]);
    expect(await changedBy('agent.requests_last_minute > 1')).toEqual([third]);
    expect(await changedBy('sender.requests_last_day > 1')).toEqual([third, second]);
    expect(await changedBy('sender.requests_last_day == 1')).toEqual([first]);
    expect(await changedBy('now - sender.registered_at < duration("1h")')).toEqual([first]);
    expect(await changedBy('sender.kind == "agent"')).toEqual([]);
  });

  it('is refused with rules that cannot be published', async () => {
    const { agent } = await agentAndSender(platform);
    for (const [condition, first] of [
      ['params_n >', 10],
      ['sender_id == 5', 10],
      ['params_title == 5', 10],
    ] as const) {
      const answer = await replay(agent, agent, [{ condition }], { first });
      expect(answer, condition).toMatchObject({
        __typename: 'InvalidInputError',
        issues: [{ path: 'input.rules.0.condition' }],
      });
    }
    for (const first of [0, -1, 1_001]) {
      const answer = await replay(agent, agent, [], { first });
      expect(answer, String(first)).toMatchObject({
        __typename: 'InvalidInputError',
        issues: [{ path: 'input.first' }],
      });
    }
  });

  it('is for the owner only', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const other = await registerAgent(platform);
    for (const { apiKey } of [other, sender]) {
      const body = { rules: [] };
      expect(
        (await rest(platform, 'POST', `/v1/agents/${agent.id}/policies/replay`, { key: apiKey, body })).status,
      ).toBe(403);
    }
    const admin = await logIn(platform);
    expect(await replay(agent, admin, [])).toMatchObject({ __typename: 'PolicyReplaySuccess' });
    expect(await replay({ id: 'nobody' }, admin, [])).toMatchObject({ __typename: 'AgentNotFoundError' });
  });

  it('runs one at a time for each agent, and tells the others to try again', async () => {
    const { agent, sender } = await agentAndSender(platform);
    await submitAll(agent, sender, [30, 40]);
    const answers = await Promise.all(Array.from({ length: 8 }, () => replay(agent, agent, [{ condition: 'True' }])));
    const kinds = answers.map(({ __typename }) => __typename);
    expect(kinds).toContain('PolicyReplaySuccess');
    expect(new Set(kinds)).toEqual(new Set(['PolicyReplaySuccess', 'RateLimitedError']));
    expect(await replay(agent, agent, [])).toMatchObject({ __typename: 'PolicyReplaySuccess' });
  });

  it('ends early where the requests are too large together, and says so', async () => {
    const agent = await registerAgent(platform);
    await publishCapabilities(platform, agent, [{ action: 'keep' }]);
    const params = { text: 'x'.repeat(65_000) };
    for (let n = 0; n < 270; n += 10) {
      // One sender may have 64 of them waiting.
      const sender = await registerSender(platform);
      await Promise.all(
        Array.from({ length: 10 }, () =>
          submit(platform, agent, sender, { action: 'keep', params, whenOffline: 'QUEUE' }),
        ),
      );
    }
    const answer = await replay(agent, agent, [{ condition: 'params_text == "y"' }]);
    expect(answer).toMatchObject({ __typename: 'PolicyReplaySuccess', changed: [], truncated: true });
    expect(answer.evaluated).toBe(258);
  });

  it('lets others be served while costly rules are replayed', async () => {
    const agent = await registerAgent(platform);
    await publishCapabilities(platform, agent, [{ action: 'keep' }]);
    const sender = await registerSender(platform);
    const params = { a: Array.from({ length: 1_000 }, (_, n) => n) };
    for (let n = 0; n < 10; n++)
      await submit(platform, agent, sender, { action: 'keep', params, whenOffline: 'QUEUE' });
    const costly = { cel: 'params.a.all(x, params.a.exists(y, x + y == -1.0))' };
    let isOver = false;
    let served = 0;
    const replayed = replay(agent, agent, [costly]).finally(() => {
      isOver = true;
    });
    while (!isOver) {
      expect((await fetch(`${platform.url}/health`)).status).toBe(200);
      served += 1;
    }
    expect(await replayed).toMatchObject({ __typename: 'PolicyReplaySuccess' });
    expect(served).toBeGreaterThan(1);
  });

  it('is the same in REST', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const [id] = await submitAll(agent, sender, [30]);
    const rules = [{ cel: 'params.duration_minutes > 20.0', action: 'reject', reason: 'No' }];
    const answer = await rest(platform, 'POST', `/v1/agents/${agent.handle}/policies/replay`, {
      key: agent.apiKey,
      body: { rules, default_action: 'allow', first: 5 },
    });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body).toEqual({
      evaluated: 1,
      without_params: 0,
      changed: [{ request_id: id, action: 'calendar.schedule', before: 'passed', after: 'rejected', reason: 'No' }],
      truncated: false,
    });
    const refused = await rest(platform, 'POST', `/v1/agents/${agent.id}/policies/replay`, {
      key: agent.apiKey,
      body: { rules: [{ condition: 'x', action: 'reject' }] },
    });
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ path: 'rules.0.condition' }] } });
  });
});
