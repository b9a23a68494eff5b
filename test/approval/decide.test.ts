import { describe, expect, it } from 'vitest';
import { setUpAdmin } from '../admin/authenticator.ts';
import { complete, createApprover, openChannel, ownerOf, readRequest, untilStatus } from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { askingAgent, decide, heldFor, readApproval, setApprovalSettings } from '../testkit/approvals.ts';
import { nth, startNodes } from '../testkit/cluster.ts';
import { mutateSuccessfully } from '../testkit/graphql.ts';
import { platformForFile, platformForTest } from '../testkit/platform.ts';

const platform = platformForFile();

describe('Deciding what is held', () => {
  it('delivers what is approved, once', async () => {
    const world = await askingAgent(platform);
    const channel = await openChannel(platform, world.agent);
    const pending = await heldFor(platform, world);
    const answer = await decide(platform, pending, world.approver, { comment: 'Fine.' });
    expect(answer).toMatchObject({
      __typename: 'DecideApprovalSuccess',
      approval: {
        status: 'APPROVED',
        decisions: [{ verdict: 'APPROVE', comment: 'Fine.', via: 'GRAPHQL', by: { __typename: 'Approver' } }],
      },
    });
    expect(await channel.received(pending.request.id)).toMatchObject({ attempt: 1 });
    const again = await decide(platform, pending, world.approver);
    expect(again, 'the same again is no mistake').toMatchObject({ approval: { status: 'APPROVED' } });
    const late = await decide(platform, pending, ownerOf(world.agent), { verdict: 'DENY' });
    expect(late).toMatchObject({ __typename: 'ApprovalDecidedError', status: 'APPROVED' });
  });

  it('waits for an agent that is away, for an ordinary lifetime from then on', async () => {
    const world = await askingAgent(platform);
    const pending = await heldFor(platform, world);
    await decide(platform, pending, world.approver);
    const request = await readRequest(platform, pending.request.id, world.sender);
    expect(request.status).toBe('PENDING');
    const lifeMs = Date.parse(request.expiresAt) - Date.parse(request.updatedAt);
    expect(lifeMs).toBe(300_000);
    const channel = await openChannel(platform, world.agent);
    await channel.received(pending.request.id);
  });

  it('ends what is denied, and tells the sender what it is to be told and nothing else', async () => {
    const world = await askingAgent(platform);
    const pending = await heldFor(platform, world);
    const said = { verdict: 'DENY', comment: 'He is a stranger.', toSender: 'Ask me in May.' };
    expect(await decide(platform, pending, world.approver, said)).toMatchObject({ approval: { status: 'DENIED' } });
    const request = await readRequest(platform, pending.request.id, world.sender);
    expect(request).toMatchObject({
      status: 'REJECTED',
      error: { code: 'approval_denied', message: 'Ask me in May.' },
    });
    expect(request.pipelineLog.at(-1)).toMatchObject({ stage: 'approval', passed: false, kind: 'APPROVAL_DENIED' });
    expect(JSON.stringify(request)).not.toContain('stranger');
  });

  it('takes as many different people as the settings say, and one voice of each', async () => {
    const world = await askingAgent(platform);
    const { agent, approver } = world;
    await setApprovalSettings(platform, agent, { quorum: 2 });
    const second = await createApprover(platform, agent);
    const further = { approverId: approver.id };
    const otherKey = await mutateSuccessfully(platform, 'createApiKey', further, 'apiKey', ownerOf(agent));
    const pending = await heldFor(platform, world);
    expect(pending).toMatchObject({ quorum: 2 });
    expect(await decide(platform, pending, approver)).toMatchObject({ approval: { status: 'PENDING' } });
    const sameApprover = await decide(platform, pending, otherKey);
    expect(sameApprover, 'two keys of one approver').toMatchObject({ approval: { status: 'PENDING' } });
    expect((await readApproval(platform, pending.id, approver)).decisions).toHaveLength(1);
    expect(await decide(platform, pending, second)).toMatchObject({ approval: { status: 'APPROVED' } });
  });

  it('lets who approved deny before the others have agreed', async () => {
    const world = await askingAgent(platform);
    await setApprovalSettings(platform, world.agent, { quorum: 2 });
    const pending = await heldFor(platform, world);
    await decide(platform, pending, world.approver);
    const answer = await decide(platform, pending, world.approver, { verdict: 'DENY' });
    expect(answer).toMatchObject({ approval: { status: 'DENIED', decisions: [{ verdict: 'APPROVE' }, {}] } });
  });

  it('counts nobody who was removed before the others agreed', async () => {
    const world = await askingAgent(platform);
    await setApprovalSettings(platform, world.agent, { quorum: 2 });
    const pending = await heldFor(platform, world);
    const { id: approverId } = world.approver;
    await decide(platform, pending, world.approver);
    await mutateSuccessfully(platform, 'removeApprover', { approverId }, 'approver { id }', ownerOf(world.agent));
    const byOwner = await decide(platform, pending, ownerOf(world.agent));
    expect(byOwner, 'one voice of two').toMatchObject({ approval: { status: 'PENDING' } });
    const second = await createApprover(platform, world.agent);
    expect(await decide(platform, pending, second)).toMatchObject({ approval: { status: 'APPROVED' } });
  });

  it('counts no administrator who was removed before the others agreed', async () => {
    const own = await platformForTest({ env: { ADMIN_PASSWORD_LOGIN: 'always' } });
    const by = await logIn(own);
    const world = await askingAgent(own);
    await setApprovalSettings(own, world.agent, { quorum: 2 });
    const pending = await heldFor(own, world);
    const ada = await setUpAdmin(own, 'ada', by, () => new Date());
    const first = await decide(own, pending, ada);
    expect(first).toMatchObject({ approval: { status: 'PENDING', decisions: [{ by: { name: 'ada' } }] } });
    await mutateSuccessfully(own, 'removeAdmin', { adminId: ada.id }, 'admin { name }', by);
    const byApprover = await decide(own, pending, world.approver);
    expect(byApprover, 'one voice of two').toMatchObject({ approval: { status: 'PENDING' } });
    const byPassword = await decide(own, pending, by);
    expect(byPassword, 'nobody removes the one password').toMatchObject({ approval: { status: 'APPROVED' } });
  });

  it('comes to one outcome of a hundred at once on two nodes, which each answer names, and one delivery at most', async () => {
    const nodes = await startNodes();
    const [a, b] = [nth(nodes, 0), nth(nodes, 1)];
    const world = await askingAgent(a);
    const channel = await openChannel(b, world.agent);
    const pending = await heldFor(a, world);
    const more = await Promise.all(Array.from({ length: 8 }, () => createApprover(a, world.agent)));
    const voices = [ownerOf(world.agent), world.approver, ...more];
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => {
        const voice = index % 10;
        const node = Math.floor(index / 10) % 2 === 0 ? a : b;
        return decide(node, pending, nth(voices, voice), { verdict: voice % 2 === 0 ? 'APPROVE' : 'DENY' });
      }),
    );
    const told = answers.map(({ __typename, status, approval }) => [__typename, status ?? approval.status]);
    const outcome = (await readApproval(a, pending.id, world.approver)).status;
    expect(['APPROVED', 'DENIED']).toContain(outcome);
    expect(new Set(told.map(([, named]) => named))).toEqual(new Set([outcome]));
    // The five who said what came of it, each as often as they did.
    expect(told.filter(([answer]) => answer === 'DecideApprovalSuccess').length).toBeGreaterThanOrEqual(10);
    expect(told.filter(([answer]) => answer === 'ApprovalDecidedError').length).toBeGreaterThanOrEqual(50);
    if (outcome === 'APPROVED') {
      await channel.received(pending.request.id);
      await complete(b, world.agent, pending.request.id);
    }
    const { status, attempts } = await readRequest(a, pending.request.id, world.sender);
    expect([status, attempts]).toEqual(outcome === 'APPROVED' ? ['COMPLETED', 1] : ['REJECTED', 0]);
    expect(channel.events.pending()).toEqual([]);
  });

  it('shows comments to the owner, and to whoever wrote them', async () => {
    const world = await askingAgent(platform);
    const { agent, approver } = world;
    const second = await createApprover(platform, agent);
    const pending = await heldFor(platform, world);
    await decide(platform, pending, approver, { comment: 'Between us' });
    const commentFor = async (by: object) => (await readApproval(platform, pending.id, by)).decisions[0].comment;
    expect(await commentFor(approver)).toBe('Between us');
    expect(await commentFor(ownerOf(agent))).toBe('Between us');
    expect(await commentFor(await logIn(platform))).toBe('Between us');
    expect(await commentFor(second)).toBe(null);
  });

  it('is done by administrators in the console, each a voice', async () => {
    const world = await askingAgent(platform);
    const pending = await heldFor(platform, world);
    const answer = await decide(platform, pending, await logIn(platform));
    expect(answer).toMatchObject({
      approval: { status: 'APPROVED', decisions: [{ via: 'CONSOLE', by: { __typename: 'Admin', name: 'admin' } }] },
    });
  });

  it('bounds what is said, and how often', async () => {
    const limited = await platformForTest({ env: { RATE_LIMIT_DECISIONS_PER_MINUTE: '2' } });
    const world = await askingAgent(limited);
    const pending = await heldFor(limited, world);
    const long = await decide(limited, pending, world.approver, { comment: 'a'.repeat(501) });
    expect(long).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: 'input.comment', message: 'must be at most 500 characters long' }],
    });
    await decide(limited, { ...pending, digest: 'made up' }, world.approver);
    await decide(limited, { ...pending, digest: 'made up' }, world.approver);
    expect(await decide(limited, pending, world.approver)).toMatchObject({ __typename: 'RateLimitedError' });
    const byOwner = await decide(limited, pending, ownerOf(world.agent));
    expect(byOwner, 'another voice').toMatchObject({ approval: { status: 'APPROVED' } });
  });

  it('is refused once its request is over', async () => {
    const world = await askingAgent(platform);
    const pending = await heldFor(platform, world);
    await mutateSuccessfully(
      platform,
      'cancelRequest',
      { requestId: pending.request.id },
      'request { id }',
      world.sender,
    );
    await untilStatus(platform, pending.request.id, world.sender, 'CANCELLED');
    expect(await decide(platform, pending, world.approver)).toMatchObject({
      __typename: 'ApprovalDecidedError',
      status: 'CANCELLED',
    });
  });

  it('is over with its agent, which is noted as any other end', async () => {
    const world = await askingAgent(platform);
    const { request } = await heldFor(platform, world);
    await mutateSuccessfully(platform, 'deleteAgent', { agentId: world.agent.id }, 'agentId', ownerOf(world.agent));
    const ended = platform.log.lines.filter((line) => {
      const { message, requestId, outcome } = JSON.parse(line);
      return message === 'an approval is over' && requestId === request.id && outcome === 'cancelled';
    });
    expect(ended).toHaveLength(1);
  });
});
