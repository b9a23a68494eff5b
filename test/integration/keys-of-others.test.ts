import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { mintApiKey } from '../../src/application/keys/api-key-format.ts';
import { LIVE_API_KEYS_MAX } from '../../src/domain/api-key.ts';
import { expectProblem, rest } from '../rest/rest-client.ts';
import {
  agentAndSender,
  createApprover,
  openChannel,
  ownerOf,
  publishPolicies,
  registerAgent,
  registerSender,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { ask, type Credential, mutate, mutateSuccessfully, send } from '../testkit/graphql.ts';
import { limitedKey } from '../testkit/limited-keys.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForFile, startTestPlatform, type TestPlatform } from '../testkit/platform.ts';

const DAY_MS = 86_400_000;
const clock = createManualClock();
const platform = platformForFile({ clock });

const KEY = '{ id kind scopes isLimited label expiresAt revokedAt }';
const create = (input: object, by: Credential, at: TestPlatform = platform) =>
  mutate(at, 'createApiKey', input, `apiKey key ${KEY}`, by);
const created = (input: object, by: Credential, at: TestPlatform = platform) =>
  mutateSuccessfully(at, 'createApiKey', input, `apiKey key ${KEY}`, by);
const rotate = (input: object, by: Credential, at: TestPlatform = platform) =>
  mutate(at, 'rotateApiKey', input, `apiKey key ${KEY} former ${KEY}`, by);
const revoke = (apiKeyId: string, by: Credential) =>
  mutate(platform, 'revokeApiKey', { apiKeyId }, 'key { id } warnings { path message }', by);
const viewerOf = async (by: Credential, at: TestPlatform = platform) =>
  (await ask(at, '{ viewer { __typename } }', {}, by)).viewer?.__typename ?? null;
const messageOf = async (field: string, type: string, input: object, by: Credential) => {
  const document = `mutation ($input: ${type}!) { ${field}(input: $input) { __typename } }`;
  return (await send(platform, document, { input }, by)).errors?.[0]?.message;
};
const ownIdOf = async (by: Credential) =>
  (await ask(platform, '{ viewer { ... on Owner { id } ... on Sender { id } ... on Agent { id } } }', {}, by)).viewer
    .id;
const inDays = (days: number) => new Date(clock.now().getTime() + days * DAY_MS);

it('a label is a name of 1 to 100 characters that can all be seen', async () => {
  const agent = await registerAgent(platform);
  for (const label of ['', ' ', 'x'.repeat(101), 'a\u0000b', 'a\ud800b', 'a\nb', 'a\u202eb']) {
    const refused = await create({ label }, agent);
    expect(refused.issues, JSON.stringify(label)).toEqual([{ path: 'input.label', message: expect.any(String) }]);
  }
  expect((await created({ label: 'x'.repeat(100) }, agent)).key.label).toHaveLength(100);
});

describe('a lost key', () => {
  it('of an agent is replaced by its owner, and of anybody by an administrator', async () => {
    const admin = await logIn(platform);
    const agent = await registerAgent(platform);
    const sender = await registerSender(platform);
    const approver = await createApprover(platform, agent);
    const ownerId = await ownIdOf(ownerOf(agent));
    const made = [
      [await created({ agentId: agent.handle }, ownerOf(agent)), 'Agent'],
      [await created({ approverId: approver.id, label: 'Her phone' }, ownerOf(agent)), 'Approver'],
      [await created({ ownerId }, ownerOf(agent)), 'Owner'],
      [await created({ agentId: agent.id }, admin), 'Agent'],
      [await created({ senderId: sender.id }, admin), 'Sender'],
      [await created({ ownerId }, admin), 'Owner'],
      [await created({ approverId: approver.id }, admin), 'Approver'],
    ] as const;
    for (const [{ apiKey }, kind] of made) expect(await viewerOf({ apiKey })).toBe(kind);
    expect(made[1][0].key.label).toBe('Her phone');
  });

  it('is not made by anybody else, who is told the same whether there is such a holder or not', async () => {
    const [agent, stranger] = [await registerAgent(platform), await registerAgent(platform)];
    const sender = await registerSender(platform);
    const approver = await createApprover(platform, agent);
    const ownerId = await ownIdOf(ownerOf(agent));
    const of = (name: string, id: string, by: Credential) =>
      messageOf('createApiKey', 'CreateApiKeyInput', { [name]: id }, by);
    for (const by of [stranger, ownerOf(stranger), sender]) {
      for (const [name, id] of Object.entries({ agentId: agent.id, ownerId, approverId: approver.id })) {
        const refused = await of(name, id, by);
        expect(refused, name).toMatch(/^This needs/);
        expect(await of(name, randomUUID(), by), name).toBe(refused);
      }
    }
    expect(await of('ownerId', ownerId, agent)).toBe("This needs that owner's own API key.");
    expect(await of('approverId', approver.id, agent)).toBe("This needs the API key of that approver's owner.");
    expect(await of('senderId', sender.id, ownerOf(agent))).toBe("This needs that sender's own API key.");
    expect(await create({ agentId: agent.id, ownerId }, ownerOf(agent))).toMatchObject({
      issues: [{ path: 'input', message: 'must name one holder, and not agentId and ownerId' }],
    });
  });

  it('of an owner is replaced by an administrator, who makes an owner where there is none', async () => {
    const admin = await logIn(platform);
    const agent = await registerAgent(platform);
    const fields = 'ownerKey owner { id agents { totalCount } }';
    const issued = await mutateSuccessfully(platform, 'issueOwnerKey', { agentId: agent.handle }, fields, admin);
    expect(issued.owner).toMatchObject({ id: await ownIdOf(ownerOf(agent)), agents: { totalCount: 1 } });
    expect(await viewerOf({ apiKey: issued.ownerKey })).toBe('Owner');
    const unowned = await mutateSuccessfully(
      platform,
      'registerAgent',
      { handle: `un${randomUUID().replaceAll('-', '')}`, displayName: 'Unowned' },
      'ownerKey agent { id }',
      admin,
    );
    expect(unowned.ownerKey).toBeNull();
    const input = { agentId: unowned.agent.id };
    const both = await Promise.all(
      [0, 1].map(() => mutateSuccessfully(platform, 'issueOwnerKey', input, fields, admin)),
    );
    expect(both[0]?.owner).toEqual(both[1]?.owner);
    expect(await mutate(platform, 'issueOwnerKey', { agentId: randomUUID() }, fields, admin)).toMatchObject({
      __typename: 'AgentNotFoundError',
    });
  });
});

it.each([
  ['', 'must not be empty'],
  ['x'.repeat(101), 'must be at most 100 characters long'],
  ['Her\u0000phone', 'must not contain control characters'],
])('refuses %j as a label', async (label, message) => {
  expect(await create({ label }, await registerAgent(platform))).toMatchObject({
    issues: [{ path: 'input.label', message }],
  });
});

describe('no escalation', () => {
  it("a limited key makes and rotates none that may more, an owner's may give its agents' keys what agents may", async () => {
    const agent = await registerAgent(platform);
    const limited = await limitedKey(platform, agent, ['agent:manage', 'channel:open']);
    expect(limited.apiKey).toMatch(/^clw_agent_limited_/);
    expect((await created({}, limited)).key.scopes).toEqual(['agent:manage', 'channel:open']);
    const { key: whole } = await created({}, agent);
    expect(await rotate({ apiKeyId: whole.id }, limited)).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [
        {
          path: 'input.apiKeyId',
          message: 'has scopes that the key in use lacks: audit:read, requests:answer, requests:read, requests:submit',
        },
      ],
    });
    const worker = { agentId: agent.id, scopes: ['channel:open', 'requests:answer'] };
    expect((await created(worker, ownerOf(agent))).key).toMatchObject({ isLimited: true, scopes: worker.scopes });
    expect(await create({ agentId: agent.id, scopes: ['owner:manage'] }, ownerOf(agent))).toMatchObject({
      issues: [{ path: 'input.scopes.0' }],
    });
  });

  it('the text of a limited key is one that nodes of the release before take for no key', () => {
    // As they read it: the prefix, 43 characters and a checksum of six.
    const asBefore = /^clw_(agent|sender)_.{49}$/;
    expect(mintApiKey('AGENT').text).toMatch(asBefore);
    expect(mintApiKey('AGENT', { isLimited: true }).text).not.toMatch(asBefore);
  });
});

describe('keys of an approver over REST', () => {
  it("are its owner's to make and list, below the agents that it is an approver of", async () => {
    const [agent, other] = [await registerAgent(platform), await registerAgent(platform)];
    const approver = await createApprover(platform, agent);
    const path = `/v1/agents/${agent.handle}/approvers/${approver.id}/keys`;
    const made = await rest(platform, 'POST', path, { key: agent.ownerKey, body: { label: 'Ann, at her desk' } });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ kind: 'approver', label: 'Ann, at her desk', is_current: false });
    expect(await viewerOf({ apiKey: made.body.api_key })).toBe('Approver');
    const listed = await rest(platform, 'GET', path, { key: agent.ownerKey });
    expect(listed.body.items.map(({ id }: { id: string }) => id)).toContain(made.body.id);
    expect(JSON.stringify(listed.body)).not.toContain(made.body.api_key);
    for (const method of ['GET', 'POST']) {
      for (const key of [agent.apiKey, approver.apiKey, other.ownerKey]) {
        expectProblem(await rest(platform, method, path, { key }), 403, 'forbidden');
      }
      for (const nobody of [
        `/v1/agents/${other.id}/approvers/${approver.id}/keys`,
        `/v1/agents/${other.id}/approvers/${randomUUID()}/keys`,
      ]) {
        expectProblem(await rest(platform, method, nobody, { key: other.ownerKey }), 404, 'approver-not-found');
      }
    }
  });
});

describe('a key that expires', () => {
  it('makes none that outlives it, for whomever', async () => {
    const agent = await registerAgent(platform);
    const expiresAt = inDays(1).toISOString();
    const short = await created({ expiresAt }, ownerOf(agent));
    const approver = await createApprover(platform, agent);
    for (const input of [{}, { agentId: agent.id }, { approverId: approver.id }]) {
      expect((await created(input, short)).key.expiresAt).toBe(expiresAt);
      expect(await create({ ...input, expiresAt: inDays(2) }, short)).toMatchObject({
        issues: [
          {
            path: 'input.expiresAt',
            message: `must not be later than ${expiresAt}: a key that expires makes none that outlives it`,
          },
        ],
      });
    }
    const rotated = await rotate({ apiKeyId: short.key.id }, short);
    expect(rotated.key.expiresAt).toBe(expiresAt);
    expect((await rotate({ apiKeyId: short.key.id }, ownerOf(agent))).key.expiresAt).not.toBeNull();
  });

  it('does so by default where KEY_LIFETIME_DAYS says so, and one of that lifetime may make the next', async () => {
    const lived = await startTestPlatform({ env: { KEY_LIFETIME_DAYS: '30' }, clock });
    try {
      const agent = await registerAgent(lived);
      const sender = await registerSender(lived);
      const listed =
        '{ viewer { ... on Agent { apiKeys { expiresAt } } ... on Owner { apiKeys { expiresAt } } ... on Sender { apiKeys { expiresAt } } } }';
      for (const by of [agent, ownerOf(agent), sender]) {
        const { viewer } = await ask(lived, listed, {}, by);
        const left = Date.parse(viewer.apiKeys[0].expiresAt) - clock.now().getTime();
        expect(left).toBeGreaterThan(29 * DAY_MS);
        expect(left).toBeLessThanOrEqual(30 * DAY_MS);
      }
      clock.advance(20 * DAY_MS);
      const next = await created({}, sender, lived);
      expect(Date.parse(next.key.expiresAt) - clock.now().getTime()).toBeGreaterThan(29 * DAY_MS);
      expect((await create({ expiresAt: inDays(31) }, sender, lived)).issues[0].path).toBe('input.expiresAt');
      clock.advance(11 * DAY_MS);
      expect(await viewerOf(sender, lived)).toBeNull();
      expect(await viewerOf(next, lived)).toBe('Sender');
    } finally {
      await lived.stop();
    }
  });
});

describe('a key that was replaced', () => {
  it('makes none that outlives it, although it was made for the whole lifetime', async () => {
    const lived = await startTestPlatform({ env: { KEY_LIFETIME_DAYS: '30' }, clock });
    try {
      for (const days of [1, 29.5]) {
        const sender = await registerSender(lived);
        const { viewer } = await ask(lived, '{ viewer { ... on Sender { apiKeys { id expiresAt } } } }', {}, sender);
        const [{ id: apiKeyId }] = viewer.apiKeys;
        clock.advance(days * DAY_MS);
        const { key, former, apiKey } = await rotate({ apiKeyId }, sender, lived);
        expect(Date.parse(key.expiresAt) - clock.now().getTime()).toBeGreaterThan(29 * DAY_MS);
        // It shows no scope that is none.
        expect(former.scopes).toEqual(key.scopes);
        expect((await created({}, sender, lived)).key.expiresAt).toBe(former.expiresAt);
        expect((await rotate({ apiKeyId }, sender, lived)).key.expiresAt).toBe(former.expiresAt);
        const next = await created({}, { apiKey }, lived);
        expect(Date.parse(next.key.expiresAt) - clock.now().getTime()).toBeGreaterThan(29 * DAY_MS);
      }
    } finally {
      await lived.stop();
    }
  });
});

describe('rotating', () => {
  it('answers a key like the former, which goes on for the overlap and then ends what was opened with it', async () => {
    const { agent } = await agentAndSender(platform);
    const former = await created({ label: 'The worker', scopes: ['channel:open', 'requests:answer'] }, agent);
    const channel = await openChannel(platform, { ...agent, apiKey: former.apiKey });
    const rotated = await rotate({ apiKeyId: former.key.id, overlapSeconds: 3_600 }, agent);
    expect(rotated.key).toMatchObject({
      label: 'The worker',
      isLimited: true,
      scopes: former.key.scopes,
      expiresAt: null,
    });
    const left = Date.parse(rotated.former.expiresAt) - clock.now().getTime();
    expect(left).toBeGreaterThan(3_500_000);
    expect(left).toBeLessThanOrEqual(3_600_000);
    clock.advance(3_000_000);
    expect(await viewerOf({ apiKey: former.apiKey })).toBe('Agent');
    expect(await viewerOf({ apiKey: rotated.apiKey })).toBe('Agent');
    clock.advance(700_000);
    expect(await channel.events.ended()).toMatchObject({ error: { code: 4001 } });
    expect(await viewerOf({ apiKey: former.apiKey })).toBeNull();
    expect(await viewerOf({ apiKey: rotated.apiKey })).toBe('Agent');
  });

  it('ends the former at once without an overlap, also where the holder has as many keys as it may have', async () => {
    const agent = await registerAgent(platform);
    const [first, ...more] = await Promise.all(Array.from({ length: LIVE_API_KEYS_MAX - 1 }, () => created({}, agent)));
    expect(more).toHaveLength(LIVE_API_KEYS_MAX - 2);
    expect(await rotate({ apiKeyId: first?.key.id }, agent)).toMatchObject({
      issues: [{ message: expect.stringContaining('or rotate this one with an overlap of 0 seconds') }],
    });
    expect(await viewerOf({ apiKey: first?.apiKey ?? '' })).toBe('Agent');
    const rotated = await rotate({ apiKeyId: first?.key.id, overlapSeconds: 0 }, agent);
    expect(rotated.__typename).toBe('RotateApiKeySuccess');
    expect(await viewerOf({ apiKey: first?.apiKey ?? '' })).toBeNull();
    expect(await rotate({ apiKeyId: first?.key.id }, agent)).toMatchObject({
      issues: [{ path: 'input.apiKeyId', message: 'is revoked or expired: make a new key instead' }],
    });
  });

  it('of one key at once and without an overlap is one call’s, whose clock is ahead or behind', async () => {
    const agent = await registerAgent(platform);
    const { key } = await created({}, agent);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => {
        // Each is asked for a little later than the one before, and may still come first.
        clock.advance(1);
        return rotate({ apiKeyId: key.id, overlapSeconds: 0 }, agent);
      }),
    );
    expect(answers.filter(({ __typename }) => __typename === 'RotateApiKeySuccess')).toHaveLength(1);
  });

  it.each([-1, 2_592_001])('refuses an overlap of %d seconds', async (overlapSeconds) => {
    const agent = await registerAgent(platform);
    const { key } = await created({}, agent);
    expect(await rotate({ apiKeyId: key.id, overlapSeconds }, agent)).toMatchObject({
      issues: [{ path: 'input.overlapSeconds', message: 'must be a whole number from 0 to 2,592,000' }],
    });
  });
});

describe('revoking the last key', () => {
  it('says what it means, by whose key it was', async () => {
    const agent = await registerAgent(platform);
    const listed = async (by: Credential) =>
      (await ask(platform, '{ viewer { ... on Agent { apiKeys { id } } ... on Owner { apiKeys { id } } } }', {}, by))
        .viewer.apiKeys as { id: string }[];
    const [agentKey] = await listed(agent);
    const further = await created({}, agent);
    expect((await revoke(further.key.id, agent)).warnings).toEqual([]);
    const last = await revoke(agentKey?.id ?? '', ownerOf(agent));
    expect(last.warnings).toEqual([
      {
        path: 'input.apiKeyId',
        message:
          "was the agent's last key: nobody can open its channel; its owner or an administrator can make a new one",
      },
    ]);
    const { apiKey } = await created({ agentId: agent.id }, ownerOf(agent));
    expect(await viewerOf({ apiKey })).toBe('Agent');
    const [ownerKey] = await listed(ownerOf(agent));
    expect((await revoke(ownerKey?.id ?? '', ownerOf(agent))).warnings[0].message).toBe(
      "was the owner's last key: only an administrator can help",
    );
  });
});

describe('revoking the last key but for one that was replaced', () => {
  it('says so over both doors, and until when that goes on', async () => {
    const sender = await registerSender(platform);
    const { viewer } = await ask(platform, '{ viewer { ... on Sender { apiKeys { id } } } }', {}, sender);
    const { key, former, apiKey } = await rotate({ apiKeyId: viewer.apiKeys[0].id }, sender);
    const further = await created({}, { apiKey });
    expect((await revoke(further.key.id, { apiKey })).warnings).toEqual([]);
    const meaning = 'nobody can submit or read as it; only an administrator can make a new one';
    expect((await revoke(key.id, sender)).warnings).toEqual([
      {
        path: 'input.apiKeyId',
        message: `was the sender's last key: ${meaning}; what it replaced goes on until ${former.expiresAt}`,
      },
    ]);
    const over = await rest(platform, 'DELETE', `/v1/keys/${former.id}`, { key: sender.apiKey });
    expect(over.status).toBe(200);
    expect(over.body).toMatchObject({
      id: former.id,
      revoked_at: expect.any(String),
      is_current: true,
      warnings: [{ path: 'api_key_id', message: `was the sender's last key: ${meaning}` }],
    });
    const other = await registerSender(platform);
    const spare = await created({}, other);
    expect((await rest(platform, 'DELETE', `/v1/keys/${spare.key.id}`, { key: other.apiKey })).status).toBe(204);
  });
});

describe('an agent that its owner manages', () => {
  it('has no keys that do, on no door and no socket, until its owner says otherwise', async () => {
    const { agent } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const update = (input: object, by: Credential) =>
      mutate(platform, 'updateAgent', { agentId: agent.id, ...input }, 'agent { displayName description }', by);
    expect((await update({ displayName: 'Its own', description: 'Words' }, agent)).agent).toEqual({
      displayName: 'Its own',
      description: 'Words',
    });
    expect((await update({ description: '' }, agent)).agent.description).toBeNull();
    const input = { agentId: agent.id, agentKeysManage: false };
    expect(await messageOf('updateAgent', 'UpdateAgentInput', input, agent)).toBe(
      "This needs the API key of that agent's owner.",
    );
    expect((await update({ agentKeysManage: false }, ownerOf(agent))).__typename).toBe('UpdateAgentSuccess');
    const publish = { agentId: agent.id, rules: [] };
    const refused = "The agent's owner manages it: its own keys may not.";
    expect(await messageOf('publishPolicies', 'PublishPoliciesInput', publish, agent)).toBe(refused);
    expect(await messageOf('createApiKey', 'CreateApiKeyInput', {}, agent)).toBe(refused);
    await publishPolicies(platform, { ...agent, ...ownerOf(agent) }, { rules: [] });
    // Its channel goes on.
    expect((await ask(platform, 'query ($id: ID!) { agent(id: $id) { status } }', { id: agent.id })).agent.status).toBe(
      'ACTIVE',
    );
    expect((await update({ agentKeysManage: true }, ownerOf(agent))).__typename).toBe('UpdateAgentSuccess');
    await publishPolicies(platform, agent, { rules: [] });
    channel.close();
  });

  it('is what a rule that holds for approval is worth: as long as it is not so, publishing one warns', async () => {
    const { agent } = await agentAndSender(platform);
    const rules = [
      { condition: 'False', action: 'ALLOW' },
      { condition: 'params_title == "x"', action: 'REQUIRE_APPROVAL', reason: 'Look' },
    ];
    const warningsOf = async (by: Credential) =>
      (
        await mutateSuccessfully(
          platform,
          'publishPolicies',
          { agentId: agent.id, rules },
          'warnings { path message }',
          by,
        )
      ).warnings;
    const removable = {
      path: 'input.rules.1.action',
      message:
        "this agent's own key can remove it: its owner can forbid that with agentKeysManage: false (updateAgent)",
    };
    expect(await warningsOf(agent)).toContainEqual(removable);
    await mutateSuccessfully(
      platform,
      'updateAgent',
      { agentId: agent.id, agentKeysManage: false },
      'agent { id }',
      ownerOf(agent),
    );
    expect(await warningsOf(ownerOf(agent))).not.toContainEqual(removable);
  });
});
