import pg from 'pg';
import { v7 as newId } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OutboxRoom } from '../../src/application/ports/outbox.ts';
import { aKey, anAgent, later, NOW, stored, times, twoNodes } from './fixtures.ts';

const nodes = twoNodes();
let client: pg.Pool;
beforeAll(() => {
  client = new pg.Pool({ connectionString: nodes.url });
});
afterAll(() => client.end());

const ROOM: OutboxRoom = { messages: 32, forFailing: 16, forMail: 4, perReceiver: 4, underWay: [] };
const take = (node: 'a' | 'b', room: Partial<OutboxRoom> = {}, at = NOW) =>
  nodes[node].outbox.take(at, new Date(at.getTime() + 30_000), { ...ROOM, ...room });

/** An agent's webhooks, each with so many messages that are due. */
async function webhooksWith(counts: readonly number[], { failed = false } = {}): Promise<readonly string[]> {
  await client.query('delete from outbox');
  const agent = anAgent();
  await nodes.a.agents.insert(agent, aKey());
  const request = await stored(nodes.a, { agentId: agent.id, status: 'AWAITING_APPROVAL' });
  const approvalId = newId();
  await client.query(
    `insert into approvals (id, request_id, agent_id, sender_id, status, hold_reasons, findings, digest, content_digest, bytes,
       policy_set_id, policy_version, contract_id, contract_version, quorum, approved_by, is_editable, revision, created_at,
       expires_at)
     values ($1, $2, $3, $4, 'PENDING', '[]', '[]', '', '', 10, $1, 1, $1, 1, 1, '[]', false, 1, $5, $6)`,
    [approvalId, request.id, agent.id, request.senderId, NOW, later(60_000)],
  );
  return Promise.all(
    counts.map(async (count, index) => {
      const set = await nodes.a.webhooks.set(
        {
          id: newId(),
          agentId: agent.id,
          name: `hook-${index}`,
          url: 'https://hooks.example/',
          secret: 'whsec_c2VjcmV0',
          events: ['APPROVAL_REQUESTED'],
          includesParams: false,
        },
        { max: 5, at: NOW, formerMs: 1_000 },
      );
      if (set === null || set === 'full') throw new Error('it was not set');
      if (failed)
        await nodes.a.webhooks.recordCall(
          { id: set.id, secret: 'whsec_c2VjcmV0' },
          { at: NOW, status: 500, error: 'no', isOver: false },
        );
      await client.query(
        `insert into outbox (id, kind, event, approval_id, endpoint_id, attempts, due_at, created_at)
         select gen_random_uuid(), 'webhook', 'approval.requested', $1, $2, 0, $3, $3 from generate_series(1, $4)`,
        [approvalId, set.id, NOW, count],
      );
      return set.id;
    }),
  );
}

describe('the outbox', () => {
  it('gives each message to one of the nodes that ask at once, until its time is over', async () => {
    await webhooksWith([4, 4, 4, 4]);
    const asked = await Promise.all(times(8, (index) => take(index % 2 === 0 ? 'a' : 'b')));
    const ids = asked.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const rest = await take('a');
    expect([...ids, ...rest.map(({ id }) => id)]).toHaveLength(16);
    expect(await take('b', {}, later(29_999))).toEqual([]);
    const again = await take('b', {}, later(30_001));
    expect(again).toHaveLength(16);
    expect(again.every(({ attempts }) => attempts === 2)).toBe(true);
  });

  it('gives receivers turns, and one receiver no more than its places', async () => {
    const [many = '', few = ''] = await webhooksWith([60, 2]);
    const counted = (taken: Awaited<ReturnType<typeof take>>) =>
      [many, few].map((webhookId) => taken.filter(({ webhook }) => webhook?.id === webhookId).length);
    const underWay = (count: number) => times(count, () => ({ id: newId(), attempts: 1, receiverId: many }));
    expect(counted(await take('a', { underWay: underWay(1) }))).toEqual([3, 2]);
    expect(counted(await take('a', { underWay: underWay(4) }))).toEqual([0, 0]);
    const [first = '', second = '', third = ''] = await webhooksWith([4, 4, 4]);
    const taken = (await take('b', { messages: 6 })).map(({ webhook }) => webhook?.id);
    for (const webhookId of [first, second, third]) expect(taken.filter((id) => id === webhookId)).toHaveLength(2);
  });

  it('gives none twice to the node that has it, and to no other one while that keeps it', async () => {
    await webhooksWith([4]);
    const taken = await take('a');
    expect(taken).toHaveLength(4);
    expect(await take('a', { underWay: taken, perReceiver: 8 }, later(30_001))).toEqual([]);
    const [kept, ...left] = taken;
    await nodes.a.outbox.keep(kept ? [kept] : [], later(60_000));
    const lost = await take('b', {}, later(30_001));
    expect(lost.map(({ id }) => id).sort()).toEqual(left.map(({ id }) => id).sort());
    // What another node has by now is that node's.
    for (const each of left) await nodes.a.outbox.retry(each, later(0));
    await nodes.a.outbox.keep(left, later(90_000));
    expect(await take('a', {}, later(59_999))).toEqual([]);
    expect(await take('a', {}, later(60_002))).toHaveLength(4);
  });

  it('brings nothing forward that was put off, when the node says late that it is at it', async () => {
    await webhooksWith([1]);
    const taken = await take('a');
    expect(taken).toHaveLength(1);
    for (const each of taken) await nodes.a.outbox.retry(each, later(18_000_000));
    await nodes.a.outbox.keep(taken, later(60_000));
    expect(await take('b', {}, later(60_001))).toEqual([]);
    expect(await take('b', {}, later(18_000_001))).toHaveLength(1);
  });

  it('leaves places to those that do not fail, whatever is due to those that do', async () => {
    await webhooksWith([90, 90, 90, 90], { failed: true });
    expect(await take('a', { forFailing: 2 })).toHaveLength(2);
    expect(await take('a', { forFailing: 0 })).toEqual([]);
  });

  it('tells what a message is about, and forgets it', async () => {
    const [webhookId] = await webhooksWith([3]);
    const [first, ...others] = await take('a');
    expect(first).toMatchObject({
      event: 'approval.requested',
      attempts: 1,
      approval: { status: 'PENDING', action: 'calendar.schedule', handle: 'someone', params: null, resolvedAt: null },
      webhook: { id: webhookId, url: 'https://hooks.example/', formerSecret: null, isOff: false },
    });
    await nodes.a.outbox.done([first?.id ?? '']);
    for (const other of others) await nodes.a.outbox.retry(other, later(5_000));
    expect(await nodes.a.outboxDepth(10)).toEqual({ messages: 2, firstDueAt: later(5_000) });
    await nodes.a.outbox.dropOfWebhook(webhookId ?? '');
    expect(await nodes.a.outboxDepth(10)).toEqual({ messages: 0, firstDueAt: null });
  });
});
