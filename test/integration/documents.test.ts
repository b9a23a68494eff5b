import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CAPABILITIES_MAX } from '../../src/domain/contract.ts';
import { rest } from '../rest/rest-client.ts';
import { type Agent, agentAndSender, CALENDAR, registerAgent, submit, submitAccepted } from '../testkit/actors.ts';
import { ask, mutate, mutateSuccessfully, send } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(async () => {
  expect(platform.log.errors()).toEqual([]);
  await platform.stop();
});

const KINDS = [
  {
    field: 'publishCapabilities',
    active: 'capabilities',
    history: 'capabilityHistory',
    answer: 'contract',
    documentOf: (n: number) => ({ capabilities: [{ action: `do.${n}` }] }),
  },
  {
    field: 'publishPolicies',
    active: 'policies',
    history: 'policyHistory',
    answer: 'policySet',
    documentOf: (n: number) => ({ rules: [{ condition: `params_n == ${n}`, action: 'REJECT' }] }),
  },
] as const;

/** What an action is that nothing else is said of. */
const UNSAID = {
  title: null,
  description: null,
  paramsSchema: {},
  constraints: {},
  resultFormat: 'JSON',
  resultSchema: null,
  hints: { readOnly: null, destructive: null, idempotent: null, openWorld: null },
  textParam: null,
};
/** One of which everything is said. */
const TOLD = {
  action: 'look.up',
  title: 'Look it up',
  description: 'Looks it up.',
  paramsSchema: { properties: { query: { type: 'string' } } },
  resultFormat: 'CONTENT',
  resultSchema: { type: 'object', properties: { 'x-Own': { type: 'integer' } } },
  hints: { readOnly: true, destructive: false, idempotent: null, openWorld: true },
  textParam: 'query',
};

type Version = { readonly version: number; readonly isActive: boolean };

describe.each(KINDS)('$field', ({ field, active, history, answer, documentOf }) => {
  const publish = async (agent: Agent, n: number) =>
    (
      await mutateSuccessfully(
        platform,
        field,
        { agentId: agent.id, ...documentOf(n) },
        `${answer} { version isActive }`,
        agent,
      )
    )[answer];

  const read = async (agent: Agent, args = '(first: 100)') => {
    const query = `query ($id: ID!) { agent(id: $id) { ${active} { version } ${history}${args} { totalCount
      edges { cursor node { version isActive createdAt } } pageInfo { hasNextPage hasPreviousPage endCursor startCursor } } } }`;
    const data = await ask(platform, query, { id: agent.id }, agent);
    const { edges, ...rest } = data.agent[history];
    return { active: data.agent[active], versions: edges.map(({ node }: { node: Version }) => node), ...rest };
  };

  it('answers nothing before the first version, and an empty history', async () => {
    const agent = await registerAgent(platform);
    expect(await read(agent)).toMatchObject({ active: null, versions: [], totalCount: 0 });
  });

  it('makes the next version, and keeps the one before, inactive', async () => {
    const agent = await registerAgent(platform);
    expect(await publish(agent, 1)).toEqual({ version: 1, isActive: true });
    expect(await publish(agent, 2)).toEqual({ version: 2, isActive: true });
    const { versions, active } = await read(agent);
    expect(active).toEqual({ version: 2 });
    expect(versions).toMatchObject([
      { version: 2, isActive: true },
      { version: 1, isActive: false },
    ]);
  });

  it('gives 50 that come at once consecutive versions, of which exactly one is active', async () => {
    const agent = await registerAgent(platform);
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => publish(agent, n)));
    expect(answers.map(({ version }: Version) => version).sort((a: number, b: number) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, n) => n + 1),
    );
    const { versions, active } = await read(agent);
    expect(versions.map(({ version }: Version) => version)).toEqual(Array.from({ length: 50 }, (_, n) => 50 - n));
    expect(versions.filter(({ isActive }: Version) => isActive)).toMatchObject([{ version: 50 }]);
    expect(active.version).toBe(50);
  });

  it('is paged through, newest first, while versions arrive', async () => {
    const agent = await registerAgent(platform);
    for (let n = 1; n <= 7; n++) await publish(agent, n);
    const first = await read(agent, '(first: 3)');
    await publish(agent, 8);
    const second = await read(agent, `(first: 3, after: "${first.pageInfo.endCursor}")`);
    const third = await read(agent, `(first: 3, after: "${second.pageInfo.endCursor}")`);
    const seen = [first, second, third].flatMap(({ versions }) => versions.map(({ version }: Version) => version));
    expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1]);
    expect(third.pageInfo.hasNextPage).toBe(false);
    expect(third.totalCount).toBe(8);
  });
});

describe('what is wrong with a contract', () => {
  it('is told all at once, each with its path', async () => {
    const agent = await registerAgent(platform);
    const capabilities = [
      { action: '', paramsSchema: { type: 'nothing' } },
      { action: 'fine' },
      { action: 'fine', constraints: { max_n: 'ten', sideways: 1 } },
      { action: 'nul\u0000', description: '\ud800' },
      { action: 'deep', paramsSchema: { pattern: '(a' } },
    ];
    const answer = await mutate(
      platform,
      'publishCapabilities',
      { agentId: agent.id, capabilities },
      'contract { id }',
      agent,
    );
    expect(answer.__typename).toBe('InvalidInputError');
    const paths = answer.issues.map(({ path }: { path: string }) => path);
    for (const path of [
      '0.action',
      '0.paramsSchema',
      '2.action',
      '2.constraints',
      '3.action',
      '3.description',
      '4.paramsSchema',
    ]) {
      expect(
        paths.some((each: string) => each.startsWith(`input.capabilities.${path}`)),
        path,
      ).toBe(true);
    }
    expect(paths.some((each: string) => each.startsWith('input.capabilities.1'))).toBe(false);
    const { agent: after } = await ask(platform, 'query ($id: ID!) { agent(id: $id) { capabilities { id } } }', {
      id: agent.id,
    });
    expect(after.capabilities).toBe(null);
  });

  it('is told of a schema that holds what PostgreSQL cannot, or nests without end', async () => {
    const agent = await registerAgent(platform);
    const nested = (levels: number) => {
      let schema: object = {};
      for (let level = 0; level < levels; level++) schema = { properties: { a: schema } };
      return schema;
    };
    const unstorable = [{ title: '\u0000' }, { title: '\ud800' }, { properties: { '\u0000': {} } }];
    for (const paramsSchema of [...unstorable, nested(100)]) {
      const input = { agentId: agent.id, capabilities: [{ action: 'x', paramsSchema }] };
      const answer = await mutate(platform, 'publishCapabilities', input, 'contract { id }', agent);
      expect(answer.__typename, JSON.stringify(answer).slice(0, 300)).toBe('InvalidInputError');
    }
    // Of more brackets than a body may have, nothing is read beyond the bound.
    const publish =
      'mutation ($input: PublishCapabilitiesInput!) { publishCapabilities(input: $input) { __typename } }';
    const input = { agentId: agent.id, capabilities: [{ action: 'x', paramsSchema: nested(500) }] };
    expect(await send(platform, publish, { input }, agent)).toMatchObject({ status: 400 });
  });

  it('is told of the number of capabilities', async () => {
    const agent = await registerAgent(platform);
    const capabilities = Array.from({ length: CAPABILITIES_MAX + 1 }, (_, n) => ({ action: `do.${n}` }));
    const answer = await mutate(
      platform,
      'publishCapabilities',
      { agentId: agent.id, capabilities },
      'contract { id }',
      agent,
    );
    expect(answer).toMatchObject({ __typename: 'InvalidInputError', issues: [{ path: 'input.capabilities' }] });
  });
});

describe('what is wrong with rules', () => {
  it('is told all at once, each with its path', async () => {
    const agent = await registerAgent(platform);
    const rules = [
      { condition: "sender_id = 'alice'", action: 'REJECT' },
      { condition: 'params_n > 1', action: 'ALLOW' },
      { condition: 'x'.repeat(501), action: 'REJECT' },
      { condition: 'true', action: 'REJECT', reason: '\u0000' },
      { condition: '\u0000', action: 'REJECT' },
      { condition: 'unknown_name == 1', action: 'REJECT' },
    ];
    const answer = await mutate(platform, 'publishPolicies', { agentId: agent.id, rules }, 'policySet { id }', agent);
    expect(answer.__typename).toBe('InvalidInputError');
    const paths = answer.issues.map(({ path }: { path: string }) => path);
    for (const path of ['0.condition', '2.condition', '3.reason', '4.condition', '5.condition']) {
      expect(paths, path).toContain(`input.rules.${path}`);
    }
    expect(paths).not.toContain('input.rules.1.condition');
  });

  it('is told of a rule in both languages, and of one in none', async () => {
    const agent = await registerAgent(platform);
    const rules = [
      { condition: 'params_n > 1', cel: 'params.n > 1', action: 'REJECT' },
      { action: 'REJECT' },
      { cel: '', action: 'REJECT' },
      { cel: 'x'.repeat(2_001), action: 'REJECT' },
    ];
    const answer = await mutate(platform, 'publishPolicies', { agentId: agent.id, rules }, 'policySet { id }', agent);
    expect(answer.__typename).toBe('InvalidInputError');
    const paths = answer.issues.map(({ path }: { path: string }) => path);
    expect(paths).toEqual(['input.rules.0', 'input.rules.1.condition', 'input.rules.2.cel', 'input.rules.3.cel']);
  });

  it('is told of an action that there is not, by the schema', async () => {
    const agent = await registerAgent(platform);
    const query = 'mutation ($input: PublishPoliciesInput!) { publishPolicies(input: $input) { __typename } }';
    const input = { agentId: agent.id, rules: [{ condition: 'true', action: 'EXPLODE' }] };
    const { errors } = await send(platform, query, { input }, agent);
    expect(errors?.[0]?.message).toMatch(/EXPLODE/);
    expect(errors?.[0]?.extensions?.code).not.toBe('INTERNAL_SERVER_ERROR');
  });
});

describe('a new version', () => {
  it('counts from the moment it is answered', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const queued = { whenOffline: 'QUEUE' };
    await submitAccepted(platform, agent, sender, queued);
    const rules = [{ condition: `sender_id == '${sender.id}'`, action: 'REJECT', reason: 'Blocked' }];
    await mutateSuccessfully(platform, 'publishPolicies', { agentId: agent.id, rules }, 'policySet { id }', agent);
    expect(await submit(platform, agent, sender, queued)).toMatchObject({
      stage: 'policy_engine',
      reason: expect.stringContaining('Blocked'),
    });
    await mutateSuccessfully(platform, 'publishPolicies', { agentId: agent.id, rules: [] }, 'policySet { id }', agent);
    await submitAccepted(platform, agent, sender, queued);
    await mutateSuccessfully(
      platform,
      'publishCapabilities',
      { agentId: agent.id, capabilities: [] },
      'contract { id }',
      agent,
    );
    expect(await submit(platform, agent, sender, queued)).toMatchObject({ stage: 'capability_sandbox' });
  });

  it('reads back as it was sent', async () => {
    const agent = await registerAgent(platform);
    const capabilities = [
      CALENDAR,
      { action: 'bare' },
      { action: 'odd', paramsSchema: { 'x-own': { ünï: [1.5, null] } } },
      TOLD,
      { action: 'hinted', hints: { destructive: true } },
    ];
    await mutateSuccessfully(
      platform,
      'publishCapabilities',
      { agentId: agent.id, capabilities },
      'contract { id }',
      agent,
    );
    const query = `query ($id: ID!) { agent(id: $id) { capabilities { capabilities { action title description paramsSchema
      constraints resultFormat resultSchema hints { readOnly destructive idempotent openWorld } textParam } } } }`;
    const data = await ask(platform, query, { id: agent.id });
    expect(data.agent.capabilities.capabilities).toEqual([
      { ...UNSAID, ...CALENDAR },
      { ...UNSAID, action: 'bare' },
      { ...UNSAID, action: 'odd', paramsSchema: { 'x-own': { ünï: [1.5, null] } } },
      { ...UNSAID, ...TOLD },
      { ...UNSAID, action: 'hinted', hints: { ...UNSAID.hints, destructive: true } },
    ]);
    const { body } = await rest(platform, 'GET', `/v1/directory/${agent.handle}`);
    expect(body.capabilities.slice(3)).toMatchObject([
      {
        title: 'Look it up',
        result_format: 'content',
        result_schema: TOLD.resultSchema,
        hints: { read_only: true, destructive: false, idempotent: null, open_world: true },
        text_param: 'query',
      },
      { title: null, result_format: 'json', result_schema: null, text_param: null },
    ]);
  });

  it('is published over REST in its words, and reads back so', async () => {
    const agent = await registerAgent(platform);
    const told = {
      action: 'look.up',
      title: 'Look it up',
      result_format: 'content',
      result_schema: { type: 'integer' },
      hints: { open_world: false },
      text_param: 'query',
    };
    const path = `/v1/agents/${agent.id}/capabilities`;
    const { status, body } = await rest(platform, 'PUT', path, {
      key: agent.apiKey,
      body: { capabilities: [{ ...told, hints: { ...told.hints, readOnly: true } }] },
    });
    expect({ status, warnings: body.warnings }).toEqual({
      status: 200,
      warnings: [
        {
          path: 'capabilities.0.hints.readOnly',
          message: 'is not a field of this request; did you mean "read_only"?',
        },
      ],
    });
    const entry = await rest(platform, 'GET', `/v1/directory/${agent.handle}`);
    expect(entry.body.capabilities).toMatchObject([
      { ...told, hints: { read_only: null, destructive: null, idempotent: null, open_world: false } },
    ]);
  });
});
