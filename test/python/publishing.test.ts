import { beforeEach, describe, expect, it } from 'vitest';
import { approve, ClawciergeApprovals, silentLogger } from '../../agent-sdk/src/index.ts';
import { registerAgent, registerSender } from '../testkit/actors.ts';
import { heldFor, holdingAgent } from '../testkit/approvals.ts';
import { ask, uniqueHandle } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';
import { pythonWithWebsockets, withoutPython } from '../testkit/python.ts';
import { pythonAgent } from './python-agent.ts';
import { pythonSdk } from './python-calls.ts';

const platform = platformForFile();

beforeEach(({ skip }) => {
  if (pythonWithWebsockets === null) skip(withoutPython);
});

const CAPABILITIES = [
  { action: 'work.do', params_schema: { type: 'object', properties: { n: { type: 'number', minimum: 1 } } } },
];
const RULES = [{ condition: 'params_n > 5', action: 'reject', reason: 'Too many.' }] as const;

describe('an agent of the Python SDK that publishes at every start', () => {
  it('makes a version of its contract only when it has changed, or is told to', async () => {
    const agent = await registerAgent(platform);
    const sdk = pythonSdk(platform, agent);
    const publish = (capabilities: readonly object[], kwargs = {}) =>
      sdk.call('publish_capabilities', [capabilities], kwargs);
    const first = await publish(CAPABILITIES);
    expect(first).toMatchObject({ version: 1, is_new: true });
    const same = { ...first, is_new: false };
    expect(await publish(CAPABILITIES)).toEqual(same);
    const sameMeaning = [
      {
        description: null,
        constraints: {},
        result_format: 'json',
        hints: { destructive: null },
        params_schema: { properties: { n: { minimum: 1.0, type: 'number' } }, type: 'object' },
        action: 'work.do',
      },
    ];
    expect(await publish(sameMeaning, { agent_id: agent.handle })).toEqual(same);
    const whole = [
      {
        action: 'work.do',
        title: 'Work',
        description: 'Works.',
        result_format: 'content',
        result_schema: { type: 'object' },
        hints: { read_only: true, open_world: false },
        text_param: 'text',
      },
    ];
    expect(await publish(whole)).toMatchObject({ version: 2, is_new: true });
    expect(await publish(whole)).toMatchObject({ version: 2, is_new: false });
    expect(await publish(CAPABILITIES, { force: true })).toMatchObject({ version: 3 });
    expect(await publish(CAPABILITIES, { force: true })).toMatchObject({ version: 4 });
  });

  it('makes a version of its policies only when they have changed, and hears what is warned of', async () => {
    const sdk = pythonSdk(platform, await registerAgent(platform));
    await sdk.call('publish_capabilities', [CAPABILITIES]);
    const publish = (policies: object) => sdk.call('publish_policies', [policies]);
    const first = await publish({ rules: RULES });
    expect(first).toMatchObject({ version: 1, is_new: true });
    expect(await publish({ rules: RULES, default_action: 'allow' })).toEqual({ ...first, is_new: false });
    expect(await publish({ rules: RULES, default_action: 'reject' })).toMatchObject({ version: 2 });
    expect(sdk.log()).not.toContain('WARNING');
    expect(await publish({ rules: [{ condition: 'params_m > 5', action: 'reject' }] })).toMatchObject({ version: 3 });
    expect(sdk.log()).toContain('the platform warns of what was published: rules.0');
  });

  it('keeps what people remembered, unless it is told not to', async () => {
    const { agent, sender } = await holdingAgent(platform);
    const sdk = pythonSdk(platform, agent);
    await sdk.call('publish_capabilities', [CAPABILITIES]);
    const rules = [{ condition: 'true', action: 'require_approval' }];
    await sdk.call('publish_policies', [{ rules }]);
    const asOwner = new ClawciergeApprovals({ url: platform.url, apiKey: agent.ownerKey, logger: silentLogger });
    const pending = await heldFor(platform, { agent, sender }, { action: 'work.do', params: { n: 1 } });
    await asOwner.decide(pending, approve({ remember: { params: [] } }));
    const { version } = await sdk.call('publish_policies', [{ rules }]);
    const inForce = async () => {
      const query = 'query ($id: ID!) { agent(id: $id) { policies { version rules { madeFrom } } } }';
      return (await ask(platform, query, { id: agent.id }, agent)).agent.policies;
    };
    expect(await inForce()).toEqual({ version, rules: [{ madeFrom: null }, { madeFrom: pending.id }] });
    await sdk.call('publish_policies', [{ rules, keep_remembered: false }]);
    expect(await inForce()).toEqual({ version: version + 1, rules: [{ madeFrom: null }] });
    await asOwner.close();
  });

  it('may have its owner do so, and publishes for nobody else', async () => {
    const anybody = pythonSdk(platform, await registerSender(platform));
    const named = { handle: uniqueHandle(), display_name: 'From Python' };
    const agent = await anybody.call('register_agent', [], named, { key: false });
    expect(agent).toMatchObject({ handle: named.handle, owner_key: expect.stringContaining('clw_owner_') });
    expect(await anybody.error('register_agent', [], named, { key: false })).toMatchObject({
      name: 'HandleTakenError',
      handle: named.handle,
    });
    const owner = pythonSdk(platform, { apiKey: agent.owner_key });
    const publish = [CAPABILITIES];
    expect(await owner.call('publish_capabilities', publish, { agent_id: named.handle })).toMatchObject({ version: 1 });
    expect((await owner.error('publish_capabilities', publish)).text).toContain('agent_id');
    const { id } = await registerAgent(platform);
    const others = await owner.error('publish_capabilities', publish, { agent_id: id });
    expect(others).toMatchObject({ name: 'ForbiddenError' });
    const further = { handle: uniqueHandle(), display_name: 'Another', owner_key: agent.owner_key };
    expect(await anybody.call('register_agent', [], further, { key: false })).toMatchObject({ owner_key: null });
    const none = await anybody.error('publish_capabilities', publish);
    expect(none).toMatchObject({ name: 'ForbiddenError' });
  });

  it('publishes what its decorators say, before it connects', async () => {
    const agent = await registerAgent(platform);
    const policies = { rules: RULES };
    for (const round of [1, 2]) {
      const { take, tell } = pythonAgent(platform, agent, { publish: true, policies });
      await take('connected');
      const query = `query ($id: ID!) { agent(id: $id) { policies { version rules { reason } }
        capabilities { version capabilities { action description paramsSchema } } } }`;
      const { agent: inForce } = await ask(platform, query, { id: agent.id }, agent);
      expect(inForce.policies, `round ${round}`).toEqual({ version: 1, rules: [{ reason: 'Too many.' }] });
      expect(inForce.capabilities).toEqual({
        version: 1,
        capabilities: [
          { action: 'work.do', description: 'Does what its params say.', paramsSchema: { type: 'object' } },
          { action: 'work.blocking', description: 'Blocks a thread.', paramsSchema: {} },
        ],
      });
      tell({ do: 'stop' });
      await take('stopped');
    }
  });
});
