import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem, type RestAnswer, rest } from '../rest/rest-client.ts';
import { agentAndSender, type OwnedAgent, ownerOf, type Sender } from '../testkit/actors.ts';
import { mutate, mutateSuccessfully, send } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';

let platform: TestPlatform;
let agent: OwnedAgent;
let sender: Sender;
beforeAll(async () => {
  platform = await startTestPlatform({ env: { RATE_LIMIT_PUBLICATIONS_PER_MINUTE: '10000' } });
  ({ agent, sender } = await agentAndSender(platform));
});
afterAll(() => platform.stop());

/** What an owner sets, over both doors: where, and each number of it with its bounds. */
const DOORS = [
  {
    mutation: 'setAgentLimits',
    input: 'AgentLimitsInput',
    path: () => `/v1/agents/${agent.id}/limits`,
    named: () => ({ agentId: agent.id }),
    numbers: {
      perMinute: [1, 1_000_000],
      perDay: [1, 1_000_000],
      perSenderPerMinute: [1, 1_000_000],
      perSenderPerDay: [1, 1_000_000],
      openPerSender: [1, 10_000],
    },
  },
  {
    mutation: 'setSenderLimit',
    input: 'SenderLimitInput',
    path: () => `/v1/agents/${agent.id}/senders/${sender.id}/limit`,
    named: () => ({ agentId: agent.id, senderId: sender.id }),
    numbers: { perMinute: [1, 1_000_000], perDay: [1, 1_000_000], open: [1, 10_000] },
  },
  {
    mutation: 'setApprovalSettings',
    input: 'ApprovalSettingsInput',
    path: () => `/v1/agents/${agent.id}/approval-settings`,
    named: () => ({ agentId: agent.id }),
    numbers: {
      windowSeconds: [60, 604_800],
      quorum: [1, 5],
      pendingPerSenderMax: [1, 100],
      perSenderPerHour: [1, 1_000],
      denyCoolDownSeconds: [0, 604_800],
    },
  },
] as const;

const ROWS = DOORS.flatMap(({ numbers, ...door }) =>
  Object.entries(numbers).map(([field, [min, max]]) => ({ ...door, field, min, max })),
);

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const put = (path: string, body: unknown): Promise<RestAnswer> =>
  rest(platform, 'PUT', path, { key: agent.ownerKey, body });

describe.each(ROWS)('$field of $mutation', ({ mutation, input, path, named, field, min, max }) => {
  it('is refused beyond its bounds, by name and bound, over both doors', async () => {
    for (const value of [min - 1, -1, max + 1]) {
      const refused = await mutate(platform, mutation, { ...named(), [field]: value }, '__typename', ownerOf(agent));
      expect(refused).toMatchObject({
        __typename: 'InvalidInputError',
        issues: [{ path: `input.${field}`, message: `must be a whole number from ${min} to ${max}` }],
      });
      const answer = await put(path(), { [snakeCase(field)]: value });
      expectProblem(answer, 422, 'invalid-input');
      expect(answer.body.errors).toHaveLength(1);
      expect(answer.body.errors[0].path).toBe(snakeCase(field));
      expect(answer.body.errors[0].message).toContain(String(value < min ? min : max));
    }
  });

  it('is a whole number, and nothing that looks like one', async () => {
    for (const value of [min + 0.5, String(min), 2 ** 31, true, [min]]) {
      const answer = await put(path(), { [snakeCase(field)]: value });
      expectProblem(answer, 422, 'invalid-input');
      expect(answer.body.errors[0].path).toBe(snakeCase(field));
      const { errors } = await send(
        platform,
        `mutation ($input: ${input}!) { ${mutation}(input: $input) { __typename } }`,
        { input: { ...named(), [field]: value } },
        ownerOf(agent),
      );
      expect(errors?.[0]?.message, `${value}`).toContain(`input.${field}`);
    }
  });
});

describe('a body', () => {
  it.each(DOORS)('that is null, or no object, or none at all, sets nothing for $mutation', async ({ path }) => {
    for (const body of [null, [], 'x', 5]) {
      const answer = await put(path(), body);
      expectProblem(answer, 422, 'invalid-input');
      expect(answer.body.errors).toEqual([{ path: 'body', message: 'must be object' }]);
    }
    expectProblem(await put(path(), undefined), 400, 'malformed-body');
  });

  it('that is left out where it may be is not null, either', async () => {
    const answer = await rest(platform, 'POST', '/v1/keys', { key: sender.apiKey, body: null });
    expectProblem(answer, 422, 'invalid-input');
    expect(answer.body.errors).toEqual([{ path: 'body', message: 'must be object' }]);
    expect((await rest(platform, 'POST', '/v1/keys', { key: sender.apiKey })).status).toBe(201);
  });

  it('without a member takes its numbers away, and one that is misspelt is named', async () => {
    const path = `/v1/agents/${agent.id}/limits`;
    expect((await put(path, { per_minute: 7, open_per_sender: 10_000 })).body).toMatchObject({
      per_minute: 7,
      open_per_sender: 10_000,
    });
    const misspelt = await put(path, { per_minut: 7 });
    expect(misspelt.body).toMatchObject({
      per_minute: null,
      warnings: [{ path: 'per_minut', message: 'is not a field of this request; did you mean "per_minute"?' }],
    });
    const { version } = misspelt.body;
    expect((await put(path, {})).body).toMatchObject({ version: version + 1, per_minute: null, open_per_sender: null });
  });
});

describe('why a sender is blocked', () => {
  it.each([
    ['spaces', '  \t ', /must not be empty/],
    ['more than there is room for', 'x'.repeat(501), /at most 500 characters/],
    ['control characters', 'a\u0007b', /control characters/],
  ])('is no text of %s, over both doors', async (_, reason, message) => {
    const limit = { agentId: agent.id, senderId: sender.id, blocked: true, reason };
    const refused = await mutate(platform, 'setSenderLimit', limit, '__typename', ownerOf(agent));
    expect(refused).toMatchObject({ issues: [{ path: 'input.reason', message: expect.stringMatching(message) }] });
    const answer = await put(`/v1/agents/${agent.id}/senders/${sender.id}/limit`, { blocked: true, reason });
    expectProblem(answer, 422, 'invalid-input');
    expect(answer.body.errors).toEqual([{ path: 'reason', message: expect.stringMatching(message) }]);
  });

  it('has room for 500 characters, whichever they are', async () => {
    const reason = '🙂'.repeat(500);
    const limit = { agentId: agent.id, senderId: sender.id, blocked: true, reason };
    const set = await mutateSuccessfully(platform, 'setSenderLimit', limit, 'senderLimit { reason }', ownerOf(agent));
    expect(set.senderLimit.reason).toBe(reason);
  });
});
