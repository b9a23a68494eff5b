import fc from 'fast-check';
import pg from 'pg';
import { v7 as newId } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChannelRecord } from '../../src/application/ports/presence-store.ts';
import { madeStatements } from '../../src/storage/statement.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { aConnectedAgent, later, NOW, stored, times, twoNodes } from './fixtures.ts';

/** Each is a set of requests of one agent, read whole and in part, and handed out one by one. */
const RUNS = 40;
const LIMITS = { unacked: 5, losses: 5 };
const TIMES = { at: NOW, lapsedBy: NOW, provenBefore: NOW };

/** What a request may be like; of some nothing is to be claimed. */
const KINDS = {
  waiting: { status: 'PENDING' },
  released: { status: 'PENDING', losses: 1 },
  held: { status: 'AWAITING_APPROVAL' },
  expired: { status: 'PENDING', expiresAt: NOW },
  givenUp: { status: 'PENDING', losses: 5 },
  out: { status: 'DISPATCHED', channel: 'live', leaseExpiresAt: later(1) },
  acked: { status: 'ACKED', channel: 'live', leaseExpiresAt: NOW },
  lapsed: { status: 'DISPATCHED', channel: 'live', leaseExpiresAt: NOW },
  lost: { status: 'ACKED', channel: 'gone', leaseExpiresAt: later(1) },
  done: { status: 'COMPLETED', channel: 'live' },
} as const satisfies Record<string, Kind>;
type Kind = {
  readonly status: string;
  readonly losses?: number;
  readonly expiresAt?: Date;
  readonly channel?: 'live' | 'gone';
  readonly leaseExpiresAt?: Date;
};
type Entry = { readonly sender: number; readonly kind: keyof typeof KINDS };
type Row = { readonly id: string; readonly senderId: string; readonly kind: keyof typeof KINDS };

const isWaiting = ({ kind }: Row) => kind === 'waiting' || kind === 'released';
const isDelivered = ({ kind }: Row) => kind === 'lapsed' || kind === 'lost';
const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);

/** What is to be answered, said in another way: in turn, one of each sender. */
function expected(rows: readonly Row[], limit: number, after: string): readonly string[] {
  const ofEach = (of: (row: Row) => boolean) => Map.groupBy(rows.filter(of).toSorted(byId), ({ senderId }) => senderId);
  const [waiting, delivered] = [ofEach(isWaiting), ofEach(isDelivered)];
  const inOrder = [...waiting.keys()].toSorted();
  const senders = [...inOrder.filter((id) => id > after), ...inOrder.filter((id) => id <= after)].slice(0, limit);
  const each = Math.ceil(limit / Math.max(senders.length, 1));
  const deliveredIn = (turn: number) => [...delivered.values()].flatMap((of) => of[turn] ?? []).toSorted(byId);
  const waitingIn = (turn: number) => (turn < each ? senders.flatMap((id) => waiting.get(id)?.[turn] ?? []) : []);
  const chosen = times(limit, (turn) => [...deliveredIn(turn), ...waitingIn(turn)])
    .flat()
    .slice(0, limit);
  const ofSender = Map.groupBy(chosen.toSorted(byId), ({ senderId }) => senderId);
  return chosen.map(({ senderId }) => ofSender.get(senderId)?.shift()?.id ?? '');
}

const nodes = twoNodes();
let client: pg.Client;
beforeAll(async () => {
  client = new pg.Client({ connectionString: nodes.url });
  await client.connect();
});
afterAll(() => client.end());

async function insert(channel: ChannelRecord, entries: readonly Entry[]): Promise<readonly Row[]> {
  const senders = times(6, () => newId());
  const rows = entries.map(({ sender, kind }) => ({ id: newId(), senderId: senders[sender] ?? '', kind }));
  await client.query(
    `insert into requests (id, sender_id, status, losses, channel_id, lease_expires_at, expires_at, finished_at,
       agent_id, action, params, handle, pipeline_log, attempts, deliveries, revision, created_at, updated_at)
     select id, "senderId", status, coalesce(losses, 0), "channelId", "leaseExpiresAt", coalesce("expiresAt", $2),
       case when status = 'COMPLETED' then $3::timestamptz end, $4, 'a', '{}', 'h', '[]', 1, '[]', 1, $3, $3
     from jsonb_to_recordset($1) as row (id uuid, "senderId" uuid, status text, losses int, "channelId" uuid,
       "leaseExpiresAt" timestamptz, "expiresAt" timestamptz)`,
    [
      JSON.stringify(
        rows.map(({ id, senderId, kind }) => {
          const { channel: held, ...fields }: Kind = KINDS[kind];
          return { id, senderId, ...fields, channelId: held === 'live' ? channel.id : held && newId() };
        }),
      ),
      later(60_000),
      NOW,
      channel.agentId,
    ],
  );
  return rows;
}

/** Half of them by administrators, the others at their agent. */
async function stop(senderIds: readonly string[], agentId: string): Promise<void> {
  await client.query(`insert into suspensions select unnest($1::uuid[]), 'SENDER', 'Floods', 'admin', now()`, [
    senderIds.filter((_, at) => at % 2 === 0),
  ]);
  await client.query(
    `insert into sender_limits (agent_id, sender_id, is_blocked, updated_at) select $2, unnest($1::uuid[]), true, now()`,
    [senderIds.filter((_, at) => at % 2 === 1), agentId],
  );
}

const entry: fc.Arbitrary<Entry> = fc.record({
  sender: fc.nat({ max: 5 }),
  kind: fc.oneof(
    { weight: 6, arbitrary: fc.constant('waiting' as const) },
    { weight: 4, arbitrary: fc.constantFrom(...(Object.keys(KINDS) as (keyof typeof KINDS)[])) },
  ),
});

describe('what may be claimed', () => {
  it('comes by rounds of the senders, and of each the oldest first, as a plain reading of the same says', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(entry, { maxLength: 60 }),
        fc.integer({ min: 1, max: 80 }),
        fc.nat({ max: 8 }),
        fc.nat({ max: 2 }),
        async (entries, limit, behind, stopped) => {
          const { channel } = await aConnectedAgent(nodes.a);
          const all = await insert(channel, entries);
          const stoppedIds = [...new Set(all.map(({ senderId }) => senderId))].slice(0, stopped);
          await stop(stoppedIds, channel.agentId);
          const rows = all.filter(({ senderId }) => !stoppedIds.includes(senderId));
          const after = rows[behind]?.senderId ?? newId();
          const found = await nodes.b.requests.claimable(channel.agentId, LIMITS, TIMES, limit, after);
          expect(found.map(({ id }) => id)).toEqual(expected(rows, limit, after));
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('is handed out to one sender after the other where slots come free one by one', async () => {
    const { channel } = await aConnectedAgent(nodes.a);
    const counts = [9, 1, 4];
    const rows = await insert(
      channel,
      counts.flatMap((count, sender) => times(count, () => ({ sender, kind: 'waiting' as const }))),
    );
    const ref = { channelId: channel.id, nodeId: channel.nodeId };
    const order: string[] = [];
    let after: string | undefined;
    for (const _ of rows) {
      const [next] = await nodes.a.requests.claimable(channel.agentId, LIMITS, TIMES, 64, after);
      if (!next) break;
      expect(await nodes.b.requests.claim(next.id, 1, ref, NOW, later(1))).toMatchObject({ outcome: 'changed' });
      order.push(next.id);
      after = next.senderId;
    }
    const turns = [0, 9, 10, 1, 11, 2, 12, 3, 13, 4, 5, 6, 7, 8];
    expect(order).toEqual(turns.map((at) => rows[at]?.id));
    expect(await nodes.a.requests.claimable(channel.agentId, LIMITS, TIMES, 64, after)).toEqual([]);
  });

  it('is not hidden by what another sender lost with a channel, however much that is', async () => {
    const { channel } = await aConnectedAgent(nodes.a);
    const lost = times(100, () => ({ sender: 0, kind: 'lost' as const }));
    const rows = await insert(channel, [...lost, { sender: 1, kind: 'waiting' }]);
    const found = await nodes.b.requests.claimable(channel.agentId, LIMITS, TIMES, 64);
    expect(found.slice(0, 2).map(({ id }) => id)).toEqual([rows[0]?.id, rows[100]?.id]);
  });

  it('is not hidden by a hundred senders whose requests are not to be claimed', async () => {
    const { channel } = await aConnectedAgent(nodes.a);
    for (const _ of times(100, () => 0)) {
      await stored(nodes.a, { agentId: channel.agentId, senderId: newId(), status: 'AWAITING_APPROVAL' });
    }
    const { id } = await stored(nodes.a, { agentId: channel.agentId, senderId: newId() });
    const found = await nodes.b.requests.claimable(channel.agentId, LIMITS, TIMES, 64);
    expect(found.map((each) => each.id)).toEqual([id]);
  });

  it('leaves out what waits of those who are passed over, and shows who comes behind them', async () => {
    const { channel } = await aConnectedAgent(nodes.a);
    const ids = await Promise.all(
      times(70, async () => (await stored(nodes.a, { agentId: channel.agentId, senderId: newId() })).id),
    );
    const read = (passOver: readonly string[]) =>
      nodes.b.requests.claimable(channel.agentId, LIMITS, TIMES, 64, undefined, passOver);
    const first = await read([]);
    expect(first).toHaveLength(64);
    const rest = await read(first.map(({ senderId }) => senderId));
    expect([...first, ...rest].map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  });

  it('is not hidden by a hundred senders that are stopped, and is seen by all who look for it', async () => {
    const { channel } = await aConnectedAgent(nodes.a);
    const { agentId, nodeId } = channel;
    const stopped = times(100, () => newId());
    for (const senderId of stopped) await stored(nodes.a, { agentId, senderId });
    await stop(stopped, agentId);
    const seen = async () => {
      const [[ofAgent], ofNode, waiting, [open]] = await Promise.all([
        nodes.b.requests.agentsWithClaimable([agentId], NOW),
        nodes.b.requests.claimableOfNode(nodeId, NOW),
        nodes.b.requests.agentsWithWaiting(nodeId, NOW),
        nodes.b.presence.channelsOf(agentId, NOW),
      ]);
      return [ofAgent === agentId, ofNode.agentIds.includes(agentId), waiting.includes(agentId), open?.isAwaited];
    };
    expect(await seen()).toEqual([false, false, false, false]);
    const { id } = await stored(nodes.a, { agentId, senderId: newId() });
    const found = await nodes.b.requests.claimable(agentId, LIMITS, TIMES, 64);
    expect(found.map((each) => each.id)).toEqual([id]);
    expect(await seen()).toEqual([true, true, true, true]);
  });

  it('is nobody’s any more once its sender is stopped, also for who saw it before', async () => {
    const { channel } = await aConnectedAgent(nodes.a);
    const ref = { channelId: channel.id, nodeId: channel.nodeId };
    const senderIds = [newId(), newId()];
    const waiting = await Promise.all(
      senderIds.map((senderId) => stored(nodes.a, { agentId: channel.agentId, senderId })),
    );
    await stop(senderIds, channel.agentId);
    for (const { id } of waiting) {
      expect(await nodes.b.requests.claim(id, 0, ref, NOW, later(1))).toMatchObject({ outcome: 'unchanged' });
    }
  });

  it('is found by the index of what waits, also while there is nothing yet', async () => {
    const { url, drop } = await createTestDatabase();
    const fresh = new pg.Client({ connectionString: url });
    await fresh.connect();
    try {
      const { text } = madeStatements.get('claimable-requests') ?? { text: '' };
      const { rows } = await fresh.query<{ 'QUERY PLAN': string }>(`explain (generic_plan, costs off) ${text}`);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      // Two walks, each with its first step, and what is read of each sender.
      expect(plan.match(/Index Scan using requests_waiting_sender_index/g), plan).toHaveLength(5);
    } finally {
      await fresh.end();
      await drop();
    }
  });
});
