import { v7 as newId } from 'uuid';
import { describe, expect, it } from 'vitest';
import type { Transitioned } from '../../src/application/ports/request-store.ts';
import type { JsonObject, JsonValue } from '../../src/domain/json/json.ts';
import { JsonText } from '../../src/domain/json/json-text.ts';
import type { Storage } from '../../src/storage/create-storage.ts';
import {
  aChannel,
  aConnectedAgent,
  aKey,
  anAgent,
  dispatched,
  expiredAs,
  later,
  lost,
  NOW,
  stored,
  times,
  twoNodes,
} from './fixtures.ts';

const nodes = twoNodes();

const LIMITS = { unacked: 5, losses: 5 };

const DONE = { status: 'COMPLETED', result: JsonText.of<JsonValue>({ ok: true }) } as const;
const FAILED = { status: 'FAILED', error: { code: 'agent_error', message: 'No.' } } as const;
const CANCELLED = { code: 'cancelled', message: 'Changed my mind.' };

const changed = (answer: Transitioned) => {
  if (answer.outcome !== 'changed') throw new Error(`The answer was ${answer.outcome}.`);
  return answer.request;
};

const outcomes = (answers: readonly Transitioned[]) => {
  const counts: Record<string, number> = {};
  for (const { outcome } of answers) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
};

const timesAt = (at: Date) => ({ at, lapsedBy: at, provenBefore: NOW });

/** The two nodes in turn. */
const alternating = (index: number): Storage => (index % 2 === 0 ? nodes.a : nodes.b);

describe('claim', () => {
  it('gives a waiting request to the channel, with a delivery and a lease', async () => {
    const { channel } = await aConnectedAgent(nodes.a);
    const request = await stored(nodes.a, { agentId: channel.agentId });
    const ref = { channelId: channel.id, nodeId: channel.nodeId };
    const claimed = changed(await nodes.a.requests.claim(request.id, 0, ref, later(5), later(10_005)));
    expect(claimed).toMatchObject({ status: 'DISPATCHED', attempts: 1, ...ref, revision: 2, updatedAt: later(5) });
    expect(claimed.deliveries).toEqual([{ attempt: 1, ...ref, deliveredAt: later(5), ackedAt: null }]);
  });

  it('has one winner among 50 that saw the same', async () => {
    const { agent, channel } = await aConnectedAgent(nodes.a);
    const second = aChannel({ agentId: agent.id, nodeId: 'node-2' });
    await nodes.b.presence.insertChannel(second, 8, NOW);
    const request = await stored(nodes.a, { agentId: agent.id });
    const answers = await Promise.all(
      times(50, (index) => {
        const { id: channelId, nodeId } = index % 2 === 0 ? channel : second;
        return alternating(index).requests.claim(request.id, 0, { channelId, nodeId }, NOW, later(10_000));
      }),
    );
    expect(outcomes(answers)).toEqual({ changed: 1, unchanged: 49 });
    expect(await nodes.a.requests.byId(request.id)).toMatchObject({ attempts: 1, revision: 2 });
  });

  it('does not take what a live channel holds under a lease, nor what waits for approval, nor what has expired', async () => {
    const { channel } = await aConnectedAgent(nodes.a);
    const ref = { channelId: channel.id, nodeId: channel.nodeId };
    const held = await dispatched(nodes.a, channel);
    const waiting = await stored(nodes.a, { agentId: channel.agentId, status: 'AWAITING_APPROVAL' });
    const expired = await stored(nodes.a, { agentId: channel.agentId, expiresAt: later(1) });
    const claim = (id: string, attempts: number) => nodes.a.requests.claim(id, attempts, ref, later(1), later(9));
    expect(await claim(held.id, 1)).toMatchObject({ outcome: 'unchanged' });
    expect(await claim(waiting.id, 0)).toMatchObject({ outcome: 'unchanged' });
    expect(await claim(expired.id, 0)).toEqual({ outcome: 'finished', status: 'TIMEOUT' });
    expect(await claim(newId(), 0)).toEqual({ outcome: 'not-found' });
    expect(await nodes.a.requests.claimable(channel.agentId, LIMITS, timesAt(later(1)), 10)).toEqual([]);
    expect(await nodes.a.requests.agentsWithClaimable([channel.agentId, newId(), 'none'], later(1))).toEqual([]);
  });

  it('takes again what was not acked in time, and what a lost channel held, acked or not', async () => {
    const { channel } = await aConnectedAgent(nodes.a);
    const lost = aChannel({ agentId: channel.agentId });
    await nodes.a.presence.insertChannel(lost, 8, NOW);
    const lapsed = await dispatched(nodes.a, channel, { leaseExpiresAt: later(100) });
    const acked = await dispatched(nodes.a, lost);
    const unacked = await dispatched(nodes.a, lost);
    await nodes.a.requests.acknowledge(channel.agentId, acked.id, NOW);
    await nodes.a.presence.removeChannels([lost.id], NOW);
    const found = await nodes.b.requests.claimable(channel.agentId, LIMITS, timesAt(later(100)), 10);
    expect(found.map(({ id }) => id)).toEqual([lapsed.id, acked.id, unacked.id]);
    const noLeaseLapsed = { ...timesAt(later(100)), lapsedBy: later(99) };
    const lostOnes = await nodes.b.requests.claimable(channel.agentId, LIMITS, noLeaseLapsed, 10);
    expect(lostOnes.map(({ id }) => id)).toEqual([acked.id, unacked.id]);
    expect(await nodes.b.requests.agentsWithClaimable([channel.agentId], later(100))).toEqual([channel.agentId]);
    const ref = { channelId: channel.id, nodeId: channel.nodeId };
    for (const { id } of found) {
      const again = changed(await nodes.b.requests.claim(id, 1, ref, later(100), later(200)));
      expect(again.deliveries.map(({ attempt }) => attempt)).toEqual([1, 2]);
    }
  });

  it("never gives a request to another agent's channel, nor to one that is gone", async () => {
    const { channel: foreign } = await aConnectedAgent(nodes.a);
    const { agent } = await aConnectedAgent(nodes.a);
    const request = await stored(nodes.a, { agentId: agent.id });
    for (const channelId of [foreign.id, newId()]) {
      const ref = { channelId, nodeId: 'node-1' };
      expect(await nodes.a.requests.claim(request.id, 0, ref, NOW, later(1))).toMatchObject({ outcome: 'unchanged' });
    }
  });
});

describe('acknowledge', () => {
  it('extends the lease to the expiry and records the instant on the delivery', async () => {
    const { channel } = await aConnectedAgent(nodes.a);
    const request = await dispatched(nodes.a, channel);
    const acked = changed(await nodes.a.requests.acknowledge(channel.agentId, request.id, later(20)));
    expect(acked).toMatchObject({ status: 'ACKED', revision: 2, updatedAt: later(20) });
    expect(acked.deliveries.map(({ ackedAt }) => ackedAt)).toEqual([later(20)]);
    expect(await nodes.a.requests.claimable(channel.agentId, LIMITS, timesAt(later(30_000)), 10)).toEqual([]);
  });

  it('is idempotent, also 50 times at once', async () => {
    const { channel } = await aConnectedAgent(nodes.a);
    const request = await dispatched(nodes.a, channel);
    const answers = await Promise.all(
      times(50, (index) => alternating(index).requests.acknowledge(channel.agentId, request.id, later(1))),
    );
    expect(outcomes(answers)).toEqual({ changed: 1, unchanged: 49 });
    expect(await nodes.a.requests.byId(request.id)).toMatchObject({ status: 'ACKED', revision: 2 });
  });

  it('leaves alone what was released, what is over, what has expired and what is another agent’s', async () => {
    const { channel } = await aConnectedAgent(nodes.a);
    const { acknowledge } = nodes.a.requests;
    const released = await dispatched(nodes.a, channel);
    await nodes.a.requests.releaseChannels([lost(channel)], later(1));
    const over = await dispatched(nodes.a, channel);
    await nodes.a.requests.finish(channel.agentId, over.id, FAILED, later(1));
    const expired = await dispatched(nodes.a, channel, { expiresAt: later(5) });
    const open = await dispatched(nodes.a, channel);
    expect(await acknowledge(channel.agentId, released.id, later(2))).toMatchObject({
      outcome: 'unchanged',
      request: { status: 'PENDING' },
    });
    expect(await acknowledge(channel.agentId, over.id, later(2))).toEqual({ outcome: 'finished', status: 'FAILED' });
    expect(await acknowledge(channel.agentId, expired.id, later(5))).toEqual({
      outcome: 'finished',
      status: 'TIMEOUT',
    });
    expect(await acknowledge(newId(), open.id, later(2))).toEqual({ outcome: 'not-found' });
    expect(await acknowledge('me', open.id, later(2))).toEqual({ outcome: 'not-found' });
  });
});

describe('finish', () => {
  it('records the outcome once: of 50 concurrent reports over two nodes exactly one wins', async () => {
    const { channel } = await aConnectedAgent(nodes.a);
    const request = await dispatched(nodes.a, channel);
    const answers = await Promise.all(
      times(50, (index) =>
        alternating(index).requests.finish(
          channel.agentId,
          request.id,
          { status: 'COMPLETED', result: JsonText.of<JsonValue>(index) },
          later(3),
        ),
      ),
    );
    expect(outcomes(answers)).toEqual({ changed: 1, finished: 49 });
    const winner = answers.findIndex(({ outcome }) => outcome === 'changed');
    expect(await nodes.b.requests.byId(request.id)).toMatchObject({
      status: 'COMPLETED',
      result: JsonText.of<JsonValue>(winner),
      revision: 2,
      outcomeAttempt: 1,
      updatedAt: later(3),
    });
  });

  it('has one winner between finish, cancel and expire', async () => {
    const { channel } = await aConnectedAgent(nodes.a);
    for (const round of times(10, (index) => index)) {
      const request = await dispatched(nodes.a, channel, { expiresAt: later(1_000) });
      const [finished, cancelled, swept] = await Promise.all([
        nodes.a.requests.finish(channel.agentId, request.id, DONE, later(999)),
        nodes.b.requests.cancel(request.senderId, request.id, CANCELLED, later(999)),
        alternating(round).requests.expire(expiredAs({ code: 'timeout', message: 'Late.' }), later(1_000), 10),
      ]);
      const winners = [
        finished.outcome === 'changed',
        cancelled.outcome === 'changed',
        swept.some(({ id }) => id === request.id),
      ];
      expect(winners.filter(Boolean)).toHaveLength(1);
    }
  });

  it('takes a report of an earlier attempt and says whose it was', async () => {
    const { agent, channel } = await aConnectedAgent(nodes.a);
    const second = aChannel({ agentId: agent.id });
    await nodes.a.presence.insertChannel(second, 8, NOW);
    const request = await dispatched(nodes.a, channel);
    await nodes.a.presence.removeChannels([channel.id], NOW);
    await nodes.a.requests.releaseChannels([lost(channel)], later(1));
    const ref = { channelId: second.id, nodeId: second.nodeId };
    await nodes.a.requests.claim(request.id, 1, ref, later(2), later(99));
    const late = changed(await nodes.a.requests.finish(agent.id, request.id, DONE, later(3), channel.id));
    expect(late).toMatchObject({ outcomeAttempt: 1, attempts: 2, status: 'COMPLETED' });
    // Who held it at the end stays named, so that it can be told.
    expect(late).toMatchObject({ channelId: second.id, nodeId: second.nodeId });
  });

  it('takes the report of a request that was released, but not of one that was never delivered', async () => {
    const { channel } = await aConnectedAgent(nodes.a);
    const released = await dispatched(nodes.a, channel);
    await nodes.a.requests.releaseChannels([lost(channel)], later(1));
    const never = await stored(nodes.a, { agentId: channel.agentId });
    const waiting = await stored(nodes.a, { agentId: channel.agentId, status: 'AWAITING_APPROVAL' });
    const { finish } = nodes.a.requests;
    expect(changed(await finish(channel.agentId, released.id, DONE, later(2)))).toMatchObject({ status: 'COMPLETED' });
    expect(await finish(channel.agentId, never.id, DONE, later(2))).toMatchObject({ outcome: 'unchanged' });
    expect(await finish(channel.agentId, waiting.id, DONE, later(2))).toEqual({ outcome: 'not-found' });
  });

  it('is scoped to the agent and ends at the expiry', async () => {
    const { channel } = await aConnectedAgent(nodes.a);
    const { finish } = nodes.a.requests;
    const request = await dispatched(nodes.a, channel, { expiresAt: later(50) });
    expect(await finish(newId(), request.id, DONE, later(1))).toEqual({ outcome: 'not-found' });
    expect(await finish(channel.agentId, request.id, DONE, later(50))).toEqual({
      outcome: 'finished',
      status: 'TIMEOUT',
    });
    expect(await nodes.a.requests.byId(request.id)).toMatchObject({ status: 'DISPATCHED', revision: 1 });
    expect(changed(await finish(channel.agentId, request.id, FAILED, later(49)))).toMatchObject({
      status: 'FAILED',
      error: FAILED.error,
      result: null,
    });
  });

  it('never lets time go back', async () => {
    const { channel } = await aConnectedAgent(nodes.a);
    const request = await dispatched(nodes.a, channel);
    await nodes.a.requests.acknowledge(channel.agentId, request.id, later(500));
    const finished = changed(await nodes.b.requests.finish(channel.agentId, request.id, DONE, later(400)));
    expect(finished.updatedAt).toEqual(later(500));
  });
});

describe('cancel', () => {
  it('is scoped to the sender, unless an admin asks', async () => {
    const mine = await stored(nodes.a);
    const other = await stored(nodes.a);
    const { cancel } = nodes.a.requests;
    expect(await cancel(newId(), mine.id, CANCELLED, NOW)).toEqual({ outcome: 'not-found' });
    expect(await cancel("' or true --", mine.id, CANCELLED, NOW)).toEqual({ outcome: 'not-found' });
    expect(changed(await cancel(mine.senderId, mine.id, CANCELLED, NOW))).toMatchObject({
      status: 'CANCELLED',
      error: CANCELLED,
    });
    expect(changed(await cancel(null, other.id, CANCELLED, NOW)).status).toBe('CANCELLED');
    expect(await cancel(mine.senderId, mine.id, CANCELLED, NOW)).toEqual({ outcome: 'finished', status: 'CANCELLED' });
    expect(await cancel(null, newId(), CANCELLED, NOW)).toEqual({ outcome: 'not-found' });
  });

  it('keeps the name of the channel that has to be told', async () => {
    const { channel } = await aConnectedAgent(nodes.a);
    const request = await dispatched(nodes.a, channel);
    const cancelled = changed(await nodes.a.requests.cancel(request.senderId, request.id, CANCELLED, NOW));
    expect(cancelled).toMatchObject({ channelId: channel.id, nodeId: channel.nodeId });
    expect(await nodes.a.requests.heldByNode(channel.nodeId)).not.toContainEqual(
      expect.objectContaining({ id: request.id }),
    );
  });
});

it('answers each of many different changes in one tick with its own request', async () => {
  const agent = anAgent();
  await nodes.a.agents.insert(agent, aKey());
  const channel = aChannel({ agentId: agent.id });
  await nodes.a.presence.insertChannel(channel, 8, NOW);
  const requests = await Promise.all(
    times(150, (index) => dispatched(nodes.a, channel, { params: JsonText.of<JsonObject>({ index }) })),
  );
  const finished = await Promise.all(
    requests
      .toReversed()
      .map(({ id }) =>
        nodes.a.requests.finish(agent.id, id, { status: 'COMPLETED', result: JsonText.of<JsonValue>(id) }, NOW),
      ),
  );
  expect(finished.map((answer) => changed(answer).result?.value)).toEqual(requests.toReversed().map(({ id }) => id));
});
