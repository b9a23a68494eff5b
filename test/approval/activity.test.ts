import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  agentAndSender,
  CALENDAR,
  createApprover,
  type OwnedAgent,
  ownerOf,
  publishPolicies,
  registerAgent,
  registerSender,
  submitAccepted,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { eventually } from '../testkit/eventually.ts';
import { type Credential, mutateSuccessfully, Subscription } from '../testkit/graphql.ts';
import { platformForFile, startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { createTestDatabase } from '../testkit/postgres.ts';

const platform = platformForFile();
let other: TestPlatform;
beforeAll(async () => {
  other = await startTestPlatform({ databaseUrl: platform.databaseUrl });
  return () => other.stop();
});

type At = Pick<TestPlatform, 'url' | 'socketUrl'>;

async function holdingAgent(at: At = platform, actions: readonly string[] = [CALENDAR.action]): Promise<OwnedAgent> {
  const { agent } = await agentAndSender(
    at,
    actions.map((action) => ({ ...CALENDAR, action })),
  );
  await publishPolicies(at, agent, { rules: [], defaultAction: 'REQUIRE_APPROVAL' });
  return agent;
}

/** A request that is held, of a sender that asks for nothing else, and what cancels it. */
async function hold(agent: OwnedAgent, { at = platform, action = CALENDAR.action }: { at?: At; action?: string } = {}) {
  const sender = await registerSender(at);
  const { id } = await submitAccepted(at, agent, sender, { action });
  const cancel = (by: At = at) => mutateSuccessfully(by, 'cancelRequest', { requestId: id }, 'request { id }', sender);
  return { id: String(id), cancel };
}

const follow = (by: Credential, agent: { readonly id: string } | null = null, at: At = platform) => {
  const document = `subscription ($agentId: ID) { approvalActivity(agentId: $agentId) { id digest status request { id } revision } }`;
  const { events } = Subscription.open(at, document, { agentId: agent?.id ?? null }, by);
  return {
    events,
    next: async () => {
      const { status, request } = await events.take(() => true, 'an approval');
      return `${status} ${request.id}`;
    },
  };
};

describe('approvalActivity', () => {
  it('tells of all that are pending first, and then of each that begins and ends', async () => {
    const agent = await holdingAgent();
    const before = [await hold(agent), await hold(agent), await hold(agent)];
    const { next } = follow(ownerOf(agent));
    const pending = [await next(), await next(), await next()];
    expect(pending.sort()).toEqual(before.map(({ id }) => `PENDING ${id}`).sort());
    const later = await hold(agent);
    expect(await next()).toBe(`PENDING ${later.id}`);
    await before[1]?.cancel();
    expect(await next()).toBe(`CANCELLED ${before[1]?.id}`);
  });

  it('tells of what happens on another node', async () => {
    const agent = await holdingAgent();
    const { next } = follow(ownerOf(agent), agent, other);
    const held = await hold(agent);
    expect(await next()).toBe(`PENDING ${held.id}`);
    await held.cancel();
    expect(await next()).toBe(`CANCELLED ${held.id}`);
  });

  it('tells each what is theirs to decide, and nothing else', async () => {
    const agent = await holdingAgent(platform, ['calendar.schedule', 'email.send']);
    const stranger = await registerAgent(platform);
    const all = await createApprover(platform, agent);
    const some = await createApprover(platform, agent, { actions: ['email.send'] });
    const [ofAdmin, ofAll, ofSome, ofStranger] = [
      follow(await logIn(platform), agent),
      follow(all),
      follow(some),
      follow(ownerOf(stranger)),
    ];
    const calendar = await hold(agent);
    const email = await hold(agent, { action: 'email.send' });
    for (const { next } of [ofAdmin, ofAll]) {
      expect([await next(), await next()].sort()).toEqual([`PENDING ${calendar.id}`, `PENDING ${email.id}`].sort());
    }
    expect(await ofSome.next()).toBe(`PENDING ${email.id}`);
    await calendar.cancel();
    await email.cancel();
    expect(await ofSome.next()).toBe(`CANCELLED ${email.id}`);
    expect(ofStranger.events.pending()).toEqual([]);
  });

  it('tells of one agent where one is named', async () => {
    const [one, two] = [await holdingAgent(), await holdingAgent()];
    const { next } = follow(await logIn(platform), two);
    await hold(one);
    const held = await hold(two);
    expect(await next()).toBe(`PENDING ${held.id}`);
  });

  it('ends with the key of an approver that is removed', async () => {
    const agent = await holdingAgent();
    const approver = await createApprover(platform, agent);
    const { events } = follow(approver);
    await hold(agent);
    await events.take(() => true, 'an approval');
    await mutateSuccessfully(
      platform,
      'removeApprover',
      { approverId: approver.id },
      'approver { id }',
      ownerOf(agent),
    );
    expect(await events.ended()).toMatchObject({ error: { code: 4001 } });
  });

  it('has every one of fifty that are pending after all nodes were started anew, and each can be decided', async () => {
    const { url: databaseUrl, drop } = await createTestDatabase();
    onTestFinished(() => drop());
    const start = () => startTestPlatform({ databaseUrl });
    const first = [await start(), await start()] as const;
    const agent = await holdingAgent(first[0]);
    const held: string[] = [];
    for (let count = 0; count < 50; count += 1)
      held.push((await hold(agent, { at: first[count % 2 === 0 ? 0 : 1] })).id);
    await Promise.all(first.map((node) => node.stop()));
    const again = await start();
    onTestFinished(() => again.stop());
    const { events } = follow(ownerOf(agent), null, again);
    await eventually(() => expect(events.pending()).toHaveLength(50));
    const pending = events.pending();
    const ids = pending.map(({ status, request }) => `${status} ${request.id}`);
    expect(ids.sort()).toEqual(held.map((id) => `PENDING ${id}`).sort());
    for (const [index, { id: approvalId, digest }] of pending.entries()) {
      const input = { approvalId, digest, verdict: index % 2 === 0 ? 'APPROVE' : 'DENY' };
      await mutateSuccessfully(again, 'decideApproval', input, 'approval { status }', ownerOf(agent));
    }
    const isOver = (status: string) => status === 'APPROVED' || status === 'DENIED';
    await eventually(() => expect(events.pending(({ status }) => isOver(status))).toHaveLength(50));
  });
});
