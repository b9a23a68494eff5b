import { beforeAll, describe, expect, it } from 'vitest';
import { rest } from '../rest/rest-client.ts';
import {
  agentAndSender,
  CALENDAR,
  complete,
  createApprover,
  type OwnedAgent,
  openChannel,
  ownerOf,
  publishPolicies,
  readRequest,
  registerAgent,
  type Sender,
  submitAccepted,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { askingAgent, decide, heldFor, holdingAgent } from '../testkit/approvals.ts';
import { databaseClient } from '../testkit/database-client.ts';
import { ask, type Credential, mutateSuccessfully } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';

const platform = platformForFile();
const query = databaseClient(() => platform.databaseUrl);
const RULES = [{ condition: 'params_duration_minutes >= 30', action: 'REQUIRE_APPROVAL', reason: 'Long' }];

let agent: OwnedAgent;
let sender: Sender;
let requestId: string;
let approval: { id: string; digest: string; expiresAt: string; sender: object };

const LOOK = `id status holdReasons { stage rule reason } quorum policyVersion contractVersion isEditable toSender revision
  createdAt expiresAt resolvedAt digest effectiveParams agent { id }
  request { id status action params senderId } sender { id kind displayName isBlocked
  history { completed rejected denied first last } }`;

const look = async (id: string, by: Credential) =>
  (await ask(platform, `query ($id: ID!) { approval(id: $id) { ${LOOK} } }`, { id }, by)).approval;
const list = async (by: Credential, args = '') =>
  (await ask(platform, `{ approvals${args} { edges { node { id } } totalCount } }`, {}, by)).approvals;

beforeAll(async () => {
  ({ agent, sender } = await agentAndSender(platform, [CALENDAR, { ...CALENDAR, action: 'calendar.cancel' }]));
  await publishPolicies(platform, agent, { rules: RULES });
  const short = { params: { title: 'Short', duration_minutes: 15 }, whenOffline: 'QUEUE' };
  await submitAccepted(platform, agent, sender, short);
  ({ id: requestId } = await submitAccepted(platform, agent, sender));
  const { edges } = await list(ownerOf(agent));
  approval = await look(edges[0].node.id, ownerOf(agent));
});

describe('an approval', () => {
  it('says what would be done, for whom, why it waits, and until when', async () => {
    expect(approval).toMatchObject({
      status: 'PENDING',
      holdReasons: [{ stage: 'policy_engine', rule: 0, reason: 'Long' }],
      quorum: 1,
      policyVersion: 1,
      contractVersion: 1,
      isEditable: false,
      toSender: null,
      revision: 1,
      resolvedAt: null,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      effectiveParams: null,
      agent: { id: agent.id },
      request: { id: requestId, status: 'AWAITING_APPROVAL', params: { title: 'Standup', duration_minutes: 30 } },
      sender: { id: sender.id, kind: 'SENDER', displayName: 'Test Sender', isBlocked: false },
    });
    expect(approval.sender).toMatchObject({ history: { completed: 0, rejected: 0, denied: 0 } });
  });

  it('is the same over REST', async () => {
    const answer = await rest(platform, 'GET', `/v1/approvals/${approval.id}`, { key: agent.ownerKey });
    expect(answer.body).toMatchObject({
      id: approval.id,
      status: 'pending',
      digest: approval.digest,
      hold_reasons: [{ stage: 'policy_engine', rule: 0, reason: 'Long' }],
      request: { id: requestId, status: 'awaiting_approval', params: { title: 'Standup', duration_minutes: 30 } },
      sender: { id: sender.id, kind: 'sender', display_name: 'Test Sender' },
    });
    expect(answer.body.sender.history.first).toEqual(expect.any(String));
  });

  it('tells its sender where it stands, and never who decides', async () => {
    const fields = 'request(id: $id) { approval { status expiresAt toSender } effectiveParams }';
    const data = await ask(platform, `query ($id: ID!) { ${fields} }`, { id: requestId }, sender);
    const expiresAt = approval.expiresAt;
    expect(data.request).toEqual({ approval: { status: 'PENDING', expiresAt, toSender: null }, effectiveParams: null });
    const { body } = await rest(platform, 'GET', `/v1/requests/${requestId}`, { key: sender.apiKey });
    expect(body).toMatchObject({
      status: 'awaiting_approval',
      approval: { status: 'pending', expires_at: expiresAt, to_sender: null },
      effective_params: null,
    });
    const [free] = (await rest(platform, 'GET', '/v1/requests?status=pending', { key: sender.apiKey })).body.items;
    const other = await rest(platform, 'GET', `/v1/requests/${free.id}`, { key: sender.apiKey });
    expect(other.body).toMatchObject({ approval: null, effective_params: null });
  });

  it('is not final to whoever waits for it, and is followed', async () => {
    const headers = { prefer: 'wait=1' };
    const waited = await rest(platform, 'GET', `/v1/requests/${requestId}`, { key: sender.apiKey, headers });
    expect(waited.body.status).toBe('awaiting_approval');
    expect(waited.headers.get('preference-applied')).toBe('wait=1');
  });
});

describe('who reads it', () => {
  it('is the owner, who names approvers, those of the action, and administrators', async () => {
    const admin = await logIn(platform);
    const all = await createApprover(platform, agent);
    const ofAction = await createApprover(platform, agent, { actions: ['calendar.schedule'] });
    for (const by of [ownerOf(agent), all, ofAction, admin]) {
      expect(await look(approval.id, by)).toMatchObject({ id: approval.id });
      expect((await list(by, `(agentId: "${agent.id}", status: [PENDING])`)).totalCount).toBe(1);
      expect((await list(by, `(agentId: "${agent.id}", status: [DENIED, EXPIRED])`)).totalCount).toBe(0);
    }
  });

  it('is led to it, and to who said what, from the request; its sender and the agent itself are not', async () => {
    const world = await askingAgent(platform);
    const pending = await heldFor(platform, world);
    const answer = await decide(platform, pending, world.approver, { comment: 'Known to me' });
    expect(answer).toMatchObject({ approval: { status: 'APPROVED' } });
    const document = `query ($id: ID!) { request(id: $id) { approval { status approval {
      id request { id } decisions { verdict via comment by { ... on Approver { id } } } } } } }`;
    const seen = async (by: Credential) => (await ask(platform, document, { id: pending.request.id }, by)).request;
    for (const by of [ownerOf(world.agent), await logIn(platform)]) {
      expect(await seen(by)).toEqual({
        approval: {
          status: 'APPROVED',
          approval: {
            id: pending.id,
            request: { id: pending.request.id },
            decisions: [{ verdict: 'APPROVE', via: 'GRAPHQL', comment: 'Known to me', by: { id: world.approver.id } }],
          },
        },
      });
    }
    for (const by of [world.sender, world.agent]) {
      expect(await seen(by)).toEqual({ approval: { status: 'APPROVED', approval: null } });
    }
    const throughIt = `query ($id: ID!) { approval(id: $id) { request { approval { approval { id } } } } }`;
    const { approval: own } = await ask(platform, throughIt, { id: pending.id }, world.approver);
    expect(own.request.approval.approval).toEqual({ id: pending.id });
  });

  it('is nobody else, to whom it is as if it were not there', async () => {
    const stranger = await registerAgent(platform);
    const removed = await createApprover(platform, agent);
    const others = {
      'another owner': ownerOf(stranger),
      "another agent's approver": await createApprover(platform, stranger),
      'an approver of another action': await createApprover(platform, agent, { actions: ['calendar.cancel'] }),
    };
    for (const [name, by] of Object.entries(others)) {
      expect(await look(approval.id, by), name).toBeNull();
      expect(await list(by), name).toEqual({ edges: [], totalCount: 0 });
      const hidden = await rest(platform, 'GET', `/v1/approvals/${approval.id}`, { key: by.apiKey });
      const unknown = await rest(platform, 'GET', `/v1/approvals/${requestId}`, { key: by.apiKey });
      expect([hidden.status, hidden.body], name).toEqual([404, unknown.body]);
    }
    await mutateSuccessfully(platform, 'removeApprover', { approverId: removed.id }, 'approver { id }', ownerOf(agent));
    for (const [by, status] of [
      [agent, 403],
      [sender, 403],
      [removed, 401],
    ] as const) {
      expect((await rest(platform, 'GET', `/v1/approvals/${approval.id}`, { key: by.apiKey })).status).toBe(status);
      expect((await rest(platform, 'GET', '/v1/approvals', { key: by.apiKey })).status).toBe(status);
    }
  });
});

describe('what came of what was approved', () => {
  it('is told to the owner and administrators, and to no approver', async () => {
    const own = await agentAndSender(platform);
    await publishPolicies(platform, own.agent, { rules: RULES });
    const approver = await createApprover(platform, own.agent);
    const outcomeFor = async (by: Credential) => {
      const document = 'query ($id: ID!) { approval(id: $id) { request { status result error { code } } } }';
      return (await ask(platform, document, { id: pending.id }, by)).approval.request;
    };
    const channel = await openChannel(platform, own.agent);
    let pending = await heldFor(platform, own);
    await decide(platform, pending, approver);
    await channel.received(pending.request.id);
    await complete(platform, own.agent, pending.request.id, { mail: 'What nobody else reads' });
    const done = { status: 'COMPLETED', result: { mail: 'What nobody else reads' }, error: null };
    expect(await outcomeFor(ownerOf(own.agent))).toEqual(done);
    expect(await outcomeFor(await logIn(platform))).toEqual(done);
    expect(await outcomeFor(approver)).toEqual({ status: 'COMPLETED', result: null, error: null });
    pending = await heldFor(platform, own);
    await decide(platform, pending, approver, { verdict: 'DENY', toSender: 'No' });
    expect(await outcomeFor(ownerOf(own.agent))).toMatchObject({ error: { code: 'approval_denied' } });
    expect(await outcomeFor(approver)).toEqual({ status: 'REJECTED', result: null, error: null });
  });
});

describe('many of them', () => {
  it('are read page by page, newest first, over both doors', async () => {
    const own = await agentAndSender(platform);
    await publishPolicies(platform, own.agent, { rules: RULES });
    const titles = ['one', 'two', 'three'];
    const sent: string[] = [];
    for (const title of titles) {
      const params = { title, duration_minutes: 30 };
      sent.unshift((await submitAccepted(platform, own.agent, own.sender, { params })).id);
    }
    const page = async (after: string) =>
      (
        await ask(
          platform,
          `{ approvals(first: 2${after}) { edges { node { request { id } } } pageInfo { hasNextPage endCursor } } }`,
          {},
          ownerOf(own.agent),
        )
      ).approvals;
    const first = await page('');
    const second = await page(`, after: "${first.pageInfo.endCursor}"`);
    expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false]);
    const requestsOf = ({ edges }: { edges: { node: { request: { id: string } } }[] }) =>
      edges.map(({ node }) => node.request.id);
    expect([...requestsOf(first), ...requestsOf(second)]).toEqual(sent);
    const key = own.agent.ownerKey;
    const byRest: string[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await rest(platform, 'GET', `/v1/approvals?limit=2&agent=${own.agent.handle}${cursor}`, { key });
      byRest.push(...body.items.map(({ request }: { request: { id: string } }) => request.id));
      if (body.next_cursor === null) break;
      cursor = `&cursor=${body.next_cursor}`;
    }
    expect(byRest).toEqual(sent);
    expect((await rest(platform, 'GET', '/v1/approvals?status=nothing', { key })).status).toBe(422);
  });

  it('stay when they are over, with their end', async () => {
    const own = await agentAndSender(platform);
    await publishPolicies(platform, own.agent, { rules: RULES });
    const { id } = await submitAccepted(platform, own.agent, own.sender);
    await mutateSuccessfully(platform, 'cancelRequest', { requestId: id }, 'request { id }', own.sender);
    const { edges } = await list(ownerOf(own.agent), '(status: [CANCELLED])');
    const over = await look(edges[0].node.id, ownerOf(own.agent));
    expect(over).toMatchObject({ status: 'CANCELLED', revision: 2, request: { status: 'CANCELLED' } });
    expect(over.resolvedAt).not.toBeNull();
    expect((await readRequest(platform, id, own.sender)).status).toBe('CANCELLED');
    await query('delete from senders where id = $1', [own.sender.id]);
    const { sender: gone } = await look(edges[0].node.id, ownerOf(own.agent));
    expect(gone).toMatchObject({ id: own.sender.id, kind: 'SENDER', displayName: null });
  });
});

it('a page of approvals ends early where the results of their requests are more than 2 MiB', async () => {
  const { agent, sender } = await holdingAgent(platform);
  const channel = await openChannel(platform, agent);
  const ids: string[] = [];
  for (let count = 0; count < 3; count += 1) {
    const pending = await heldFor(platform, { agent, sender });
    ids.unshift(pending.id);
    await decide(platform, pending, ownerOf(agent));
    await channel.received(pending.request.id);
    await complete(platform, agent, pending.request.id, 'x'.repeat(1_048_574));
  }
  const page = async (args: string) => {
    const query = `{ approvals(${args}) { edges { node { id request { result } } } pageInfo { hasNextPage endCursor } } }`;
    const { edges, pageInfo } = (await ask(platform, query, {}, ownerOf(agent))).approvals;
    return { ...pageInfo, ids: edges.map(({ node }: { node: { id: string } }) => node.id) };
  };
  const first = await page('first: 100');
  expect(first).toMatchObject({ ids: ids.slice(0, 2), hasNextPage: true });
  const second = await page(`first: 100, after: "${first.endCursor}"`);
  expect(second).toMatchObject({ ids: ids.slice(2), hasNextPage: false });

  const listed = await rest(platform, 'GET', '/v1/approvals?limit=100', { key: agent.ownerKey });
  expect(listed.body.items.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2));
  const rested = await rest(platform, 'GET', `/v1/approvals?cursor=${listed.body.next_cursor}`, {
    key: agent.ownerKey,
  });
  expect(rested.body).toMatchObject({ items: [{ id: ids[2] }], next_cursor: null });
});
