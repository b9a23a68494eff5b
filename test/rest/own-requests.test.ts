import pg from 'pg';
import { v7 as newId } from 'uuid';
import { describe, expect, it } from 'vitest';
import {
  agentAndSender,
  complete,
  openChannel,
  registerAgent,
  registerSender,
  submit,
  submitAccepted,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { ask, mutateSuccessfully } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForFile } from '../testkit/platform.ts';
import { expectProblem, rest } from './rest-client.ts';

const clock = createManualClock();
const platform = platformForFile({ clock });

type Connection = {
  readonly totalCount: number;
  readonly edges: readonly { readonly node: { readonly id: string } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
};
type Owner = { readonly apiKey: string };

const list = async ({ apiKey: key }: Owner, query = '') => {
  const { status, body, text } = await rest(platform, 'GET', `/v1/requests${query}`, { key });
  expect(status, text).toBe(200);
  return body;
};
const idsOf = async (owner: Owner, query: string) =>
  (await list(owner, query)).items.map(({ id }: { id: string }) => id);

/** Stores copies of a request that is final, without the time that submitting them would take. */
async function storeCopies(id: string, count: number) {
  const client = new pg.Client({ connectionString: platform.databaseUrl });
  await client.connect();
  await client.query(
    `insert into requests
     select (jsonb_populate_record(r, jsonb_build_object('id', copy))).* from requests r, unnest($2::uuid[]) as copy where r.id = $1`,
    [id, Array.from({ length: count }, () => newId({ msecs: clock.now().getTime() }))],
  );
  await client.end();
}

describe("a sender's list of its own requests", () => {
  it('goes through all of them page by page, newest first, whatever arrives meanwhile', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const sent: string[] = [];
    for (let i = 0; i < 5; i++) {
      sent.unshift((await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' })).id);
    }
    const seen: string[] = [];
    let cursor: string | null = '';
    do {
      const page = await list(sender, `?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...page.items.map(({ id }: { id: string }) => id));
      cursor = page.next_cursor;
      await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    } while (cursor !== null);
    expect(seen).toEqual(sent);
  });

  it('is filtered by state, agent, action and time', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { agent: other } = await agentAndSender(platform);
    const first = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    clock.advance(10_000);
    const between = new Date(clock.now()).toISOString();
    clock.advance(10_000);
    const second = await submitAccepted(platform, other, sender, { whenOffline: 'QUEUE' });
    const refused = await submit(platform, agent, sender, { action: 'email.send' });
    await mutateSuccessfully(platform, 'cancelRequest', { requestId: first.id }, 'request { id }', sender);

    expect(await idsOf(sender, '?status=cancelled')).toEqual([first.id]);
    expect(await idsOf(sender, '?status=cancelled&status=rejected')).toEqual([refused.requestId, first.id]);
    expect(await idsOf(sender, `?agent=${other.handle}`)).toEqual([second.id]);
    expect(await idsOf(sender, `?agent=${agent.id}`)).toEqual([refused.requestId, first.id]);
    expect(await idsOf(sender, '?action=email.send')).toEqual([refused.requestId]);
    expect(await idsOf(sender, `?created_before=${between}`)).toEqual([first.id]);
    expect(await idsOf(sender, `?created_after=${between}&status=pending`)).toEqual([second.id]);
    expect(await idsOf(sender, '?action=%00')).toEqual([]);
  });

  it('goes by the last change where that is asked for, and shows what changes meanwhile on its first page', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const sent: string[] = [];
    for (let i = 0; i < 6; i++) {
      clock.advance(1_000);
      sent.push((await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE', contextId: `of ${i % 2}` })).id);
    }
    const cancel = (id: string | undefined) => {
      clock.advance(1_000);
      return mutateSuccessfully(platform, 'cancelRequest', { requestId: id }, 'request { id }', sender);
    };
    for (const index of [4, 1]) await cancel(sent[index]);
    const byChange = [1, 4, 5, 3, 2, 0].map((index) => sent[index]);
    expect(await idsOf(sender, '?order_by=updated')).toEqual(byChange);
    expect(await idsOf(sender, '?order_by=updated&context_id=of%201')).toEqual([sent[1], sent[5], sent[3]]);
    expect(await idsOf(sender, '?order_by=updated&status=cancelled')).toEqual([sent[1], sent[4]]);

    const first = await list(sender, '?order_by=updated&limit=3');
    expect(first.items.map(({ id }: { id: string }) => id)).toEqual(byChange.slice(0, 3));
    await cancel(sent[2]);
    expect(await idsOf(sender, `?order_by=updated&limit=3&cursor=${first.next_cursor}`)).toEqual([sent[3], sent[0]]);
    expect(await idsOf(sender, '?order_by=updated&limit=1')).toEqual([sent[2]]);

    const query = `query ($after: String) { requests(orderBy: UPDATED, first: 2, after: $after) { totalCount
      edges { node { id } } pageInfo { hasNextPage endCursor } } }`;
    const seen: string[] = [];
    for (let after: string | null = null; ; ) {
      const { requests }: { requests: Connection } = await ask(platform, query, { after }, sender);
      expect(requests.totalCount).toBe(6);
      seen.push(...requests.edges.map(({ node }) => node.id));
      if (!requests.pageInfo.hasNextPage) break;
      after = requests.pageInfo.endCursor;
    }
    expect(seen).toEqual([2, 1, 4, 5, 3, 0].map((index) => sent[index]));
  });

  it('does not go by the last change for agents, backwards, or on after a cursor of another order', async () => {
    const { agent, sender } = await agentAndSender(platform);
    await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    const refused = async (owner: Owner, query: string) => {
      const answer = await rest(platform, 'GET', `/v1/requests${query}`, { key: owner.apiKey });
      expectProblem(answer, 422, 'invalid-input');
      return answer.body.errors;
    };
    expect(await refused(agent, '?order_by=updated')).toMatchObject([{ path: 'order_by' }]);
    const { next_cursor } = await list(sender, '?limit=1');
    expect(await refused(sender, `?order_by=updated&cursor=${next_cursor}`)).toMatchObject([{ path: 'cursor' }]);
    const backwards = ask(platform, '{ requests(orderBy: UPDATED, last: 1) { edges { node { id } } } }', {}, sender);
    await expect(backwards).rejects.toThrow(/first and after/);
  });

  it('shows what became of each, and nothing that may be large', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { requestId } = await submit(platform, agent, sender, { action: 'email.send' });
    const { items } = await list(sender);
    expect(items).toEqual([
      {
        id: requestId,
        status: 'rejected',
        action_type: 'email.send',
        created_at: expect.any(String),
        updated_at: expect.any(String),
        expires_at: expect.any(String),
        handle: agent.handle,
        agent_id: agent.id,
        sender_id: sender.id,
        contract_id: expect.any(String),
        context_id: null,
        progress: null,
        error: { code: 'rejected', message: expect.stringContaining('email.send') },
      },
    ]);
  });

  it('refuses filters that mean nothing, and names each', async () => {
    const sender = await registerSender(platform);
    const query = '?status=done&limit=0&created_after=yesterday&created_before=2026-02-30T00:00:00Z';
    const answer = await rest(platform, 'GET', `/v1/requests${query}`, { key: sender.apiKey });
    expectProblem(answer, 422, 'invalid-input');
    const errors = Object.fromEntries(
      answer.body.errors.map((each: { path: string; message: string }) => [each.path, each.message]),
    );
    expect(errors).toEqual({
      'status.0': expect.stringMatching(/^must be one of pending, /),
      limit: 'must be >= 1',
      created_after: expect.stringMatching(/RFC 3339/),
      created_before: expect.stringMatching(/RFC 3339/),
    });
    const cursor = await rest(platform, 'GET', '/v1/requests?cursor=x', { key: sender.apiKey });
    expect(cursor.body.errors).toEqual([{ path: 'cursor', message: 'is not a cursor of this list' }]);
  });

  it('looks at so many at a time, however few a filter lets through, and goes on where it stopped', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const oldest = await submit(platform, agent, sender, { action: 'rare.action' });
    const common = await submit(platform, agent, sender, { action: 'common.action' });
    await storeCopies(common.requestId, 12_000);
    const first = await list(sender, '?action=rare.action');
    expect(first.items).toEqual([]);
    expect(first.next_cursor).toEqual(expect.any(String));
    const second = await list(sender, `?action=rare.action&cursor=${first.next_cursor}`);
    expect(second).toMatchObject({ items: [{ id: oldest.requestId }], next_cursor: null });

    const query = `query ($after: String) { requests(action: "rare.action", first: 5, after: $after) {
      edges { node { id } } pageInfo { hasNextPage endCursor } totalCount isTotalCountExact } }`;
    const { requests } = await ask(platform, query, {}, sender);
    expect(requests).toMatchObject({
      edges: [],
      pageInfo: { hasNextPage: true },
      totalCount: 0,
      isTotalCountExact: false,
    });
    const next = await ask(platform, query, { after: requests.pageInfo.endCursor }, sender);
    expect(next.requests).toMatchObject({
      edges: [{ node: { id: oldest.requestId } }],
      pageInfo: { hasNextPage: false },
    });
    const counted = async (filter: string) => {
      const counts = `{ requests(handle: "${agent.handle}"${filter}) { totalCount isTotalCountExact } }`;
      return (await ask(platform, counts, {}, await logIn(platform))).requests;
    };
    expect(await counted('')).toEqual({ totalCount: 12_002, isTotalCountExact: true });
    expect(await counted(', action: "common.action"')).toEqual({ totalCount: 10_000, isTotalCountExact: false });
  });
});

describe('Prefer: wait on a request that is read', () => {
  const waitFor = (id: string, { apiKey: key }: Owner, seconds = 60) =>
    rest(platform, 'GET', `/v1/requests/${id}`, { key, headers: { prefer: `wait=${seconds}` } });

  it('answers its sender as soon as it is final', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const { id } = await submitAccepted(platform, agent, sender);
    await channel.received(id);
    const waiting = waitFor(id, sender);
    await complete(platform, agent, id, { done: true });
    const { status, headers, body } = await waiting;
    expect(status).toBe(200);
    expect(headers.get('preference-applied')).toBe('wait=60');
    expect(body).toMatchObject({ id, status: 'completed', result: { done: true } });
  });

  it('answers with its present state when the wait is over', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { id } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    const { status, body } = await waitFor(id, sender, 1);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, status: 'pending', result: null });
  });

  it('answers a stranger 404 at once', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { id } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    expectProblem(await waitFor(id, await registerAgent(platform)), 404, 'request-not-found');
  });
});
