import { beforeAll, describe, expect, it } from 'vitest';
import { rest } from '../rest/rest-client.ts';
import {
  CALENDAR,
  openChannel,
  ownerOf,
  publishCapabilities,
  publishPolicies,
  readRequest,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { ASK_ALWAYS, type AskingAgent, askingAgent, decide, heldFor, readApproval } from '../testkit/approvals.ts';
import { type Credential, mutateSuccessfully } from '../testkit/graphql.ts';
import { whileLocked } from '../testkit/locked-table.ts';
import { platformForFile, platformForTest } from '../testkit/platform.ts';

const platform = platformForFile();
let admin: Credential;
beforeAll(async () => {
  admin = await logIn(platform);
});

const REJECTING = { condition: 'params_duration_minutes == 30', action: 'REJECT', reason: 'No half hours' };

const setBlocked = ({ agent, sender }: AskingAgent) =>
  mutateSuccessfully(
    platform,
    'setSenderLimit',
    { agentId: agent.id, senderId: sender.id, blocked: true, reason: 'Rude' },
    'senderLimit { blocked }',
    ownerOf(agent),
  );

describe('What says no when somebody decides', () => {
  it.each<[string, (world: AskingAgent) => Promise<unknown>, object]>([
    [
      'a rule that was added',
      ({ agent }) => publishPolicies(platform, agent, { rules: [...ASK_ALWAYS.rules, REJECTING] }),
      { stage: 'policy_engine', kind: 'POLICY', reason: 'No half hours' },
    ],
    [
      'a contract without the action',
      ({ agent }) => publishCapabilities(platform, agent, [{ ...CALENDAR, action: 'calendar.other' }]),
      { stage: 'capability_sandbox', kind: 'UNKNOWN_ACTION' },
    ],
    [
      'a contract that the params do not fit any more',
      ({ agent }) => publishCapabilities(platform, agent, [{ ...CALENDAR, constraints: { max_duration_minutes: 15 } }]),
      { stage: 'capability_sandbox', kind: 'BROKEN_CONSTRAINT' },
    ],
    [
      'that the sender was blocked',
      setBlocked,
      { stage: 'approval', kind: 'BLOCKED', reason: 'The sender is blocked' },
    ],
  ])('%s: it is rejected whatever was decided, and never delivered', async (_, change, told) => {
    for (const verdict of ['APPROVE', 'DENY']) {
      const world = await askingAgent(platform);
      const channel = await openChannel(platform, world.agent);
      const pending = await heldFor(platform, world);
      await change(world);
      const answer = await decide(platform, pending, world.approver, { verdict });
      expect(answer).toMatchObject({ __typename: 'RequestRejectedError', requestId: pending.request.id, ...told });
      const request = await readRequest(platform, pending.request.id, world.sender);
      expect(request).toMatchObject({ status: 'REJECTED', attempts: 0, error: { code: 'rejected' } });
      expect(await readApproval(platform, pending.id, world.approver)).toMatchObject({
        status: 'REJECTED',
        decisions: [],
      });
      expect(await decide(platform, pending, world.approver)).toMatchObject({ status: 'REJECTED' });
      channel.close();
    }
  });

  it('a sender or an agent that is suspended decides nothing: a suspension can be taken back', async () => {
    for (const who of ['sender', 'agent'] as const) {
      const world = await askingAgent(platform);
      const pending = await heldFor(platform, world);
      const { id } = world[who];
      const [suspend, resume] = who === 'sender' ? ['suspendSender', 'resumeSender'] : ['suspendAgent', 'resumeAgent'];
      await mutateSuccessfully(platform, suspend, { id, reason: 'Spam' }, `${who} { id }`, admin);
      expect(await decide(platform, pending, world.approver)).toMatchObject({
        __typename: 'InvalidInputError',
        issues: [{ path: 'input.approvalId', message: `its ${who} is suspended` }],
      });
      await mutateSuccessfully(platform, resume, { id }, `${who} { id }`, admin);
      expect(await decide(platform, pending, world.approver)).toMatchObject({ approval: { status: 'APPROVED' } });
    }
  });

  it.each(['policy_sets', 'capability_contracts'] as const)(
    'nothing is decided while %s cannot be read',
    async (table) => {
      const own = await platformForTest({ env: { DATABASE_STATEMENT_TIMEOUT_SECONDS: '1' } });
      const world = await askingAgent(own);
      const channel = await openChannel(own, world.agent);
      const pending = await heldFor(own, world);
      const answer = await whileLocked(own, table, 'access exclusive', () =>
        rest(own, 'POST', `/v1/approvals/${pending.id}/approve`, {
          key: world.approver.apiKey,
          body: { digest: pending.digest },
        }),
      );
      expect(answer.status).toBe(503);
      expect(await readApproval(own, pending.id, world.approver)).toMatchObject({ status: 'PENDING', decisions: [] });
      expect(channel.events.pending()).toEqual([]);
      expect(await decide(own, pending, world.approver)).toMatchObject({ approval: { status: 'APPROVED' } });
      await channel.received(pending.request.id);
    },
  );

  it('a rule that people were not asked about: they are asked about it, too', async () => {
    const world = await askingAgent(platform);
    const other = { condition: 'params_title == "Standup"', action: 'REQUIRE_APPROVAL', reason: 'A standup' };
    const pending = await heldFor(platform, world);
    await publishPolicies(platform, world.agent, { rules: [...ASK_ALWAYS.rules, other] });
    const answer = await decide(platform, pending, world.approver);
    expect(answer).toMatchObject({ __typename: 'ApprovalChangedError' });
    const now = await readApproval(platform, pending.id, world.approver);
    expect(now.holdReasons.map(({ rule, reason }: { rule: number; reason: string }) => [rule, reason])).toEqual([
      [0, 'Ask first'],
      [1, 'A standup'],
    ]);
    expect(await decide(platform, now, world.approver)).toMatchObject({ approval: { status: 'APPROVED' } });
  });
});
