import { beforeAll, describe, expect, it } from 'vitest';
import { rest } from '../rest/rest-client.ts';
import {
  type Agent,
  acknowledge,
  agentAndSender,
  complete,
  publishPolicies,
  readRequest,
  type Sender,
  submit,
  submitAccepted,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { databaseClient } from '../testkit/database-client.ts';
import { EventStream } from '../testkit/event-stream.ts';
import { ask, mutateSuccessfully } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';

const ASK_FIRST = [{ condition: 'params_duration_minutes >= 30', action: 'REQUIRE_APPROVAL', reason: 'Long' }];
const SHORT = { params: { title: 'Short', duration_minutes: 15 }, whenOffline: 'QUEUE' };
const long = (title: string) => ({ params: { title, duration_minutes: 30 } });

const platform = platformForFile();
const query = databaseClient(() => platform.databaseUrl);

let agent: Agent & { ownerKey: string };
let sender: Sender;
/** What nobody approved: it waits, was denied, was cancelled, and is refused as its like was. */
let hidden: readonly string[];
let free: string;

beforeAll(async () => {
  ({ agent, sender } = await agentAndSender(platform));
  await publishPolicies(platform, agent, { rules: ASK_FIRST });
  const waiting = await submitAccepted(platform, agent, sender, long('Waits'));
  const denied = await submitAccepted(platform, agent, sender, long('Denied'));
  await query(
    `with approval as (update approvals set status = 'DENIED', resolved_at = now() where request_id = $1)
     update requests set status = 'REJECTED', finished_at = now(), updated_at = now() where id = $1`,
    [denied.id],
  );
  const cancelled = await submitAccepted(platform, agent, sender, long('Cancelled'));
  await mutateSuccessfully(platform, 'cancelRequest', { requestId: cancelled.id }, 'request { id }', sender);
  const { requestId } = await submit(platform, agent, sender, long('Denied'));
  hidden = [waiting.id, denied.id, cancelled.id, requestId];
  free = (await submitAccepted(platform, agent, sender, SHORT)).id;
});

const idsOf = (connection: { edges: { node: { id: string } }[] }) => connection.edges.map(({ node }) => node.id);
const LIST = `edges { node { id } } totalCount isTotalCountExact pageInfo { hasNextPage }`;

describe("to the agent's own key what nobody approved does not exist", () => {
  it('by id, over GraphQL and REST', async () => {
    for (const id of hidden) {
      expect(await readRequest(platform, id, agent)).toBeNull();
      expect((await rest(platform, 'GET', `/v1/requests/${id}`, { key: agent.apiKey })).status).toBe(404);
    }
    expect(await readRequest(platform, free, agent)).toMatchObject({ id: free });
  });

  it('in lists and their counts, with and without filters', async () => {
    const all = await ask(platform, `{ requests { ${LIST} } }`, {}, agent);
    expect(all.requests).toMatchObject({ totalCount: 1, isTotalCountExact: true, pageInfo: { hasNextPage: false } });
    expect(idsOf(all.requests)).toEqual([free]);
    const some = await ask(
      platform,
      `{ requests(status: [AWAITING_APPROVAL, REJECTED, CANCELLED], first: 1) { ${LIST} } }`,
      {},
      agent,
    );
    expect(some.requests).toMatchObject({ edges: [], totalCount: 0 });
    const own = await ask(
      platform,
      `query ($id: ID!) { agent(id: $id) { requests { ${LIST} } } }`,
      { id: agent.id },
      agent,
    );
    expect(own.agent.requests.totalCount).toBe(1);
    expect(idsOf(own.agent.requests)).toEqual([free]);
    for (const search of ['', '?status=awaiting_approval', '?status=rejected', `?agent=${agent.handle}`]) {
      const { body } = await rest(platform, 'GET', `/v1/requests${search}`, { key: agent.apiKey });
      expect(body.items.map(({ id }: { id: string }) => id)).toEqual(search.includes('status') ? [] : [free]);
      expect(body.next_cursor).toBeNull();
    }
  });

  it('by an ack or an outcome, which are refused as for an unknown one', async () => {
    for (const id of hidden) {
      expect((await acknowledge(platform, agent, id)).__typename).toBe('RequestNotFoundError');
      expect((await complete(platform, agent, id)).__typename).toBe('RequestNotFoundError');
      const reported = await rest(platform, 'POST', `/v1/requests/${id}/result`, {
        key: agent.apiKey,
        body: { status: 'completed', result: null },
      });
      expect(reported.status).toBe(404);
    }
  });

  it('to those who follow one, over sockets, events and waits', async () => {
    for (const id of hidden) {
      const updates = await EventStream.open(
        platform,
        'subscription ($id: ID!) { requestUpdates(requestId: $id) { id status } }',
        { id },
        agent,
      );
      const answer = await updates.events.take(() => true, 'the refusal');
      expect(JSON.stringify(answer)).toContain('NOT_FOUND');
      expect((await rest(platform, 'GET', `/v1/requests/${id}/events`, { key: agent.apiKey })).status).toBe(404);
    }
    const headers = { prefer: 'wait=1' };
    const [waiting] = hidden;
    expect((await rest(platform, 'GET', `/v1/requests/${waiting}`, { key: agent.apiKey, headers })).status).toBe(404);
  });

  it('in what other rules would have said', async () => {
    const data = await ask(
      platform,
      `query ($id: ID!) { policyReplay(agentId: $id, rules: [], defaultAction: REJECT) {
        ... on PolicyReplaySuccess { evaluated changed { requestId } } } }`,
      { id: agent.id },
      agent,
    );
    const answer = data.policyReplay;
    expect(answer).toMatchObject({ evaluated: 1, changed: [{ requestId: free }] });
  });
});

describe('others see it as before', () => {
  it.each(['sender', 'owner', 'admin'] as const)('the %s', async (who) => {
    const by = who === 'sender' ? sender : who === 'owner' ? { apiKey: agent.ownerKey } : await logIn(platform);
    for (const id of hidden) {
      const data = await ask(platform, 'query ($id: ID!) { request(id: $id) { id } }', { id }, by);
      expect(data.request).toEqual({ id });
    }
    const { requests } = await ask(
      platform,
      `query ($h: String!) { requests(handle: $h) { ${LIST} } }`,
      { h: agent.handle },
      by,
    );
    expect(requests.totalCount).toBe(5);
    expect(idsOf(requests)).toEqual(expect.arrayContaining([...hidden]));
  });
});
