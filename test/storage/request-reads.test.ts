import { v7 as newId } from 'uuid';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/domain/json/json.ts';
import { JsonText } from '../../src/domain/json/json-text.ts';
import {
  aConnectedAgent,
  aKey,
  anAgent,
  aRequest,
  aRequestTo,
  dispatched,
  later,
  NOW,
  stored,
  times,
  twoNodes,
} from './fixtures.ts';

const nodes = twoNodes();
const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

describe('insert', () => {
  it('answers what was stored, as a read answers it', async () => {
    const { channel } = await aConnectedAgent(nodes.a);
    const open = await dispatched(nodes.a, channel);
    expect(open).toMatchObject({ attempts: 1, revision: 1, channelId: channel.id, updatedAt: NOW });
    expect(await nodes.b.requests.byId(open.id)).toEqual(open);
    const rejected = await stored(nodes.a, { status: 'REJECTED', error: { code: 'rejected', message: 'No.' } });
    expect(await nodes.b.requests.byId(rejected.id)).toEqual(rejected);
  });

  it('keeps JSON as it came: names like numbers, numbers, strange names, NUL', async () => {
    const text =
      '{"2":1,"1":1.0,"e":1e2,"minus":-0,"big":1E+21,"tiny":5e-324,"nul":"a\\u0000b","\\u0000":"name","pair":"😀","quote":"\\"\\\\{},\'","__proto__":{"x":1},"deep":[[[[[]]]]],"empty":"","null":null}';
    const json = new JsonText<JsonObject>(text);
    const { channel } = await aConnectedAgent(nodes.a);
    const request = await dispatched(nodes.a, channel, { params: json });
    await nodes.a.requests.finish(channel.agentId, request.id, { status: 'COMPLETED', result: json }, NOW);
    const read = await nodes.b.requests.byId(request.id);
    expect(read?.params.text).toBe(text);
    expect(read?.result?.text).toBe(text);
  });

  it('stores statements as text, and none is run', async () => {
    const attack = `'); drop table requests; -- {"x", NULL} \\' $1 $$`;
    const agent = anAgent({ handle: attack });
    await nodes.a.agents.insert(agent, aKey());
    const inserted = await nodes.a.requests.insert(
      aRequest({
        agentId: agent.id,
        action: attack,
        handle: attack,
        params: JsonText.of<JsonObject>({ [attack]: attack }),
        idempotencyKey: attack,
        contentDigest: Buffer.from(attack),
        error: { code: attack, message: attack },
        pipelineLog: [{ stage: attack, passed: false, reason: attack, durationMs: 1 }],
      }),
    );
    if (!('inserted' in inserted)) throw new Error('it was not stored');
    const request = inserted.inserted;
    expect(await nodes.a.requests.byId(request.id)).toEqual(request);
    expect(ids((await nodes.a.requests.list({ handle: attack }, { limit: 5 })).rows)).toEqual([request.id]);
    expect((await nodes.a.requests.list({ senderId: attack }, { limit: 5 })).rows).toEqual([]);
    expect((await nodes.a.requests.list({}, { limit: 5, after: attack })).rows).toEqual([]);
    expect(await nodes.a.requests.byId(attack)).toBeNull();
  });

  it('stores several in one statement as they are, whatever an array would make of it', async () => {
    const { agentId } = await aRequestTo(nodes.a);
    const texts = ['', 'null', 'NULL', '{"a","b"}', '"', '\\', '\\"', '\\x41', ' a , b ', '\n', '😀'];
    const requests = texts.map((text) =>
      aRequest({
        agentId,
        action: text,
        params: JsonText.of<JsonObject>({ [text]: text }),
        contentDigest: Buffer.from(text),
      }),
    );
    const inserted = await Promise.all(requests.map((request) => nodes.a.requests.insert(request)));
    expect(inserted.every((answer) => 'inserted' in answer)).toBe(true);
    const read = await nodes.b.requests.byIds(ids(requests));
    expect(read.map(({ action, params }) => [action, params.value])).toEqual(
      texts.map((text) => [text, { [text]: text }]),
    );
  });

  it('fails alone where one of a batch cannot be stored', async () => {
    const twice = await aRequestTo(nodes.a);
    await nodes.a.requests.insert(twice);
    const { agentId } = twice;
    const answers = await Promise.allSettled([
      nodes.a.requests.insert(aRequest({ agentId })),
      nodes.a.requests.insert(twice),
      nodes.a.requests.insert(aRequest({ agentId })),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});

describe('a request whose agent was deleted', () => {
  it('is not stored, with an idempotency key or without, beside others that are', async () => {
    const gone = newId();
    const { agentId } = await aRequestTo(nodes.a);
    const keyed = { idempotencyKey: 'k', contentDigest: Buffer.from('d') };
    const answers = await Promise.all(
      [{ agentId: gone }, { agentId }, { agentId: gone, ...keyed }, { agentId, ...keyed }].map((changes) =>
        nodes.a.requests.insert(aRequest(changes)),
      ),
    );
    const stored = { inserted: { agentId } };
    expect(answers).toMatchObject([{ agentIsGone: true }, stored, { agentIsGone: true }, stored]);
    expect((await nodes.a.requests.list({ agentId: gone }, { limit: 1 })).rows).toEqual([]);
  });

  it('is found by whoever deletes the agent while it is stored, or finds it gone', async () => {
    for (const _ of times(20, String)) {
      const { agentId } = await aRequestTo(nodes.a);
      const insertions = times(20, (index) => (index % 2 ? nodes.a : nodes.b).requests.insert(aRequest({ agentId })));
      await nodes.a.agents.delete(agentId);
      const seen = await (await nodes.a.requests.list({ agentId }, { limit: 1 })).totalCount();
      const answers = await Promise.all(insertions);
      expect(answers.filter((answer) => 'inserted' in answer)).toHaveLength(seen);
    }
  });
});

describe('idempotency keys', () => {
  it('make one request of 50 concurrent ones over two nodes', async () => {
    const senderId = newId();
    const digest = Buffer.from('digest');
    const { agentId } = await aRequestTo(nodes.a);
    const answers = await Promise.all(
      times(50, (index) =>
        (index % 2 ? nodes.a : nodes.b).requests.insert(
          aRequest({ agentId, senderId, idempotencyKey: 'once', contentDigest: digest }),
        ),
      ),
    );
    const inserted = answers.flatMap((answer) => ('inserted' in answer ? [answer.inserted] : []));
    expect(inserted).toHaveLength(1);
    for (const answer of answers) {
      if ('existing' in answer) {
        expect(answer.existing.request.id).toBe(inserted[0]?.id);
        expect(answer.existing.contentDigest.equals(digest)).toBe(true);
      }
    }
    expect(await (await nodes.a.requests.list({ senderId }, { limit: 1 })).totalCount()).toBe(1);
  });

  it('belong to their sender and last a day', async () => {
    const senderId = newId();
    const day = 24 * 60 * 60 * 1_000;
    const keyed = { senderId, idempotencyKey: 'k', contentDigest: Buffer.from('d') };
    const first = await stored(nodes.a, keyed);
    await stored(nodes.a, { ...keyed, senderId: newId() });
    const again = await nodes.a.requests.insert(await aRequestTo(nodes.a, { ...keyed, createdAt: later(day) }));
    expect(again).toMatchObject({ existing: { request: { id: first.id } } });
    const next = await stored(nodes.a, { ...keyed, createdAt: later(day + 1), expiresAt: later(day + 2) });
    expect(await nodes.a.requests.byIdempotencyKey(senderId, 'k', NOW)).toMatchObject({ request: { id: next.id } });
    expect(await nodes.a.requests.byIdempotencyKey(senderId, 'k', later(day + 2))).toBeNull();
    expect(await nodes.a.requests.byIdempotencyKey(senderId, 'other', NOW)).toBeNull();
    expect(await nodes.a.requests.byId(first.id)).toEqual(first);
  });
});

describe('list', () => {
  it('pages newest first from both ends, and neither skips nor repeats while rows arrive', async () => {
    const senderId = newId();
    const { list } = nodes.a.requests;
    const old = [];
    for (const _ of times(7, String)) old.unshift((await stored(nodes.a, { senderId })).id);
    const first = await list({ senderId }, { limit: 3 });
    expect(ids(first.rows)).toEqual(old.slice(0, 3));
    const arrived = await stored(nodes.a, { senderId });
    const second = await list({ senderId }, { limit: 3, after: ids(first.rows)[2] ?? '' });
    expect(ids(second.rows)).toEqual(old.slice(3, 6));
    expect(ids((await list({ senderId }, { limit: 3, after: ids(second.rows)[2] ?? '' })).rows)).toEqual(old.slice(6));
    expect(ids((await list({ senderId }, { limit: 3, before: old[0] ?? '' })).rows)).toEqual([arrived.id]);
    expect(ids((await list({ senderId }, { limit: 2, before: old[3] ?? '', fromEnd: true })).rows)).toEqual(
      old.slice(1, 3),
    );
    expect(ids((await list({ senderId }, { limit: 2, fromEnd: true })).rows)).toEqual(old.slice(5));
    expect(await first.totalCount()).toBe(8);
  });

  it('filters by sender, agent, handle and states together', async () => {
    const [senderId, agentId] = [newId(), newId()];
    const wanted = await stored(nodes.a, { senderId, agentId, handle: 'cal', status: 'AWAITING_APPROVAL' });
    await stored(nodes.a, { senderId, agentId, handle: 'cal' });
    await stored(nodes.a, { senderId, agentId, handle: 'mail', status: 'AWAITING_APPROVAL' });
    await stored(nodes.a, { senderId, handle: 'cal', status: 'AWAITING_APPROVAL' });
    await stored(nodes.a, { agentId, handle: 'cal', status: 'AWAITING_APPROVAL' });
    const filter = { senderId, agentId, handle: 'cal', statuses: ['AWAITING_APPROVAL', 'REJECTED'] } as const;
    const page = await nodes.a.requests.list(filter, { limit: 10 });
    expect(ids(page.rows)).toEqual([wanted.id]);
    expect(await page.totalCount()).toBe(1);
    expect((await nodes.a.requests.list({ ...filter, statuses: [] }, { limit: 10 })).rows).toEqual([]);
  });
});

describe('what nodes ask', () => {
  it('knows what the channels of a node hold', async () => {
    const { channel } = await aConnectedAgent(nodes.a, 'node-held');
    const [first, second, over] = [
      await dispatched(nodes.a, channel),
      await dispatched(nodes.a, channel),
      await dispatched(nodes.a, channel),
    ];
    await nodes.a.requests.acknowledge(channel.agentId, second.id, NOW);
    await nodes.a.requests.finish(channel.agentId, over.id, { status: 'COMPLETED', result: null }, NOW);
    const { id: channelId, agentId } = channel;
    expect(await nodes.a.requests.heldByNode('node-held')).toEqual([
      { id: first.id, agentId, senderId: first.senderId, status: 'DISPATCHED', channelId, attempts: 1 },
      { id: second.id, agentId, senderId: second.senderId, status: 'ACKED', channelId, attempts: 1 },
    ]);
    expect(await nodes.a.requests.heldByNode('node-none')).toEqual([]);
  });

  it('counts what is open in all, held requests too, and tells whose much of it is', async () => {
    const { channel } = await aConnectedAgent(nodes.a);
    const of = { agentId: channel.agentId, senderId: newId() };
    for (const status of ['AWAITING_APPROVAL', 'AWAITING_APPROVAL', 'PENDING', 'REJECTED'] as const) {
      await stored(nodes.a, { ...of, status });
    }
    const much = (requests: number) => ({ requests, bytes: 1_000_000 });
    const open = await nodes.b.requests.openTotals(100_000, { ofSender: much(3), ofAgent: much(3) });
    expect(open.requests).toBeGreaterThanOrEqual(3);
    const own = { requests: 3, bytes: expect.any(Number) };
    expect(open.senders).toContainEqual({ id: of.senderId, ...own });
    expect(open.agents).toContainEqual({ id: of.agentId, ...own });
    const more = await nodes.b.requests.openTotals(100_000, { ofSender: much(4), ofAgent: much(4) });
    expect([...more.senders, ...more.agents].map(({ id }) => id)).not.toContain(of.senderId);
    expect(await nodes.b.requests.openTotals(2, { ofSender: much(3), ofAgent: much(3) })).toMatchObject({
      requests: 2,
    });
  });

  it('counts what waits by sender, up to a bound', async () => {
    const [agentId, one, other] = [newId(), newId(), newId()];
    for (const senderId of [one, one, one, other])
      await stored(nodes.a, { agentId, senderId, params: JsonText.of({ a: 'é' }) });
    await stored(nodes.a, { agentId, senderId: one, status: 'AWAITING_APPROVAL' });
    const bytes = Buffer.byteLength('{"a":"é"}');
    const counted = await nodes.a.requests.waitingBySender(agentId, 10);
    expect(counted).toHaveLength(2);
    expect(counted).toContainEqual({ senderId: one, requests: 3, bytes: 3 * bytes });
    expect(counted).toContainEqual({ senderId: other, requests: 1, bytes });
    const bounded = await nodes.a.requests.waitingBySender(agentId, 2);
    expect(bounded.reduce((sum, { requests }) => sum + requests, 0)).toBe(2);
    expect(await nodes.a.requests.waitingBySender('nobody', 3)).toEqual([]);
  });

  it('reads many at once and leaves out what is not there', async () => {
    const found = [await stored(nodes.a), await stored(nodes.a)];
    expect(await nodes.a.requests.byIds([...ids(found), newId(), 'no-uuid'])).toEqual(found);
    expect(await nodes.a.requests.byId(newId())).toBeNull();
  });

  it('reads of more than a few so many at once that their results are not more than 4 MiB, but for the last one', async () => {
    const { channel } = await aConnectedAgent(nodes.a);
    const requests: string[] = [];
    for (const mib of [1, 0, 1, 1, 3, 5, 0, 0, 0, 0]) {
      const { id } = await dispatched(nodes.a, channel);
      requests.push(id);
      if (mib === 0) continue;
      const result = JsonText.of('x'.repeat(mib * 1_048_576 - 2));
      await nodes.a.requests.finish(channel.agentId, id, { status: 'COMPLETED', result }, NOW);
    }
    const parts: (readonly string[])[] = [];
    const asked = [...requests, newId(), 'no-uuid'].toReversed();
    for (let left: readonly string[] = asked; left.length > 0; ) {
      const some = await nodes.b.requests.someByIds(left);
      parts.push(ids(some.requests));
      left = some.left;
    }
    expect(parts).toEqual([requests.slice(0, 5), requests.slice(5, 6), requests.slice(6)]);
    expect(await nodes.b.requests.someByIds([newId()])).toEqual({ requests: [], left: [] });
  });
});
