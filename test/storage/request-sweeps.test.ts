import { v7 as newId } from 'uuid';
import { describe, expect, it } from 'vitest';
import type { Request } from '../../src/domain/request.ts';
import { CHANGED_AT_ONCE } from '../../src/storage/requests/change-all.ts';
import { aConnectedAgent, dispatched, expiredAs, later, lost, NOW, stored, times, twoNodes } from './fixtures.ts';

const nodes = twoNodes();
const LATE = { code: 'timeout', message: 'The request expired.' };
const UNANSWERED = { code: 'approval_expired', message: 'Nobody answered.' };
const UNDELIVERABLE = { code: 'undeliverable', message: 'Nobody took it.' };
const GIVEN_UP = {
  unacked: UNDELIVERABLE,
  disconnected: { code: 'undeliverable', message: 'The channel ended.' },
  oversize: { code: 'result_too_large', message: 'The channel was closed.' },
};
const limits = (unacked: number, losses = 5) => ({ unacked, losses });
const ids = (requests: readonly Request[]) => requests.map(({ id }) => id);

describe('renewLeases', () => {
  it("gives each delivery that the node's channels have not acked that lease, and no other request", async () => {
    const [nodeId, otherId] = [newId(), newId()];
    const { channel } = await aConnectedAgent(nodes.a, nodeId);
    const { channel: foreign } = await aConnectedAgent(nodes.a, otherId);
    const held = await Promise.all(times(5, () => dispatched(nodes.a, channel)));
    const acked = await dispatched(nodes.a, channel);
    await nodes.a.requests.acknowledge(channel.agentId, acked.id, NOW);
    await dispatched(nodes.a, foreign);
    const renew = () => nodes.a.requests.renewLeases(nodeId, later(50_000), 3);
    expect([await renew(), await renew(), await renew()]).toEqual([3, 2, 0]);
    const claimable = async ({ agentId }: typeof channel, ms: number) => {
      const at = { at: later(ms), lapsedBy: later(ms), provenBefore: NOW };
      return nodes.a.requests.claimable(agentId, limits(5), at, 10);
    };
    expect(await claimable(channel, 49_999)).toEqual([]);
    expect(ids(await claimable(channel, 50_000))).toEqual(ids(held).toSorted());
    expect(await claimable(foreign, 49_999)).toHaveLength(1);
    expect(await nodes.a.requests.byIds(ids(held))).toEqual(expect.arrayContaining(held));
  });
});

describe('expire', () => {
  it('says of what waited for a suspended agent that it did, and of nothing else', async () => {
    const { channel } = await aConnectedAgent(nodes.a);
    const at = later(20_000_000);
    const past = { agentId: channel.agentId, createdAt: at, expiresAt: at };
    const waiting = [await stored(nodes.a, past), await stored(nodes.a, { ...past, status: 'AWAITING_APPROVAL' })];
    const out = await dispatched(nodes.a, channel, past);
    await nodes.a.suspensions.suspend('AGENT', channel.agentId, { reason: 'No', by: 'admin', at });
    const SUSPENDED = { code: 'suspended', message: 'Suspended.' };
    const swept = await nodes.b.requests.expire({ ...expiredAs(LATE), suspended: SUSPENDED }, at, 1_000);
    const errors = new Map(swept.map(({ id, error }) => [id, error]));
    expect([...waiting, out].map(({ id }) => errors.get(id))).toEqual([SUSPENDED, SUSPENDED, LATE]);
  });

  it('ends what is open and past its expiry, whatever its state, and nothing else', async () => {
    const { channel } = await aConnectedAgent(nodes.a);
    const at = later(10_000_000);
    const past = { agentId: channel.agentId, createdAt: at, expiresAt: at };
    const due = [
      await stored(nodes.a, past),
      await stored(nodes.a, { ...past, status: 'AWAITING_APPROVAL' }),
      await dispatched(nodes.a, channel, { createdAt: at, expiresAt: at }),
    ];
    const notDue = await stored(nodes.a, { ...past, expiresAt: later(10_000_001) });
    const rejected = await stored(nodes.a, {
      ...past,
      status: 'REJECTED',
      error: { code: 'rejected', message: 'No.' },
    });
    const swept = await nodes.a.requests.expire({ ...expiredAs(LATE), held: UNANSWERED }, at, 1_000);
    expect(ids(swept)).toEqual(expect.arrayContaining(ids(due)));
    for (const request of swept) {
      const error = request.isHeld === true ? UNANSWERED : LATE;
      expect(request).toMatchObject({ status: 'TIMEOUT', error });
    }
    expect(swept.filter(({ isHeld }) => isHeld === true)).toHaveLength(1);
    expect(await nodes.a.requests.byId(notDue.id)).toMatchObject({ status: 'PENDING' });
    expect(await nodes.a.requests.byId(rejected.id)).toMatchObject({ status: 'REJECTED' });
  });

  it('may run on two nodes at once: every request is ended by one of them', async () => {
    const at = later(20_000_000);
    const due = await Promise.all(times(200, () => stored(nodes.a, { createdAt: at, expiresAt: at })));
    const swept: string[] = [];
    for (;;) {
      const rounds = await Promise.all([
        nodes.a.requests.expire(expiredAs(LATE), at, 30),
        nodes.b.requests.expire(expiredAs(LATE), at, 30),
        nodes.b.requests.expire(expiredAs(LATE), at, 30),
      ]);
      swept.push(...rounds.flatMap(ids));
      if (rounds.every((round) => round.length === 0)) break;
    }
    const ours = new Set(ids(due));
    expect(swept.filter((id) => ours.has(id)).toSorted()).toEqual(ids(due).toSorted());
  });

  it('passes over what somebody else is changing instead of waiting for it', async () => {
    const at = later(30_000_000);
    const request = await stored(nodes.a, { createdAt: at, expiresAt: at });
    const pg = (await import('pg')).default;
    const other = new pg.Client({ connectionString: nodes.url });
    await other.connect();
    try {
      await other.query('begin');
      await other.query('select from requests where id = $1 for update', [request.id]);
      expect(ids(await nodes.a.requests.expire(expiredAs(LATE), at, 1_000))).not.toContain(request.id);
      await other.query('rollback');
      expect(ids(await nodes.a.requests.expire(expiredAs(LATE), at, 1_000))).toContain(request.id);
    } finally {
      await other.end();
    }
  });
});

describe('releaseChannels', () => {
  it('releases what the channel held, oldest first, once, and nothing of another channel', async () => {
    const { channel } = await aConnectedAgent(nodes.a);
    const { channel: other } = await aConnectedAgent(nodes.a);
    const [first, second, over] = [
      await dispatched(nodes.a, channel),
      await dispatched(nodes.a, channel),
      await dispatched(nodes.a, channel),
    ];
    const kept = await dispatched(nodes.a, other);
    await nodes.a.requests.acknowledge(channel.agentId, first.id, NOW);
    await nodes.a.requests.finish(channel.agentId, over.id, { status: 'COMPLETED', result: null }, NOW);
    const answers = await Promise.all([
      nodes.a.requests.releaseChannels([lost(channel)], later(1)),
      nodes.b.requests.releaseChannels([lost(channel)], later(1)),
    ]);
    expect(answers.flatMap(ids)).toEqual([first.id, second.id]);
    for (const request of answers.flat()) {
      expect(request).toMatchObject({ status: 'PENDING', channelId: null, nodeId: null, attempts: 1 });
    }
    expect(await nodes.a.requests.byId(kept.id)).toMatchObject({ status: 'DISPATCHED', channelId: other.id });
    expect(await nodes.a.requests.releaseChannels([{ channelId: 'no-uuid', cause: null }], NOW)).toEqual([]);
  });
});

describe('failUndeliverable', () => {
  it('ends what was delivered so often and is held by nobody', async () => {
    const { channel } = await aConnectedAgent(nodes.a);
    const ref = { channelId: channel.id, nodeId: channel.nodeId };
    const at = (attempt: number) => later(attempt * 100);
    const twice = await dispatched(nodes.a, channel, { leaseExpiresAt: at(1) });
    await nodes.a.requests.claim(twice.id, 1, ref, at(1), at(2));
    const held = await dispatched(nodes.a, channel, { leaseExpiresAt: at(1) });
    await nodes.a.requests.claim(held.id, 1, ref, at(1), at(9));
    const once = await dispatched(nodes.a, channel, { leaseExpiresAt: at(1) });
    const failed = await nodes.a.requests.failUndeliverable(limits(2), GIVEN_UP, at(3), 100);
    expect(ids(failed)).toContain(twice.id);
    expect(ids(failed)).not.toContain(held.id);
    expect(ids(failed)).not.toContain(once.id);
    expect(await nodes.a.requests.byId(twice.id)).toMatchObject({
      status: 'FAILED',
      error: UNDELIVERABLE,
      attempts: 2,
    });
    expect(ids(await nodes.a.requests.failUndeliverable(limits(1), GIVEN_UP, at(3), 100))).toContain(once.id);
  });
});

describe('lookForDueWork', () => {
  it('says which sweeps have something to do', async () => {
    const at = later(-3_600_000);
    const look = (changes = {}) =>
      nodes.b.lookForDueWork({ at, deliveries: 9, aliveSince: later(-86_400_000), ...changes });
    expect(await look()).toEqual({ hasExpired: false, hasOutbox: false, hasRedelivered: false, hasStaleNodes: false });

    const { channel } = await aConnectedAgent(nodes.a);
    const ref = { channelId: channel.id, nodeId: channel.nodeId };
    const twice = await dispatched(nodes.a, channel, { leaseExpiresAt: later(1), expiresAt: later(40_000_000) });
    await nodes.a.requests.claim(twice.id, 1, ref, later(1), later(2));
    expect(await look({ at: later(40_000_000) })).toMatchObject({ hasExpired: true });
    expect(await look({ deliveries: 2 })).toMatchObject({ hasRedelivered: true });
    expect(await look({ aliveSince: later(40_000_000) })).toMatchObject({ hasStaleNodes: true });
    // No index holds those, so they are looked for in any case.
    expect(await look({ deliveries: 1 })).toMatchObject({ hasRedelivered: true });
  });
});

describe('cancelAllOfAgent', () => {
  it('ends every open request of the agent, oldest first, and of no other', async () => {
    const { channel } = await aConnectedAgent(nodes.a);
    const { agentId } = channel;
    const open = [
      await stored(nodes.a, { agentId }),
      await dispatched(nodes.a, channel),
      await stored(nodes.a, { agentId, status: 'AWAITING_APPROVAL' }),
    ];
    const foreign = await stored(nodes.a);
    const error = { code: 'agent_deleted', message: 'The agent was deleted.' };
    expect(ids(await nodes.a.requests.cancelAllOfAgent(agentId, error, NOW))).toEqual(ids(open));
    expect(await nodes.a.requests.cancelAllOfAgent(agentId, error, NOW)).toEqual([]);
    expect(await nodes.a.requests.cancelAllOfAgent(newId(), error, NOW)).toEqual([]);
    expect(await nodes.a.requests.byId(foreign.id)).toMatchObject({ status: 'PENDING' });
  });
});

describe('what an agent may have any number of', () => {
  const MANY = CHANGED_AT_ONCE + 3;

  it('is released so many at once, oldest first, until there is nothing left', async () => {
    const { channel } = await aConnectedAgent(nodes.a);
    const held = await Promise.all(Array.from({ length: MANY }, () => dispatched(nodes.a, channel)));
    const release = async () => ids(await nodes.a.requests.releaseChannels([lost(channel)], later(1)));
    const [first, second, third] = [await release(), await release(), await release()];
    expect(first).toHaveLength(CHANGED_AT_ONCE);
    expect([...first, ...second]).toEqual(ids(held).toSorted());
    expect(third).toEqual([]);
  });

  it('is cancelled so many at once, oldest first, until there is nothing left', async () => {
    const { channel } = await aConnectedAgent(nodes.a);
    const open = await Promise.all(Array.from({ length: MANY }, () => stored(nodes.a, { agentId: channel.agentId })));
    const error = { code: 'agent_deleted', message: 'The agent was deleted.' };
    const cancel = async () => ids(await nodes.a.requests.cancelAllOfAgent(channel.agentId, error, NOW));
    const [first, second, third] = [await cancel(), await cancel(), await cancel()];
    expect(first).toHaveLength(CHANGED_AT_ONCE);
    expect([...first, ...second]).toEqual(ids(open).toSorted());
    expect(third).toEqual([]);
  });
});
