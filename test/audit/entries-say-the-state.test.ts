import { v7 as newId } from 'uuid';
import { expect, it } from 'vitest';
import { JsonText } from '../../src/domain/json/json-text.ts';
import type { Request } from '../../src/domain/request.ts';
import {
  aChannel,
  aKey,
  anAgent,
  aRequest,
  expiredAs,
  later,
  lost,
  NOW,
  times,
  twoNodes,
} from '../storage/fixtures.ts';
import { databaseClient } from '../testkit/database-client.ts';

const nodes = twoNodes();
const query = databaseClient(() => nodes.url);

const OVER = { code: 'over', message: 'It is over.' };
const GIVEN_UP = { unacked: OVER, disconnected: OVER, oversize: OVER };
const STEPS = 600;

/** The same numbers each time, from 0 to 1. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Requests whose entries do not say what their rows do. */
const CONTRADICTED = `
  select r.id, r.status, r.attempts, e.* from requests r cross join lateral (
    select count(*) filter (where e.type = 'request.submitted')::int as begins,
      count(*) filter (where e.type = 'request.redelivered')::int as redelivered,
      array_agg(e.data ->> 'status') filter (
        where e.type in ('request.finished', 'request.cancelled', 'request.expired')
          or e.type = 'request.submitted' and e.data ->> 'status' = 'REJECTED') as ends
    from audit_events e where e.request_id = r.id
  ) e
  where e.begins <> 1 or e.redelivered <> greatest(r.attempts - 1, 0)
    or e.ends is distinct from case when r.finished_at is not null then array[r.status] end`;

it('after any steps on two nodes at once the entries of each request say its state, and how often it was delivered', async () => {
  const random = numbersFrom(20_261_129);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const agents = await Promise.all(
    times(3, async () => {
      const [agent, key] = [anAgent(), aKey()];
      await nodes.a.agents.insert(agent, key);
      const channels = times(2, () => aChannel({ agentId: agent.id, apiKeyId: key.id }));
      for (const channel of channels) await nodes.a.presence.insertChannel(channel, 8, NOW);
      return { agent, channels };
    }),
  );
  const requests: Request[] = [];
  let at = NOW;

  const submit = async () => {
    const { agent, channels } = pick(agents);
    const channel = pick(channels);
    const status = pick(['PENDING', 'DISPATCHED', 'REJECTED'] as const);
    const stored = await pick([nodes.a, nodes.b]).requests.insert(
      aRequest({
        agentId: agent.id,
        status,
        createdAt: at,
        expiresAt: new Date(at.getTime() + 60_000 + random() * 600_000),
        delivery: status === 'DISPATCHED' ? { channelId: channel.id, nodeId: channel.nodeId } : null,
        leaseExpiresAt: status === 'DISPATCHED' ? new Date(at.getTime() + 10_000) : null,
        error: status === 'REJECTED' ? OVER : null,
      }),
    );
    if ('inserted' in stored) requests.push(stored.inserted);
  };
  const change = async () => {
    const { requests: store } = pick([nodes.a, nodes.b]);
    const request = requests.length === 0 ? null : pick(requests);
    if (request === null) return;
    const { id, agentId, senderId } = request;
    const channel = pick(agents.find(({ agent }) => agent.id === agentId)?.channels ?? []);
    const kind = random();
    if (kind < 0.25) await store.acknowledge(agentId, id, at);
    else if (kind < 0.4) await store.finish(agentId, id, { status: 'COMPLETED', result: new JsonText('1') }, at);
    else if (kind < 0.45) await store.finish(agentId, id, { status: 'FAILED', error: OVER }, at);
    else if (kind < 0.5) await store.cancel(senderId, id, OVER, at);
    else if (kind < 0.75) {
      const [found] = await store.byIds([id]);
      const lease = new Date(at.getTime() + 10_000);
      if (found) await store.claim(id, found.attempts, { channelId: channel.id, nodeId: channel.nodeId }, at, lease);
    } else if (kind < 0.85) await store.releaseChannels([lost(channel)], at);
    else if (kind < 0.9) await store.failUndeliverable({ unacked: 3, losses: 3 }, GIVEN_UP, at, 10);
    else if (kind < 0.98) await store.expire(expiredAs(OVER), at, 10);
    else await store.cancelAllOfAgent(newId(), OVER, at);
  };

  for (let step = 0; step < STEPS; step += 4) {
    at = new Date(at.getTime() + random() * 4_000);
    await Promise.all(times(4, () => (random() < 0.3 ? submit() : change())));
  }
  await nodes.a.requests.cancelAllOfAgent(agents[0]?.agent.id ?? '', OVER, later(STEPS * 4_000));

  expect(await query(CONTRADICTED)).toEqual([]);
  const counted = await query('select status, count(*)::int as count from requests group by status order by status');
  // Nothing is shown by requests to which nothing happened.
  expect(counted.map(({ status }) => status)).toEqual(
    expect.arrayContaining(['CANCELLED', 'COMPLETED', 'FAILED', 'REJECTED', 'TIMEOUT']),
  );
  expect(await query(`select from audit_events where type = 'request.redelivered' limit 1`)).toHaveLength(1);
});
