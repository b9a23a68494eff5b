import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { CALENDAR, createApprover, ownerOf, registerAgent } from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { decide, heldOfAnother, holdingAgent } from '../testkit/approvals.ts';
import { eventually } from '../testkit/eventually.ts';
import { type Credential, mutateSuccessfully, Subscription } from '../testkit/graphql.ts';
import { platformForFile, platformForTest, startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { readsDuring } from '../testkit/statements.ts';

const platform = platformForFile();
let other: TestPlatform;
beforeAll(async () => {
  other = await startTestPlatform({ databaseUrl: platform.databaseUrl });
  return () => other.stop();
});

type At = Pick<TestPlatform, 'url' | 'socketUrl'>;

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
    const { agent } = await holdingAgent(platform);
    const hold = () => heldOfAnother(platform, agent);
    const before = [await hold(), await hold(), await hold()];
    const { next } = follow(ownerOf(agent));
    const pending = [await next(), await next(), await next()];
    expect(pending.sort()).toEqual(before.map(({ request }) => `PENDING ${request.id}`).sort());
    const later = await hold();
    expect(await next()).toBe(`PENDING ${later.request.id}`);
    await before[1]?.cancel();
    expect(await next()).toBe(`CANCELLED ${before[1]?.request.id}`);
  });

  it('tells of what happens on another node', async () => {
    const { agent } = await holdingAgent(platform);
    const { next } = follow(ownerOf(agent), agent, other);
    const held = await heldOfAnother(platform, agent);
    expect(await next()).toBe(`PENDING ${held.request.id}`);
    await held.cancel();
    expect(await next()).toBe(`CANCELLED ${held.request.id}`);
  });

  it('tells each what is theirs to decide, and nothing else', async () => {
    const { agent } = await holdingAgent(platform, [CALENDAR, { ...CALENDAR, action: 'email.send' }]);
    const stranger = await registerAgent(platform);
    const all = await createApprover(platform, agent);
    const some = await createApprover(platform, agent, { actions: ['email.send'] });
    const [ofAdmin, ofAll, ofSome, ofStranger] = [
      follow(await logIn(platform), agent),
      follow(all),
      follow(some),
      follow(ownerOf(stranger)),
    ];
    const calendar = await heldOfAnother(platform, agent);
    const email = await heldOfAnother(platform, agent, { action: 'email.send' });
    for (const { next } of [ofAdmin, ofAll]) {
      expect([await next(), await next()].sort()).toEqual(
        [`PENDING ${calendar.request.id}`, `PENDING ${email.request.id}`].sort(),
      );
    }
    expect(await ofSome.next()).toBe(`PENDING ${email.request.id}`);
    await calendar.cancel();
    await email.cancel();
    expect(await ofSome.next()).toBe(`CANCELLED ${email.request.id}`);
    expect(ofStranger.events.pending()).toEqual([]);
  });

  it('reads nothing for those whose agents it does not happen at', async () => {
    const own = await platformForTest({ env: { APP_ENV: 'development', LOG_LEVEL: 'debug' } });
    const { agent } = await holdingAgent(own);
    const witness = follow(ownerOf(agent), null, own);
    const readsOfOne = async () => {
      const reads = await readsDuring(own, async () => {
        const held = await heldOfAnother(own, agent);
        expect(await witness.next()).toBe(`PENDING ${held.request.id}`);
        await held.cancel();
        expect(await witness.next()).toBe(`CANCELLED ${held.request.id}`);
      });
      return reads.length;
    };
    await readsOfOne();
    const alone = await readsOfOne();
    for (let count = 0; count < 4; count += 1) {
      const { agent: theirs } = await holdingAgent(own);
      const followers = [follow(ownerOf(theirs), null, own), follow(await createApprover(own, theirs), null, own)];
      const held = await heldOfAnother(own, theirs);
      for (const { next } of followers) expect(await next()).toBe(`PENDING ${held.request.id}`);
    }
    await readsOfOne();
    expect(await readsOfOne()).toBeLessThanOrEqual(alone + 1);
  });

  it('tells of one agent where one is named', async () => {
    const [{ agent: one }, { agent: two }] = [await holdingAgent(platform), await holdingAgent(platform)];
    const { next } = follow(await logIn(platform), two);
    await heldOfAnother(platform, one);
    const held = await heldOfAnother(platform, two);
    expect(await next()).toBe(`PENDING ${held.request.id}`);
  });

  it('ends with the key of an approver that is removed', async () => {
    const { agent } = await holdingAgent(platform);
    const approver = await createApprover(platform, agent);
    const { events } = follow(approver);
    await heldOfAnother(platform, agent);
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
    const { agent } = await holdingAgent(first[0]);
    const held: string[] = [];
    // On both nodes at once: one after the other takes as long as all other tests here together.
    for (let count = 0; count < 50; count += 10) {
      const some = await Promise.all(
        Array.from({ length: 10 }, (_, index) => heldOfAnother(first[index % 2 === 0 ? 0 : 1], agent)),
      );
      held.push(...some.map(({ request }) => request.id));
    }
    await Promise.all(first.map((node) => node.stop()));
    const again = await start();
    onTestFinished(() => again.stop());
    const { events } = follow(ownerOf(agent), null, again);
    await eventually(() => expect(events.pending()).toHaveLength(50));
    const pending = events.pending();
    const ids = pending.map(({ status, request }) => `${status} ${request.id}`);
    expect(ids.sort()).toEqual(held.map((id) => `PENDING ${id}`).sort());
    const answers = await Promise.all(
      pending.map((each, index) =>
        decide(again, each, ownerOf(agent), { verdict: index % 2 === 0 ? 'APPROVE' : 'DENY' }),
      ),
    );
    expect(new Set(answers.map(({ __typename }) => __typename))).toEqual(new Set(['DecideApprovalSuccess']));
    const isOver = (status: string) => status === 'APPROVED' || status === 'DENIED';
    await eventually(() => expect(events.pending(({ status }) => isOver(status))).toHaveLength(50));
  });
});
