import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem, rest } from '../rest/rest-client.ts';
import {
  type OwnedAgent,
  ownerOf,
  publishCapabilities,
  publishPolicies,
  readRequest,
  registerAgent,
  registerSender,
  submitAccepted,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { ask, type Credential, mutate, mutateSuccessfully, send, uniqueHandle } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';

let platform: TestPlatform;
let admin: Credential;
beforeAll(async () => {
  platform = await startTestPlatform();
  admin = await logIn(platform);
});
afterAll(() => platform.stop());

const OF_OWNER = '{ id agents { totalCount edges { node { id } } } apiKeys { kind } approvers { id } }';
const viewerOf = async (by: Credential) =>
  (await ask(platform, `{ viewer { __typename ... on Owner ${OF_OWNER} } }`, {}, by)).viewer;
const ownerIdOf = async (agent: OwnedAgent) => (await viewerOf(ownerOf(agent))).id;

const register = (by: Credential | undefined, input: object = {}) =>
  mutate(
    platform,
    'registerAgent',
    { handle: uniqueHandle(), displayName: 'Another', ...input },
    'ownerKey agent { id handle }',
    by,
  );

describe('registering', () => {
  it('makes an owner for whoever comes without a credential, whose key is shown once', async () => {
    const agent = await registerAgent(platform);
    expect(agent.ownerKey).toMatch(/^clw_owner_/);
    expect(await viewerOf(ownerOf(agent))).toMatchObject({
      __typename: 'Owner',
      agents: { totalCount: 1, edges: [{ node: { id: agent.id } }] },
      apiKeys: [{ kind: 'OWNER' }],
      approvers: [],
    });
  });

  it("joins a further agent to the owner whose key is used, and makes nobody's of a sender's, an agent's or an admin's", async () => {
    const first = await registerAgent(platform);
    const { agent: second, ownerKey } = await register(ownerOf(first));
    expect(ownerKey).toBeNull();
    const { agents } = await viewerOf(ownerOf(first));
    expect(agents.edges.map(({ node }: { node: { id: string } }) => node.id)).toEqual([second.id, first.id]);

    for (const by of [await registerSender(platform), first, admin]) {
      const { agent, ownerKey: none } = await register(by);
      expect(none).toBeNull();
      const of = await ask(platform, 'query ($id: ID!) { agent(id: $id) { owner { id } } }', { id: agent.id }, admin);
      expect(of.agent.owner).toBeNull();
    }
  });

  it('with a key that opens nothing is refused, and makes nobody an owner anew', async () => {
    const owner = ownerOf(await registerAgent(platform));
    const further = await mutateSuccessfully(platform, 'createApiKey', {}, 'apiKey key { id }', owner);
    await mutateSuccessfully(platform, 'revokeApiKey', { apiKeyId: further.key.id }, 'key { id }', owner);
    for (const apiKey of [further.apiKey, `${owner.apiKey}x`, 'undefined']) {
      for (const [field, input] of [
        ['registerAgent', { handle: uniqueHandle(), displayName: 'Another' }],
        ['registerSender', { displayName: 'Another' }],
      ] as const) {
        const type = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input`;
        const document = `mutation ($input: ${type}!) { ${field}(input: $input) { __typename } }`;
        const { errors } = await send(platform, document, { input }, { apiKey });
        expect(errors?.[0]?.extensions, `${field} ${apiKey}`).toMatchObject({ code: 'UNAUTHENTICATED' });
      }
      const headers = { authorization: `Bearer ${apiKey}` };
      for (const [path, body] of [
        ['/v1/agents', { handle: uniqueHandle(), display_name: 'Another' }],
        ['/v1/senders', { display_name: 'Another' }],
      ] as const) {
        expectProblem(await rest(platform, 'POST', path, { body, headers }), 401, 'unauthenticated');
      }
    }
    // Of whom nothing came nothing is to be said.
    expect((await register(undefined)).__typename).toBe('RegisterAgentSuccess');
  });

  it('for an owner that somebody names is for administrators', async () => {
    const first = await registerAgent(platform);
    const ownerId = await ownerIdOf(first);
    for (const by of [undefined, first, ownerOf(first)]) {
      expect(await register(by, { ownerId })).toMatchObject({
        __typename: 'InvalidInputError',
        issues: [{ path: 'input.ownerId', message: 'is for administrators' }],
      });
    }
    expect(await register(admin, { ownerId: first.id })).toMatchObject({
      issues: [{ path: 'input.ownerId', message: 'is no owner' }],
    });
    expect(await register(admin, { ownerId })).toMatchObject({ ownerKey: null });
    expect((await viewerOf(ownerOf(first))).agents.totalCount).toBe(2);
  });
});

describe('an owner', () => {
  it('publishes, reads and deletes what is its own, with its own key', async () => {
    const agent = await registerAgent(platform);
    const sender = await registerSender(platform);
    const asOwner = { ...agent, ...ownerOf(agent) };
    await publishCapabilities(platform, asOwner);
    await publishPolicies(platform, asOwner, { rules: [] });
    const { id } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    expect(await readRequest(platform, id, asOwner)).toMatchObject({ id, senderId: sender.id });
    const document = '{ requests { totalCount edges { node { id } } } }';
    const none = await registerAgent(platform);
    expect((await ask(platform, document, {}, ownerOf(none))).requests.totalCount).toBe(0);
    expect((await ask(platform, document, {}, asOwner)).requests).toMatchObject({
      totalCount: 1,
      edges: [{ node: { id } }],
    });
    const { agent: second } = await register(asOwner);
    await publishCapabilities(platform, { ...second, ...asOwner, id: second.id });
    const another = await submitAccepted(platform, second, sender, { whenOffline: 'QUEUE' });
    const ofBoth = (await ask(platform, document, {}, asOwner)).requests;
    expect(ofBoth.edges.map(({ node }: { node: { id: string } }) => node.id)).toEqual([another.id, id]);
    await mutateSuccessfully(platform, 'deleteAgent', { agentId: agent.handle }, 'agentId', asOwner);
    expect((await viewerOf(asOwner)).agents.totalCount).toBe(1);
  });
});
