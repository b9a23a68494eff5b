import { v7 as newId } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import { createApprover, ownerOf, registerAgent, registerSender } from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { type AskingAgent, askingAgent, decide, heldFor, type Pending, readApproval } from '../testkit/approvals.ts';
import { type Credential, mutateSuccessfully, send, uniqueHandle } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';

const platform = platformForFile();
let world: AskingAgent;
let pending: Pending;
beforeAll(async () => {
  world = await askingAgent(platform);
  pending = await heldFor(platform, world);
});

/** Everything that came back, to the byte, but for what names the very approval. */
const answerTo = async (by: Credential, approvalId: string): Promise<string> => {
  const input = { approvalId, digest: pending.digest, verdict: 'APPROVE' };
  const document = `mutation ($input: DecideApprovalInput!) { decideApproval(input: $input) { __typename
    ... on DomainError { message } } }`;
  return JSON.stringify(await send(platform, document, { input }, by));
};

const REFUSED: Readonly<Record<string, () => Promise<Credential>>> = {
  'the agent itself': async () => world.agent,
  'its sender': async () => world.sender,
  'another agent': async () => registerAgent(platform),
  'another sender': async () => registerSender(platform),
  'the owner of another agent': async () => ownerOf(await registerAgent(platform)),
  'an approver of another agent': async () => createApprover(platform, await registerAgent(platform)),
  'an approver of another action': async () => createApprover(platform, world.agent, { actions: ['calendar.other'] }),
};

describe('Who may not decide', () => {
  it.each(Object.entries(REFUSED))('%s is told that there is no such approval, as of any other', async (_, whose) => {
    const by = await whose();
    const answers = [await answerTo(by, pending.id), await answerTo(by, newId()), await answerTo(by, 'nonsense')];
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('"ApprovalNotFoundError"');
    expect(answers[0]).toBe(await answerTo(world.agent, pending.id));
    expect((await readApproval(platform, pending.id, ownerOf(world.agent))).status).toBe('PENDING');
  });

  it('nobody without a valid key, so no approver who was removed', async () => {
    const removed = await createApprover(platform, world.agent);
    await mutateSuccessfully(
      platform,
      'removeApprover',
      { approverId: removed.id },
      'approver { id }',
      ownerOf(world.agent),
    );
    for (const by of [{}, removed]) {
      const answers = [await answerTo(by, pending.id), await answerTo(by, newId())];
      expect(new Set(answers).size).toBe(1);
      expect(answers[0]).toContain('UNAUTHENTICATED');
    }
  });

  it('who sent it themselves, whatever key of theirs they come with', async () => {
    const { agent, approver } = world;
    const own = await registerAgent(platform, uniqueHandle());
    const { approver: foreign } = await askingAgent(platform);
    // One agent of the owner asks another one of the same owner.
    const input = { handle: uniqueHandle(), displayName: 'Sends' };
    const sending = await mutateSuccessfully(platform, 'registerAgent', input, 'apiKey agent { id }', ownerOf(agent));
    expect(own.ownerKey).not.toBe(agent.ownerKey);
    const ofOwn = await heldFor(platform, { agent, sender: { id: sending.agent.id, apiKey: sending.apiKey } });
    for (const by of [ownerOf(agent), approver, foreign]) {
      expect(await decide(platform, ofOwn, by)).toMatchObject({ __typename: 'ApprovalNotFoundError' });
    }
    expect(await decide(platform, ofOwn, await logIn(platform))).toMatchObject({ approval: { status: 'APPROVED' } });
  });

  it('who sent it by an agent that they deleted since', async () => {
    const { agent, approver } = world;
    const input = { handle: uniqueHandle(), displayName: 'Sends' };
    const sending = await mutateSuccessfully(platform, 'registerAgent', input, 'apiKey agent { id }', ownerOf(agent));
    const ofOwn = await heldFor(platform, { agent, sender: { id: sending.agent.id, apiKey: sending.apiKey } });
    await mutateSuccessfully(platform, 'deleteAgent', { agentId: sending.agent.id }, 'agentId', sending);
    for (const by of [ownerOf(agent), approver]) {
      expect(await decide(platform, ofOwn, by)).toMatchObject({ __typename: 'ApprovalNotFoundError' });
    }
  });

  it('a key of the owner that is limited to other scopes, which is told so', async () => {
    const { agent } = world;
    const scoped = { scopes: ['approvals:read'] };
    const limited = await mutateSuccessfully(platform, 'createApiKey', scoped, 'apiKey', ownerOf(agent));
    expect(await answerTo(limited, pending.id)).toContain('This key lacks the scope \\"approvals:decide\\".');
  });
});

describe('Who may decide', () => {
  it.each<[string, (asked: AskingAgent) => Promise<Credential>]>([
    ['the owner of the agent', async ({ agent }) => ownerOf(agent)],
    ['an approver of the action', ({ agent }) => createApprover(platform, agent, { actions: ['calendar.schedule'] })],
    ['an administrator', () => logIn(platform)],
  ])('%s', async (_, whose) => {
    const asked = await askingAgent(platform);
    const held = await heldFor(platform, asked);
    expect(await decide(platform, held, await whose(asked))).toMatchObject({ approval: { status: 'APPROVED' } });
  });
});
