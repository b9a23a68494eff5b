import { describe, expect, it } from 'vitest';
import { rest } from '../rest/rest-client.ts';
import { createApprover, openChannel, ownerOf, publishPolicies, readRequest, type Sender } from '../testkit/actors.ts';
import {
  ASK_ALWAYS,
  askingAgent,
  decide,
  heldFor,
  type Pending,
  readApproval,
  setApprovalSettings,
} from '../testkit/approvals.ts';
import { startNodes } from '../testkit/cluster.ts';
import { ask, type Credential } from '../testkit/graphql.ts';
import { nth } from '../testkit/nth.ts';
import { platformForFile, type TestPlatform } from '../testkit/platform.ts';
import { TextSocket } from '../testkit/text-socket.ts';

const platform = platformForFile();

const EDITED = { title: 'Standup', duration_minutes: 15 };

/** An agent whose settings let people change what they approve. */
async function editableAgent(on: TestPlatform = platform, quorum = 1) {
  const world = await askingAgent(on);
  await setApprovalSettings(on, world.agent, { quorum, allowEdits: true });
  return world;
}

/** What the sender sees of it, over GraphQL and over REST. */
async function told({ request }: Pending, sender: Sender) {
  const document = 'query ($id: ID!) { request(id: $id) { effectiveParams approval { toSender } } }';
  const { effectiveParams, approval } = (await ask(platform, document, { id: request.id }, sender)).request;
  const { body } = await rest(platform, 'GET', `/v1/requests/${request.id}`, { key: sender.apiKey });
  expect(body).toMatchObject({ effective_params: effectiveParams, approval: { to_sender: approval.toSender } });
  return { effectiveParams, toSender: approval.toSender };
}

const mayEdit = async ({ id }: Pending, by: Credential) =>
  (await ask(platform, 'query ($id: ID!) { approval(id: $id) { mayEdit } }', { id }, by)).approval.mayEdit;

describe('Params that are changed by whoever approves', () => {
  it('are the only ones that the agent gets, on every channel and at each delivery; what was asked stays', async () => {
    const world = await editableAgent();
    const { agent, sender, approver } = world;
    const raw = await TextSocket.open(`${platform.socketUrl}/v1/agents/${agent.id}/ws?token=${agent.apiKey}`);
    const pending = await heldFor(platform, world);
    const answer = await decide(platform, pending, approver, { params: EDITED });
    expect(answer).toMatchObject({ approval: { status: 'APPROVED', effectiveParams: EDITED } });
    expect(await raw.text('request.received', pending.request.id)).toContain(`"params":${JSON.stringify(EDITED)}`);
    raw.close();
    // It lost its channel, and goes to the next one.
    const channel = await openChannel(platform, agent);
    expect(await channel.received(pending.request.id)).toMatchObject({ params: EDITED, attempt: 2 });
    const request = await readRequest(platform, pending.request.id, sender);
    expect(request).toMatchObject({ params: { title: 'Standup', duration_minutes: 30 } });
  });

  it('are what another node sends, too', async () => {
    const nodes = await startNodes();
    const [a, b] = [nth(nodes, 0), nth(nodes, 1)];
    const world = await editableAgent(a);
    const channel = await openChannel(b, world.agent);
    const pending = await heldFor(a, world);
    await decide(a, pending, world.approver, { params: EDITED });
    expect(await channel.received(pending.request.id)).toMatchObject({ params: EDITED });
  });

  it('are approved anew where more people must agree, whose digest is of what would be done', async () => {
    const world = await editableAgent(platform, 2);
    const second = await createApprover(platform, world.agent);
    const pending = await heldFor(platform, world);
    await decide(platform, pending, second);
    const edited = await decide(platform, pending, world.approver, { params: EDITED, toSender: 'Shorter' });
    expect(edited, 'a voice for something else counts no more').toMatchObject({ approval: { status: 'PENDING' } });
    const stale = await decide(platform, pending, second);
    expect(stale).toMatchObject({ __typename: 'ApprovalChangedError', digest: edited.approval.digest });
    const now = await readApproval(platform, pending.id, second);
    expect(now).toMatchObject({ effectiveParams: EDITED, digest: edited.approval.digest });
    expect(await told(pending, world.sender), 'nothing is done yet').toEqual({ effectiveParams: null, toSender: null });
    const channel = await openChannel(platform, world.agent);
    expect(await decide(platform, now, second)).toMatchObject({ approval: { status: 'APPROVED' } });
    expect(await channel.received(pending.request.id)).toMatchObject({ params: EDITED });
    expect(await told(pending, world.sender)).toEqual({ effectiveParams: EDITED, toSender: 'Shorter' });
  });

  it('are nothing that the sender sees where somebody else denied them', async () => {
    const world = await editableAgent(platform, 2);
    const second = await createApprover(platform, world.agent);
    const pending = await heldFor(platform, world);
    const edited = await decide(platform, pending, world.approver, { params: EDITED, toSender: 'Shorter' });
    await decide(platform, { ...pending, digest: edited.approval.digest }, second, { verdict: 'DENY' });
    expect(await told(pending, world.sender)).toEqual({ effectiveParams: null, toSender: null });
  });

  it('are held to the contract, the rules and the bounds as any others; what does not fit ends nothing', async () => {
    const world = await editableAgent();
    const dear = { condition: 'params_duration_minutes > 60', action: 'REQUIRE_APPROVAL', reason: 'Long' };
    const never = { condition: 'params_title == "Party"', action: 'REJECT', reason: 'No parties' };
    await publishPolicies(platform, world.agent, { rules: [...ASK_ALWAYS.rules, dear, never] });
    const pending = await heldFor(platform, world);
    for (const [params, issue] of [
      [
        { ...EDITED, duration_minutes: 10 },
        { path: 'input.params.duration_minutes', message: 'must be at least 15' },
      ],
      [
        { ...EDITED, duration_minutes: 121 },
        { path: 'input.params.duration_minutes', message: 'must be at most 120' },
      ],
      [
        { ...EDITED, title: 'Party' },
        { path: 'input.params', message: 'No parties' },
      ],
      [
        { ...EDITED, duration_minutes: 90 },
        { path: 'input.params', message: 'would be held for another reason: Long' },
      ],
      [{ ...EDITED, title: 'a'.repeat(70_000) }, { path: 'input.params' }],
    ] as const) {
      const answer = await decide(platform, pending, world.approver, { params });
      expect(answer).toMatchObject({ __typename: 'InvalidInputError', issues: [issue] });
    }
    expect(await decide(platform, pending, world.approver, { verdict: 'DENY', params: EDITED })).toMatchObject({
      issues: [{ path: 'input.params', message: 'are for whoever approves' }],
    });
    expect(await decide(platform, pending, world.approver)).toMatchObject({ approval: { status: 'APPROVED' } });
  });

  it('may be sent by whoever may decide, while the settings allow it and nobody has decided', async () => {
    const world = await editableAgent();
    const pending = await heldFor(platform, world);
    for (const by of [world.approver, ownerOf(world.agent)]) expect(await mayEdit(pending, by)).toBe(true);
    await setApprovalSettings(platform, world.agent, {});
    expect(await mayEdit(pending, world.approver), 'no longer').toBe(false);
    const heldWithout = await heldFor(platform, world);
    await setApprovalSettings(platform, world.agent, { allowEdits: true });
    expect(await mayEdit(heldWithout, world.approver), 'nobody looked at it as one that may be changed').toBe(false);
    await decide(platform, pending, world.approver);
    expect(await mayEdit(pending, world.approver), 'it is over').toBe(false);
  });

  it('are not said to be done where the same person approved something else before', async () => {
    const world = await editableAgent();
    const [plain, edited] = [await heldFor(platform, world), await heldFor(platform, world, { params: { ...EDITED } })];
    await decide(platform, plain, world.approver);
    const late = await decide(platform, plain, world.approver, { params: EDITED });
    expect(late).toMatchObject({ __typename: 'ApprovalDecidedError', status: 'APPROVED' });
    const longer = { params: { ...EDITED, duration_minutes: 45 } };
    await decide(platform, edited, world.approver, longer);
    const again = await decide(platform, edited, world.approver, longer);
    expect(again).toMatchObject({ approval: { status: 'APPROVED', effectiveParams: longer.params } });
  });

  it('are refused where the settings do not allow them, unless nothing is changed', async () => {
    const world = await askingAgent(platform);
    const pending = await heldFor(platform, world);
    expect(await decide(platform, pending, world.approver, { params: EDITED })).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [
        {
          path: 'input.params',
          message: expect.stringContaining('the approval settings of the agent do not allow it'),
        },
      ],
    });
    const same = { duration_minutes: 30, title: 'Standup' };
    const answer = await decide(platform, pending, world.approver, { params: same });
    expect(answer).toMatchObject({ approval: { status: 'APPROVED', effectiveParams: null } });
  });
});
