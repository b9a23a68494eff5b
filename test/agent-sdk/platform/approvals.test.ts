import { expect, it, onTestFinished } from 'vitest';
import {
  AgentStoppedError,
  ApprovalChangedError,
  ApprovalDecidedError,
  type ApprovalHandler,
  ApprovalNotFoundError,
  type ApprovalState,
  approve,
  ClawciergeApprovals,
  type ClawciergeApprovalsOptions,
  deny,
  silentLogger,
} from '../../../agent-sdk/src/index.ts';
import { openChannel, ownerOf, publishPolicies, submitAccepted, untilStatus } from '../../testkit/actors.ts';
import { ASK_ALWAYS, askingAgent, heldFor } from '../../testkit/approvals.ts';
import { eventually } from '../../testkit/eventually.ts';
import type { Credential } from '../../testkit/graphql.ts';
import { nth } from '../../testkit/nth.ts';
import { platformForFile } from '../../testkit/platform.ts';
import { tcpProxyFor } from './tcp-proxy.ts';

const platform = platformForFile();

/** Somebody who decides by the handler, until the test is over; what was asked is listed. */
function deciding(
  { apiKey = '' }: Credential,
  handler: ApprovalHandler,
  options: Partial<ClawciergeApprovalsOptions> = {},
) {
  const asked: ApprovalState[] = [];
  const approvals = new ClawciergeApprovals({ url: platform.url, apiKey, logger: silentLogger, ...options });
  approvals.on('requested', (approval, context) => {
    asked.push(approval);
    return handler(approval, context);
  });
  const ended = approvals.run();
  ended.catch(() => {});
  onTestFinished(async () => {
    await approvals.close();
    await ended.catch(() => {});
  });
  return { approvals, asked, ended };
}

it('asks about what is pending and about what comes, and decides it', async () => {
  const world = await askingAgent(platform);
  const before = await heldFor(platform, world);
  const channel = await openChannel(platform, world.agent);
  deciding(world.approver, ({ request }) =>
    request.params.title === 'Standup' ? approve('Known') : deny('Not today'),
  );
  await channel.received(before.request.id);
  const after = await heldFor(platform, world, { params: { title: 'Party', duration_minutes: 60 } });
  const denied = await untilStatus(platform, after.request.id, world.sender, 'REJECTED');
  expect(denied.error.code).toBe('approval_denied');
});

it('reads one by its id', async () => {
  const world = await askingAgent(platform);
  const pending = await heldFor(platform, world);
  const approvals = new ClawciergeApprovals({ url: platform.url, apiKey: world.approver.apiKey });
  expect(await approvals.read(pending.id)).toMatchObject({ id: pending.id, status: 'PENDING' });
  const stranger = new ClawciergeApprovals({
    url: platform.url,
    apiKey: (await askingAgent(platform)).approver.apiKey,
  });
  await expect(stranger.read(pending.id)).rejects.toThrow(ApprovalNotFoundError);
});

it('remembers what its handler approves so, with the owner’s key', async () => {
  const world = await askingAgent(platform);
  deciding(ownerOf(world.agent), () => approve({ comment: 'Known', remember: { params: [] } }));
  const pending = await heldFor(platform, world);
  await untilStatus(platform, pending.request.id, world.sender, 'PENDING');
  const next = await submitAccepted(platform, world.agent, world.sender, { whenOffline: 'QUEUE' });
  expect(next.status).toBe('PENDING');
});

it('asks again what is about something else by the time that it is decided', async () => {
  const world = await askingAgent(platform);
  const pending = await heldFor(platform, world);
  const { asked } = deciding(world.approver, async () => {
    if (asked.length === 1) await publishPolicies(platform, world.agent, ASK_ALWAYS);
    return approve();
  });
  await untilStatus(platform, pending.request.id, world.sender, 'PENDING');
  expect(asked.map(({ policyVersion }) => policyVersion)).toEqual([1, 2]);
});

it('tells a handler that it is over, and asks nobody about the same twice', async () => {
  const world = await askingAgent(platform);
  const proxy = await tcpProxyFor(platform);
  const pending = await heldFor(platform, world);
  const withdrawn: unknown[] = [];
  const { asked } = deciding(
    world.approver,
    (_approval, { signal }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          withdrawn.push(signal.reason);
          resolve(undefined);
        });
      }),
    { url: proxy.url },
  );
  await eventually(() => expect(asked).toHaveLength(1));
  const connections = proxy.connections();
  proxy.cut();
  await eventually(() => expect(proxy.connections()).toBeGreaterThan(connections));
  const owner = new ClawciergeApprovals({ url: platform.url, ...(ownerOf(world.agent) as { apiKey: string }) });
  const approval = nth(await owner.list(), 0);
  expect(approval.id).toBe(pending.id);
  await expect(owner.decide({ ...approval, digest: 'made up' }, approve())).rejects.toThrow(ApprovalChangedError);
  expect(await owner.decide(approval, deny())).toMatchObject({ status: 'DENIED' });
  await expect(owner.decide(approval, approve())).rejects.toThrow(ApprovalDecidedError);
  await eventually(() => expect(withdrawn).toHaveLength(1));
  expect(asked).toHaveLength(1);
});

it('stops where the key opens nothing', async () => {
  const { agent } = await askingAgent(platform);
  await expect(deciding(agent, () => undefined).ended).rejects.toThrow(AgentStoppedError);
});
