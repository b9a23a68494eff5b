import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { APPROVERS_PER_AGENT_MAX } from '../../src/domain/approver.ts';
import { rest } from '../rest/rest-client.ts';
import { createApprover, type OwnedAgent, ownerOf, registerAgent } from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { ASK_ALWAYS, setApprovalSettings } from '../testkit/approvals.ts';
import { ask, type Credential, mutate, mutateSuccessfully, send, uniqueHandle } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';

let platform: TestPlatform;
let admin: Credential;
beforeAll(async () => {
  platform = await startTestPlatform();
  admin = await logIn(platform);
});
afterAll(() => platform.stop());

const create = (input: object, by: Credential) =>
  mutate(platform, 'createApprover', { displayName: 'Ann', ...input }, 'apiKey approver { id agents { id } }', by);
const remove = (approverId: string, by: Credential) =>
  mutate(platform, 'removeApprover', { approverId }, 'approver { id removedAt } warnings { path message }', by);
const viewerOf = async (by: Credential) =>
  (await ask(platform, '{ viewer { __typename ... on Approver { displayName actions agents { id } } } }', {}, by))
    .viewer;
const approversOf = async ({ id, ...agent }: OwnedAgent) =>
  (await ask(platform, 'query ($id: ID!) { agent(id: $id) { approvers { id email } } }', { id }, ownerOf(agent))).agent
    .approvers;

it('an approver is for the agents and actions that it was made for, and knows them', async () => {
  const agent = await registerAgent(platform);
  const input = { actions: ['calendar.schedule'], email: 'ann@example.com', displayName: 'Ann' };
  const approver = await createApprover(platform, agent, input);
  expect(approver.apiKey).toMatch(/^clw_approver_/);
  expect(await viewerOf(approver)).toEqual({
    __typename: 'Approver',
    displayName: 'Ann',
    actions: ['calendar.schedule'],
    agents: [{ id: agent.id }],
  });
  expect(await approversOf(agent)).toEqual([{ id: approver.id, email: 'ann@example.com' }]);
  const { errors } = await send(platform, '{ viewer { ... on Approver { email } } }', {}, approver);
  expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
});

it('that an administrator made for several owners is listed for each, and managed by none of them', async () => {
  const [agent, other] = [await registerAgent(platform), await registerAgent(platform)];
  const own = await createApprover(platform, agent);
  const of = async (agentIds: readonly string[]) => (await create({ agentIds }, admin)).approver.id as string;
  const [ofBoth, ofOne] = [await of([agent.id, other.id]), await of([agent.id])];
  const document = `query ($id: ID!) { agent(id: $id) {
    approvers { id } managed: approvers(managed: true) { id email apiKeys { id } agents { id } } } }`;
  const ids = (approvers: readonly { id: string }[]) => approvers.map(({ id }) => id);
  const seen = async (by: Credential) => (await ask(platform, document, { id: agent.id }, by)).agent;
  const byOwner = await seen(ownerOf(agent));
  expect(ids(byOwner.approvers)).toEqual([own.id, ofBoth, ofOne]);
  expect(ids(byOwner.managed)).toEqual([own.id, ofOne]);
  expect(ids((await seen(admin)).managed)).toEqual([own.id, ofBoth, ofOne]);
});

it('takes agents by handle, each once, and none that is not its maker’s', async () => {
  const [agent, foreign] = [await registerAgent(platform), await registerAgent(platform)];
  const made = await create({ agentIds: [agent.handle, agent.id] }, ownerOf(agent));
  expect(made.approver.agents).toEqual([{ id: agent.id }]);
  for (const other of [foreign.id, foreign.handle, uniqueHandle()]) {
    const input = { agentIds: [agent.id, other], displayName: 'Ann' };
    const document = 'mutation ($input: CreateApproverInput!) { createApprover(input: $input) { __typename } }';
    const { errors } = await send(platform, document, { input }, ownerOf(agent));
    expect(errors?.[0]?.message).toBe("This needs the API key of that agent's owner.");
  }
  expect(await create({ agentIds: [uniqueHandle()] }, admin)).toMatchObject({ __typename: 'AgentNotFoundError' });
});

it.each([
  [{ agentIds: [] }, 'input.agentIds', 'must name 1 to 100 agents'],
  [{ actions: [] }, 'input.actions', 'must name at least one action; leave it out for all'],
  [{ actions: ['a', ''] }, 'input.actions.1', 'must not be empty'],
  [{ email: 'Ann <ann@example.com>' }, 'input.email', 'must be one plain address, such as "ann@example.com"'],
  [{ email: 'a@b.c\r\nBcc: d@e.f' }, 'input.email', 'must not contain control characters'],
  [{ displayName: '' }, 'input.displayName', 'must not be empty'],
])('refuses %j', async (input, path, message) => {
  const agent = await registerAgent(platform);
  const answer = await create({ agentIds: [agent.id], ...input }, ownerOf(agent));
  expect(answer.__typename).toBe('InvalidInputError');
  expect(answer.issues).toContainEqual({ path, message });
});

it('an agent has a bounded number of approvers, however many are made at once', async () => {
  const agent = await registerAgent(platform);
  const ofAdmin = Array.from({ length: APPROVERS_PER_AGENT_MAX + 5 }, () => create({ agentIds: [agent.id] }, admin));
  const answers = await Promise.all(ofAdmin);
  const made = answers.filter(({ __typename }) => __typename === 'CreateApproverSuccess');
  const refused = answers.filter(({ __typename }) => __typename === 'InvalidInputError');
  expect([made.length, await approversOf(agent)]).toEqual([
    APPROVERS_PER_AGENT_MAX,
    expect.objectContaining({ length: APPROVERS_PER_AGENT_MAX }),
  ]);
  expect(refused[0]?.issues).toEqual([
    { path: 'input.agentIds.0', message: 'has 20 approvers already; remove one first' },
  ]);
});

describe('removing an approver', () => {
  it('ends its keys at once, and says that it is gone the second time', async () => {
    const agent = await registerAgent(platform);
    const approver = await createApprover(platform, agent);
    expect(await viewerOf(approver)).toMatchObject({ __typename: 'Approver' });
    expect((await remove(approver.id, ownerOf(agent))).approver.removedAt).not.toBeNull();
    expect((await send(platform, '{ viewer { __typename } }', {}, approver)).data.viewer).toBeNull();
    expect(await remove(approver.id, ownerOf(agent))).toMatchObject({ __typename: 'ApproverNotFoundError' });
    expect(await approversOf(agent)).toEqual([]);
  });

  it('is for who made it, for an administrator, and for the owner of all its agents', async () => {
    const [one, other] = [await registerAgent(platform), await registerAgent(platform)];
    const ofOne = await createApprover(platform, one);
    expect(await remove(ofOne.id, ownerOf(other))).toMatchObject({ __typename: 'ApproverNotFoundError' });
    expect((await remove(ofOne.id, admin)).__typename).toBe('RemoveApproverSuccess');
    const ofBoth = await mutateSuccessfully(
      platform,
      'createApprover',
      { agentIds: [one.id, other.id], displayName: 'Both' },
      'approver { id }',
      admin,
    );
    expect(await remove(ofBoth.approver.id, ownerOf(one))).toMatchObject({ __typename: 'ApproverNotFoundError' });
    const byAdmin = await createApprover(platform, one, {}, admin);
    expect((await remove(byAdmin.id, ownerOf(one))).__typename).toBe('RemoveApproverSuccess');
  });

  it('says of which agents fewer may decide by then than must, over both doors, and so does publishing what holds', async () => {
    const agent = await registerAgent(platform);
    const [ann, bob, cy] = [
      await createApprover(platform, agent),
      await createApprover(platform, agent),
      await createApprover(platform, agent),
    ];
    await setApprovalSettings(platform, agent, { quorum: 3 });
    expect((await remove(ann.id, ownerOf(agent))).warnings, 'three are left, the owner being one').toEqual([]);
    const tooFew = (left: number) =>
      `3 must approve what "${agent.handle}" holds, and ${left} may by now: make another approver, or set a smaller quorum`;
    expect((await remove(bob.id, ownerOf(agent))).warnings).toEqual([{ path: 'input.approverId', message: tooFew(2) }]);
    const path = `/v1/agents/${agent.handle}/approvers/${cy.id}`;
    const removed = await rest(platform, 'DELETE', path, { key: agent.ownerKey });
    expect([removed.status, removed.body]).toMatchObject([
      200,
      { id: cy.id, warnings: [{ path: 'approver_id', message: tooFew(1) }] },
    ]);
    const warningsOf = async (policies: object) => {
      const input = { agentId: agent.id, check: true, ...policies };
      return (await mutateSuccessfully(platform, 'publishPolicies', input, 'warnings { path message }', ownerOf(agent)))
        .warnings;
    };
    const warning = { path: 'input.rules.0.action', message: tooFew(1) };
    expect(await warningsOf(ASK_ALWAYS)).toContainEqual(warning);
    expect(await warningsOf({ rules: [] })).toEqual([]);
    await createApprover(platform, agent);
    await setApprovalSettings(platform, agent, { quorum: 2 });
    expect(await warningsOf(ASK_ALWAYS)).not.toContainEqual(expect.objectContaining({ message: tooFew(2) }));
  });
});
