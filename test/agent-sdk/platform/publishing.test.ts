import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  AgentNotFoundError,
  activeDocuments,
  approve,
  ClawciergeApprovals,
  checkCapabilities,
  checkPolicies,
  ForbiddenError,
  type Logger,
  publishCapabilities,
  publishPolicies,
  RequestRejectedError,
  registerAgent as register,
  silentLogger,
} from '../../../agent-sdk/src/index.ts';
import { agentAndSender, registerAgent, registerSender } from '../../testkit/actors.ts';
import { heldFor, holdingAgent } from '../../testkit/approvals.ts';
import { ask, mutateSuccessfully, uniqueHandle } from '../../testkit/graphql.ts';
import { nth } from '../../testkit/nth.ts';
import { startTestPlatform, type TestPlatform } from '../../testkit/platform.ts';
import { clientUnderTest } from './agent-under-test.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.stop());

/** A fresh agent as its owner publishes for it. */
async function owner() {
  const agent = await registerAgent(platform);
  return { agent, own: { url: platform.url, apiKey: agent.apiKey, logger: silentLogger } };
}

const CAPABILITIES = [
  { action: 'work.do', paramsSchema: { type: 'object', properties: { n: { type: 'number', minimum: 1 } } } },
];

describe('an agent that publishes at every start', () => {
  it('makes a version of its contract only when it has changed', async () => {
    const { own } = await owner();
    const first = await publishCapabilities({ ...own, capabilities: CAPABILITIES });
    expect(first.version).toBe(1);
    expect(await publishCapabilities({ ...own, capabilities: CAPABILITIES })).toEqual(first);
    const sameMeaning = [
      {
        description: null,
        constraints: {},
        hints: { openWorld: null },
        resultFormat: 'JSON' as const,
        resultSchema: null,
        paramsSchema: { properties: { n: { minimum: 1.0, type: 'number' } }, type: 'object' },
        action: 'work.do',
      },
    ];
    expect(await publishCapabilities({ ...own, capabilities: sameMeaning })).toEqual(first);
    const changes = [
      { title: 'Work' },
      { resultFormat: 'CONTENT' },
      { resultSchema: { type: 'string' } },
      { hints: { readOnly: false } },
      { textParam: 'text' },
      { description: 'Works.' },
    ] as const;
    for (const [index, change] of changes.entries()) {
      const capabilities = CAPABILITIES.map((each) => ({ ...each, ...change }));
      const changed = await publishCapabilities({ ...own, capabilities });
      expect(changed).toMatchObject({ version: index + 2, capabilities: [change] });
      expect(await publishCapabilities({ ...own, capabilities })).toEqual(changed);
    }
    expect(await publishCapabilities({ ...own, capabilities: CAPABILITIES })).toMatchObject({ version: 8 });
  });

  it('may have its owner do so, who says which agent', async () => {
    const { agent, own } = await owner();
    const asOwner = { ...own, apiKey: agent.ownerKey, capabilities: CAPABILITIES };
    const first = await publishCapabilities({ ...asOwner, agentId: agent.handle });
    expect(first.version).toBe(1);
    expect(await publishCapabilities({ ...asOwner, agentId: agent.id })).toEqual(first);
    await expect(publishCapabilities(asOwner)).rejects.toThrow(TypeError);
    const { id } = await registerAgent(platform);
    await expect(publishCapabilities({ ...asOwner, agentId: id })).rejects.toThrow(ForbiddenError);
    const further = await register({
      url: platform.url,
      handle: uniqueHandle(),
      displayName: 'Another',
      ownerKey: agent.ownerKey,
    });
    expect(further.ownerKey).toBeNull();
    expect(await publishCapabilities({ ...asOwner, agentId: further.agent.id })).toMatchObject({ version: 1 });
  });

  it('makes a version of its policies only when they have changed', async () => {
    const { own } = await owner();
    const rules = [{ condition: 'params_n > 5', action: 'REJECT', reason: 'Too many.' }] as const;
    const first = await publishPolicies({ ...own, rules });
    const again = { cel: null, reason: 'Too many.', action: 'REJECT', condition: 'params_n > 5' } as const;
    expect(await publishPolicies({ ...own, rules: [again], defaultAction: 'ALLOW' })).toEqual(first);
    expect(await publishPolicies({ ...own, rules, defaultAction: 'REJECT' })).toMatchObject({ version: 2 });
    expect(await publishPolicies({ ...own, rules: [] })).toMatchObject({ version: 3, rules: [] });
  });

  it('keeps what people remembered, unless it is told not to', async () => {
    const { agent, sender } = await holdingAgent(platform);
    await publishCapabilities({ url: platform.url, apiKey: agent.apiKey, capabilities: CAPABILITIES });
    const own = { url: platform.url, apiKey: agent.apiKey, logger: silentLogger };
    const rules = [{ condition: 'true', action: 'REQUIRE_APPROVAL' }] as const;
    await publishPolicies({ ...own, rules });
    const asOwner = new ClawciergeApprovals({ url: platform.url, apiKey: agent.ownerKey, logger: silentLogger });
    const pending = await heldFor(
      platform,
      { agent, sender },
      { action: nth(CAPABILITIES, 0).action, params: { n: 1 } },
    );
    const [asked] = await asOwner.list();
    expect(asked?.suggestedRule).toMatchObject({ action: 'WAIVE_APPROVAL', madeFrom: pending.id });
    const { rememberedRule } = await asOwner.decide(
      pending,
      approve({ remember: { params: [{ field: 'n', as: 'ANY' }] } }),
    );
    expect(rememberedRule).toMatchObject({ condition: expect.stringContaining('(params_n < 0 or params_n >= 0)') });
    const { version } = await publishPolicies({ ...own, rules });
    expect(version, 'it is as it was').toBe(3);
    const reason = 'Ask first';
    const changed = await publishPolicies({
      ...own,
      rules: [{ ...nth(rules, 0), reason }],
      force: true,
      agentId: agent.id,
    });
    expect(changed.rules).toMatchObject([{ reason }, { condition: rememberedRule?.condition, madeFrom: pending.id }]);
    const asRead = changed.rules.toReversed();
    const again = await publishPolicies({ ...own, rules: asRead });
    expect(again.rules, 'what is given stays where it is, and is not there twice').toEqual(asRead);
    expect(await publishPolicies({ ...own, rules, keepRemembered: false })).toMatchObject({ version: 6, rules });
    await asOwner.close();
  });

  it('makes one all the same when it is told to, as the API always does', async () => {
    const { agent, own } = await owner();
    await publishCapabilities({ ...own, capabilities: CAPABILITIES });
    const forced = await publishCapabilities({ ...own, capabilities: CAPABILITIES, force: true });
    expect(forced.version).toBe(2);
    expect(await publishPolicies({ ...own, rules: [], force: true, agentId: agent.id })).toMatchObject({ version: 1 });
    expect(await publishPolicies({ ...own, rules: [], force: true })).toMatchObject({ version: 2 });
    const input = { agentId: agent.id, capabilities: CAPABILITIES };
    const byApi = await mutateSuccessfully(platform, 'publishCapabilities', input, 'contract { version }', agent);
    expect(byApi.contract.version).toBe(3);
  });

  it('may name itself by id or handle, and publishes for nobody else', async () => {
    const { agent, own } = await owner();
    const first = await publishCapabilities({ ...own, capabilities: CAPABILITIES });
    for (const agentId of [agent.id, agent.handle]) {
      expect(await publishCapabilities({ ...own, agentId, capabilities: CAPABILITIES })).toEqual(first);
    }
    const other = await registerAgent(platform);
    const notItsOwn = publishCapabilities({ ...own, agentId: other.id, capabilities: CAPABILITIES });
    await expect(notItsOwn).rejects.toBeInstanceOf(ForbiddenError);
    const { apiKey } = await registerSender(platform);
    const notAnAgents = publishCapabilities({ ...own, apiKey, capabilities: CAPABILITIES });
    await expect(notAnAgents).rejects.toBeInstanceOf(ForbiddenError);
  });

  it('hears what the platform warns of', async () => {
    const { own } = await owner();
    await publishCapabilities({ ...own, capabilities: CAPABILITIES });
    const warnings: unknown[] = [];
    const logger: Logger = { ...silentLogger, warn: (message, fields) => warnings.push([message, fields]) };
    const rules = [{ condition: 'params_m > 5', action: 'REJECT' }] as const;
    await publishPolicies({ ...own, logger, rules });
    expect(warnings).toEqual([
      [
        'the platform warns of what was published',
        { path: expect.stringContaining('rules.0'), message: expect.stringContaining('m') },
      ],
    ]);
  });
});

describe('what would be published', () => {
  it('is checked, and compared with what is in force', async () => {
    const { agent, own } = await owner();
    expect(await activeDocuments(own)).toEqual({ agentId: agent.id, contract: null, policySet: null });
    expect(await checkCapabilities({ ...own, capabilities: CAPABILITIES })).toEqual({ issues: [], warnings: [] });
    const wrong = [{ action: 'no spaces' }, { action: 'b', paramsSchema: { type: 'nothing' } }];
    const { issues } = await checkCapabilities({ ...own, capabilities: wrong });
    expect(issues.map(({ path }) => path)).toEqual([
      'input.capabilities.0.action',
      expect.stringContaining('input.capabilities.1.paramsSchema'),
    ]);
    const rule = { condition: 'params_nothing > 1', action: 'REJECT' } as const;
    await publishCapabilities({ ...own, capabilities: CAPABILITIES });
    expect((await checkPolicies({ ...own, rules: [rule] })).warnings).toHaveLength(1);
    expect((await checkPolicies({ ...own, rules: [{ ...rule, condition: '1 +' }] })).issues).toHaveLength(1);
    const ofOwner = { ...own, apiKey: agent.ownerKey, agentId: agent.handle };
    expect(await activeDocuments(ofOwner)).toMatchObject({ contract: { version: 1 }, policySet: null });
    const { handle } = await registerAgent(platform);
    await expect(activeDocuments({ ...own, agentId: handle })).rejects.toThrow(AgentNotFoundError);
  });
});

describe('schemas that a library makes', () => {
  const typeBox = Type.Object(
    { title: Type.Readonly(Type.String({ maxLength: 8 })), kind: Type.Union([Type.Literal('a'), Type.Literal('b')]) },
    { additionalProperties: false },
  );
  const zod = z.toJSONSchema(
    z.strictObject({ title: z.string().max(8).readonly(), kind: z.union([z.literal('a'), z.literal('b')]) }),
  );

  it.each([
    ['TypeBox', typeBox],
    ['zod', zod],
  ])('of %s are params schemas as they are', async (_, paramsSchema) => {
    const { agent, sender } = await agentAndSender(platform, []);
    const own = { url: platform.url, apiKey: agent.apiKey, logger: silentLogger };
    const capabilities = [{ action: 'work.do', paramsSchema }];
    const published = await publishCapabilities({ ...own, capabilities });
    expect(await publishCapabilities({ ...own, capabilities })).toEqual(published);

    const params = { title: 'Much too long', kind: 'c', tilte: 'x' };
    const refused = clientUnderTest(platform, sender).submit({ handle: agent.handle, action: 'work.do', params });
    const error = await refused.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RequestRejectedError);
    expect(error).toMatchObject({
      issues: [
        { path: 'params.title', message: 'must be at most 8 characters long' },
        { path: 'params.kind', message: 'must be one of "a", "b"' },
        { path: 'params', message: 'must not have the member "tilte"' },
      ],
    });
    const query = `query ($id: ID!) { agent(id: $id) { capabilityHistory { totalCount } } }`;
    expect((await ask(platform, query, { id: agent.id }, agent)).agent.capabilityHistory.totalCount).toBe(2);
  });
});
