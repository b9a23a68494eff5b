import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rest } from '../rest/rest-client.ts';
import { type Agent, CALENDAR, registerAgent, registerSender } from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { ask, mutate } from '../testkit/graphql.ts';
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
    field: 'publishPolicies',
    path: 'policies',
    answer: 'policySet',
    active: 'policies',
    good: { rules: [{ condition: 'params_n > 1', action: 'REJECT' }] },
    bad: { rules: [{ condition: 'params_n >', action: 'REJECT' }] },
    wire: (document: { rules?: readonly object[] }) => ({
      rules: document.rules?.map((rule) => ({ ...rule, action: 'reject' })),
    }),
    at: 'rules.0.condition',
    wireAt: 'rules.0.condition',
  },
  {
    field: 'publishCapabilities',
    path: 'capabilities',
    answer: 'contract',
    active: 'capabilities',
    good: { capabilities: [{ action: 'do', paramsSchema: { properties: { n: { type: 'number' } } } }] },
    bad: { capabilities: [{ action: 'do', paramsSchema: { type: 'nothing' } }] },
    wire: (document: { capabilities?: readonly { action: string; paramsSchema: object }[] }) => ({
      capabilities: document.capabilities?.map(({ action, paramsSchema }) => ({ action, params_schema: paramsSchema })),
    }),
    at: 'capabilities.0.paramsSchema',
    wireAt: 'capabilities.0.params_schema',
  },
] as const;

describe.each(KINDS)('$field', ({ field, path, answer, active, good, bad, wire, at, wireAt }) => {
  const selection = `${answer} { version } issues { path message } warnings { path message }`;
  const publish = (by: { apiKey?: string; cookie?: string }, agentId: string, document: object) =>
    mutate(platform, field, { agentId, ...document }, selection, by);
  const put = (agent: Agent, document: object, query = '') =>
    rest(platform, 'PUT', `/v1/agents/${agent.id}/${path}${query}`, {
      key: agent.apiKey,
      body: wire(document),
    });
  const versionOf = async (agent: Agent) => {
    const query = `query ($id: ID!) { agent(id: $id) { ${active} { version } } }`;
    return (await ask(platform, query, { id: agent.id }, agent)).agent[active]?.version ?? null;
  };

  it('answers no issues and no warnings where there is nothing to say', async () => {
    const agent = await registerAgent(platform);
    expect(await publish(agent, agent.id, good)).toMatchObject({ [answer]: { version: 1 }, issues: [], warnings: [] });
    expect((await put(agent, good)).body).toMatchObject({ version: 2, warnings: [] });
  });

  it('says with check what is wrong, and publishes nothing', async () => {
    const agent = await registerAgent(platform);
    const checked = await publish(agent, agent.id, { ...bad, check: true });
    expect(checked).toMatchObject({ [answer]: null, warnings: [] });
    expect(checked.issues).toMatchObject([{ path: `input.${at}` }]);
    const answered = await put(agent, bad, '?check=true');
    expect(answered.status, answered.text).toBe(200);
    expect(answered.body).toEqual({ errors: [{ path: wireAt, message: expect.any(String) }], warnings: [] });
    expect(await versionOf(agent)).toBe(null);
  });

  it('publishes nothing with check although nothing is wrong, and makes no version', async () => {
    const agent = await registerAgent(platform);
    expect(await publish(agent, agent.id, { ...good, check: true })).toMatchObject({ [answer]: null, issues: [] });
    expect((await put(agent, good, '?check=true')).body).toEqual({ errors: [], warnings: [] });
    expect(await versionOf(agent)).toBe(null);
    expect(await publish(agent, agent.id, { ...good, check: false })).toMatchObject({ [answer]: { version: 1 } });
    expect((await put(agent, good, '?check=false')).body).toMatchObject({ version: 2 });
  });

  it('refuses without check what is wrong, and publishes nothing', async () => {
    const agent = await registerAgent(platform);
    const refused = await publish(agent, agent.id, bad);
    expect(refused).toMatchObject({ __typename: 'InvalidInputError', issues: [{ path: `input.${at}` }] });
    expect(await put(agent, bad)).toMatchObject({ status: 422, body: { errors: [{ path: wireAt }] } });
    expect(await versionOf(agent)).toBe(null);
  });

  it('takes nothing but true and false for check, rather than publish by mistake', async () => {
    const agent = await registerAgent(platform);
    for (const query of ['?check=1', '?check=', '?check', '?check=True', '?check=true&check=false']) {
      const answered = await put(agent, good, query);
      expect(answered.status, query).toBe(422);
      expect(answered.body.errors[0].path, query).toBe('check');
    }
    expect(await versionOf(agent)).toBe(null);
  });

  it('checks for the owner only, and tells an admin of an agent that there is not', async () => {
    const agent = await registerAgent(platform);
    const stranger = await registerAgent(platform);
    const sender = await registerSender(platform);
    for (const { apiKey } of [stranger, sender]) {
      const answered = await rest(platform, 'PUT', `/v1/agents/${agent.id}/${path}?check=true`, {
        key: apiKey,
        body: wire(good),
      });
      expect(answered.status).toBe(403);
    }
    const admin = await logIn(platform);
    const unknown = await publish(admin, stranger.id.replace(/^.{8}/, '00000000'), { ...good, check: true });
    expect(unknown.__typename).toBe('AgentNotFoundError');
    expect((await publish(admin, 'nobody', { ...good, check: true })).__typename).toBe('AgentNotFoundError');
    expect(await publish(admin, agent.id, { ...good, check: true })).toMatchObject({ [answer]: null });
  });
});

describe('checking', () => {
  it('counts as publishing', async () => {
    const limited = await startTestPlatform({ env: { RATE_LIMIT_PUBLICATIONS_PER_MINUTE: '2' } });
    try {
      const agent = await registerAgent(limited);
      const check = () =>
        mutate(
          limited,
          'publishCapabilities',
          { agentId: agent.id, capabilities: [CALENDAR], check: true },
          '__typename',
          agent,
        );
      expect((await check()).__typename).toBe('PublishCapabilitiesSuccess');
      expect((await check()).__typename).toBe('PublishCapabilitiesSuccess');
      expect((await check()).__typename).toBe('RateLimitedError');
    } finally {
      await limited.stop();
    }
  });
});
