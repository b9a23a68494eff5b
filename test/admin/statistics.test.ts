import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  acknowledge,
  agentAndSender,
  complete,
  openChannel,
  publishCapabilities,
  registerAgent,
  registerSender,
  submit,
  submitAccepted,
} from '../testkit/actors.ts';
import { ask, send, uniqueHandle } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { adminCookie } from './admin-forms.ts';

let platform: TestPlatform;
let admin: { cookie: string };
beforeAll(async () => {
  platform = await startTestPlatform();
  admin = { cookie: await adminCookie(platform) };
});
afterAll(() => platform.stop());

const HOUR = 60 * 60 * 1_000;
const around = () => ({ from: new Date(Date.now() - HOUR), to: new Date(Date.now() + HOUR) });

const SUMMARIES = `query ($since: DateTime!, $search: String, $status: AgentStatus, $action: String, $orderBy: AgentOrder,
  $descending: Boolean, $page: Int, $pageSize: Int) {
  agentSummaries(since: $since, search: $search, status: $status, action: $action, orderBy: $orderBy,
    descending: $descending, page: $page, pageSize: $pageSize) {
    totalCount rows { requests failures agent { handle status capabilities { capabilities { action } } } } } }`;

const OVERVIEW = `query ($from: DateTime!, $to: DateTime!, $buckets: Int) { overview(from: $from, to: $to, buckets: $buckets) {
  totals { agents agentsOnline channels openRequests }
  latency { count p50 p90 p95 p99 }
  buckets { from byStatus { status count } latency { count p50 } }
  rejections { stage reason count } } }`;

describe('agentSummaries', () => {
  it('counts and sorts by what each agent was asked and failed', async () => {
    const stem = uniqueHandle('sum').replaceAll('.', '');
    const sender = await registerSender(platform);
    const handles = ['b', 'a', 'c'].map((name) => `${stem}.${name}`);
    for (const [index, handle] of handles.entries()) {
      const agent = await registerAgent(platform, handle);
      await publishCapabilities(platform, agent);
      for (let i = 0; i < index; i++) await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    }
    const list = async (variables: object) => {
      const { rows, totalCount } = (
        await ask(platform, SUMMARIES, { since: new Date(0), search: stem, ...variables }, admin)
      ).agentSummaries;
      return {
        handles: rows.map((row: { agent: { handle: string } }) => row.agent.handle.slice(-1)),
        rows,
        totalCount,
      };
    };
    expect((await list({})).handles).toEqual(['c', 'a', 'b']);
    expect((await list({ orderBy: 'HANDLE', descending: false })).handles).toEqual(['a', 'b', 'c']);
    const busiest = await list({ orderBy: 'REQUESTS' });
    expect(busiest.rows.map(({ requests }: { requests: number }) => requests)).toEqual([2, 1, 0]);
    const second = await list({ orderBy: 'HANDLE', descending: false, page: 2, pageSize: 2 });
    expect([second.handles, second.totalCount]).toEqual([['c'], 3]);
    expect(await list({ page: 9 })).toMatchObject({ handles: [], totalCount: 3 });
    expect((await list({ status: 'ACTIVE' })).totalCount).toBe(0);
    expect((await list({ status: 'INACTIVE', action: 'calendar.schedule' })).totalCount).toBe(3);
    expect((await list({ action: 'nothing' })).totalCount).toBe(0);
    expect((await list({ since: new Date(Date.now() + HOUR), orderBy: 'REQUESTS' })).rows[0].requests).toBe(0);
    for (const orderBy of ['NEWEST', 'NAME', 'LAST_HEARTBEAT', 'FAILURES']) {
      expect((await list({ orderBy })).totalCount).toBe(3);
    }
  });

  it.each([{ page: 0 }, { pageSize: 0 }, { pageSize: 101 }])('refuses %o', async (variables) => {
    const { errors } = await send(platform, SUMMARIES, { since: new Date(0), ...variables }, admin);
    expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });
});

describe('overview', () => {
  it('tells outcomes over time, latencies and rejections from the database', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const { id } = await submitAccepted(platform, agent, sender);
    await channel.received(id);
    await acknowledge(platform, agent, id);
    await complete(platform, agent, id, { ok: true });
    await submit(platform, agent, sender, { action: 'no.such.action' });
    const { overview } = await ask(platform, OVERVIEW, { ...around(), buckets: 4 }, admin);
    expect(overview.totals.agentsOnline).toBeGreaterThanOrEqual(1);
    expect(overview.totals.channels).toBeGreaterThanOrEqual(1);
    expect(overview.buckets).toHaveLength(4);
    const counts = new Map<string, number>();
    for (const { byStatus } of overview.buckets) {
      for (const { status, count } of byStatus) counts.set(status, (counts.get(status) ?? 0) + count);
    }
    expect(counts.get('COMPLETED')).toBe(1);
    expect(counts.get('REJECTED')).toBe(1);
    expect(overview.latency.count).toBe(1);
    expect(overview.latency.p50).toBeGreaterThan(0);
    expect(overview.latency.p99).toBe(overview.latency.p50);
    expect(
      overview.buckets.filter((bucket: { latency: { p50: number | null } }) => bucket.latency.p50 !== null),
    ).toHaveLength(1);
    expect(overview.rejections).toEqual([
      expect.objectContaining({
        stage: 'capability_sandbox',
        count: 1,
        reason: expect.stringContaining('no.such.action'),
      }),
    ]);
  });

  it('is refused for an impossible span of time', async () => {
    const { from, to } = around();
    for (const variables of [
      { from: to, to: from },
      { from: new Date(0), to },
      { from, to, buckets: 1_000 },
    ]) {
      const { errors } = await send(platform, OVERVIEW, variables, admin);
      expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
    }
  });
});

describe('a request, to administrators', () => {
  it('tells who sent it and each delivery', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const { id } = await submitAccepted(platform, agent, sender);
    await channel.received(id);
    await acknowledge(platform, agent, id);
    await complete(platform, agent, id);
    const query = `query ($id: ID!) { request(id: $id) { senderName outcomeAttempt
      deliveries { attempt channelId nodeId deliveredAt ackedAt } agent { channels { id transport nodeId openRequests } } } }`;
    const { request } = await ask(platform, query, { id }, admin);
    const [open] = request.agent.channels;
    expect(request).toMatchObject({ senderName: 'Test Sender', outcomeAttempt: 1 });
    expect(open).toMatchObject({ transport: 'GRAPHQL', openRequests: 0 });
    expect(request.deliveries).toEqual([
      expect.objectContaining({ attempt: 1, channelId: open.id, nodeId: open.nodeId, ackedAt: expect.any(String) }),
    ]);
  });

  it('can be filtered by sender, action and time', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { id } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    const query = `query ($senderId: ID, $action: String, $submittedFrom: DateTime, $submittedBefore: DateTime) {
      requests(senderId: $senderId, action: $action, submittedFrom: $submittedFrom, submittedBefore: $submittedBefore) {
        totalCount edges { node { id } } } }`;
    const find = async (variables: object) => (await ask(platform, query, variables, admin)).requests;
    expect(await find({ senderId: sender.id })).toEqual({ totalCount: 1, edges: [{ node: { id } }] });
    expect((await find({ senderId: sender.id, action: 'calendar.schedule' })).totalCount).toBe(1);
    expect((await find({ senderId: sender.id, action: 'other' })).totalCount).toBe(0);
    const { from, to } = around();
    expect((await find({ senderId: sender.id, submittedFrom: from, submittedBefore: to })).totalCount).toBe(1);
    expect((await find({ senderId: sender.id, submittedBefore: from })).totalCount).toBe(0);
    expect((await find({ senderId: sender.id, submittedFrom: to })).totalCount).toBe(0);
    expect((await find({ senderId: 'nobody' })).totalCount).toBe(0);
  });
});

describe('whoever is no administrator', () => {
  it('gets none of it', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { id } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    const operations: readonly (readonly [string, object])[] = [
      [SUMMARIES, { since: new Date(0) }],
      [OVERVIEW, around()],
      ['query ($id: ID!) { request(id: $id) { deliveries { attempt } } }', { id }],
      ['query ($id: ID!) { request(id: $id) { senderName } }', { id }],
      ['query ($id: ID!) { request(id: $id) { outcomeAttempt } }', { id }],
      ['query ($id: ID!) { agent(id: $id) { channels { id } } }', { id: agent.id }],
      ['query ($h: String!) { dryRun(input: { handle: $h, action: "x" }) { __typename } }', { h: agent.handle }],
      [
        'mutation ($h: String!) { submitTestRequest(input: { handle: $h, action: "x" }) { __typename } }',
        { h: agent.handle },
      ],
    ];
    for (const [query, variables] of operations) {
      for (const credential of [agent, sender]) {
        const { errors } = await send(platform, query, variables, credential);
        expect(errors?.[0]?.extensions?.code, query).toBe('FORBIDDEN');
      }
    }
  });
});
