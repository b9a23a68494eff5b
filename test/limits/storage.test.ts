import { randomBytes } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { expectProblem, rest } from '../rest/rest-client.ts';
import {
  agentAndSender,
  ownerOf,
  registerAgent,
  registerSender,
  STANDUP,
  submit,
  submitAccepted,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { databaseClient } from '../testkit/database-client.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask, mutate, mutateSuccessfully, uniqueHandle } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForFile, platformForTest, type TestPlatform } from '../testkit/platform.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { Scrape } from '../testkit/scrape.ts';

const KB = 1_000;
const DAY_MS = 24 * 60 * 60 * KB;

/** 60 KB that no database makes smaller, for an agent that is not there. */
const large = () => ({
  whenOffline: 'QUEUE',
  params: { ...STANDUP.params, title: randomBytes(45 * KB).toString('base64') },
});

/** What a POST of REST answers: the status, and the problem's type. */
async function post(platform: TestPlatform, path: string, by: { apiKey?: string }, body: object) {
  const headers = {
    'content-type': 'application/json',
    ...(by.apiKey !== undefined && { authorization: `Bearer ${by.apiKey}` }),
  };
  const answer = await fetch(`${platform.url}/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const { type } = (await answer.json()) as { type?: string };
  return { status: answer.status, type };
}

describe('what is stored of one', () => {
  const clock = createManualClock();
  const platform = platformForFile({
    clock,
    env: {
      STORAGE_PER_SENDER_MAX_BYTES: String(150 * KB),
      STORAGE_PER_AGENT_MAX_BYTES: String(350 * KB),
      STORAGE_PER_OWNER_MAX_BYTES: String(500 * KB),
    },
  });
  const REFUSED = { __typename: 'RateLimitedError', violatedPolicies: ['storage'] };
  const submitLarge = (agent: { handle: string }, sender: { apiKey: string }) =>
    mutate(
      platform,
      'submitRequest',
      { handle: agent.handle, ...STANDUP, ...large() },
      'request { id } } ... on RateLimitedError { violatedPolicies message retryAfterSeconds',
      sender,
    );
  const untilRefused = (agent: { handle: string }, sender: { apiKey: string }) =>
    eventually(async () => {
      clock.advance(31 * KB);
      const answer = await submit(platform, agent, sender, { whenOffline: 'QUEUE' });
      expect(answer).toMatchObject({ __typename: 'RateLimitedError' });
    });

  it('sender is bounded, with what to do about it, and others are not', async () => {
    const { agent, sender } = await agentAndSender(platform);
    for (let count = 0; count < 3; count += 1) await submitLarge(agent, sender);
    const open = await submitAccepted(platform, agent, await registerSender(platform), { whenOffline: 'QUEUE' });
    await untilRefused(agent, sender);
    const refused = await submitLarge(agent, sender);
    expect(refused).toMatchObject(REFUSED);
    expect(refused.message).toMatch(/of this sender.*REQUEST_RETENTION_DAYS/);
    expect(refused.retryAfterSeconds).toBeGreaterThan(60);
    const viewed = await ask(
      platform,
      '{ viewer { ... on Sender { storage { bytes maxBytes countedAt } } } }',
      {},
      sender,
    );
    const { body: own } = await rest(platform, 'GET', '/v1/storage', { key: sender.apiKey });
    const { bytes, maxBytes, countedAt } = viewed.viewer.storage;
    expect(bytes).toBeGreaterThan(150 * KB);
    expect(own).toEqual({
      items: [{ kind: 'sender', id: sender.id, bytes, max_bytes: 150 * KB, counted_at: countedAt }],
    });
    expect(maxBytes).toBe(150 * KB);
    expect(refused.message).toContain('150,000 bytes');
    await submitAccepted(platform, agent, await registerSender(platform), { whenOffline: 'QUEUE' });
    expect(open.status).toBe('PENDING');
  });

  it('agent and of one owner are, for whoever asks and for what is published', async () => {
    const { agent } = await agentAndSender(platform);
    const others = await Promise.all([registerSender(platform), registerSender(platform), registerSender(platform)]);
    for (const sender of others) {
      for (let count = 0; count < 2; count += 1) await submitLarge(agent, sender);
    }
    const newcomer = await registerSender(platform);
    await untilRefused(agent, newcomer);
    expect((await submitLarge(agent, newcomer)).message).toMatch(/of this agent/);
    const policies = { agentId: agent.id, rules: [] };
    const published = 'policySet { version } } ... on RateLimitedError { violatedPolicies';
    expect(await mutate(platform, 'publishPolicies', policies, published, agent)).toMatchObject(REFUSED);
    expect(await mutate(platform, 'publishPolicies', policies, published, await logIn(platform))).toMatchObject({
      __typename: 'PublishPoliciesSuccess',
    });

    const administrator = await logIn(platform);
    const look = () =>
      ask(
        platform,
        `query ($id: ID!, $at: DateTime!, $to: DateTime!) {
        agent(id: $id) { storage { bytes maxBytes auditEntries countedAt } }
        overview(from: $at, to: $to) {
          storage { part maxBytes countedAt kinds { kind rows bytes } largest(first: 2) { kind id bytes maxBytes } } } }`,
        { id: agent.id, at: new Date(0).toISOString(), to: new Date(DAY_MS).toISOString() },
        administrator,
      );
    // Entries count once they are sealed.
    const shown = await eventually(async () => {
      const found = await look();
      expect(found.agent.storage.auditEntries).toBeGreaterThan(6);
      return found;
    });
    const { bytes } = shown.agent.storage;
    expect(shown.agent.storage).toMatchObject({ maxBytes: 350 * KB, countedAt: expect.any(String) });
    expect(bytes).toBeGreaterThan(350 * KB);
    for (const by of [agent, ownerOf(agent)]) {
      const { status, body } = await rest(platform, 'GET', `/v1/agents/${agent.handle}/storage`, { key: by.apiKey });
      expect(status).toBe(200);
      expect(body).toEqual({
        bytes: expect.any(Number),
        max_bytes: 350 * KB,
        sent_bytes: 0,
        sent_max_bytes: 150 * KB,
        audit_entries: expect.any(Number),
        counted_at: expect.any(String),
      });
      expect(body.bytes).toBeGreaterThanOrEqual(bytes);
    }
    const kindsOf = async ({ apiKey }: { apiKey: string }) => {
      const { body } = await rest(platform, 'GET', '/v1/storage', { key: apiKey });
      return body.items.map((each: { kind: string; id: string; max_bytes: number }) => [
        each.kind,
        each.id,
        each.max_bytes,
      ]);
    };
    expect(await kindsOf(agent)).toEqual([
      ['agent', agent.id, 350 * KB],
      ['sender', agent.id, 150 * KB],
    ]);
    const owner = await ask(
      platform,
      '{ viewer { ... on Owner { id storage { bytes maxBytes } } } }',
      {},
      ownerOf(agent),
    );
    expect(owner.viewer.storage.bytes).toBeGreaterThanOrEqual(bytes);
    expect(await kindsOf(ownerOf(agent))).toEqual([['owner', owner.viewer.id, 500 * KB]]);
    const foreign = { key: (await agentAndSender(platform)).agent.apiKey };
    expectProblem(await rest(platform, 'GET', `/v1/agents/${agent.handle}/storage`, foreign), 403, 'forbidden');
    expect(shown.overview.storage).toMatchObject({ part: 0, maxBytes: null });
    expect(shown.overview.storage.largest).toEqual(
      expect.arrayContaining([{ kind: 'AGENT', id: agent.id, bytes, maxBytes: 350 * KB }]),
    );
    const [requests] = shown.overview.storage.kinds;
    expect(requests).toMatchObject({ kind: 'requests', rows: expect.any(Number) });
    expect(requests.bytes).toBeGreaterThan(350 * KB);

    const second = { handle: uniqueHandle(), displayName: 'Second' };
    const { agent: sibling } = await mutateSuccessfully(
      platform,
      'registerAgent',
      second,
      'agent { id handle }',
      ownerOf(agent),
    );
    for (let count = 0; count < 3; count += 1) await submitLarge(sibling, newcomer);
    await eventually(async () => {
      clock.advance(31 * KB);
      const third = { handle: uniqueHandle(), display_name: 'Third' };
      expect(await post(platform, '/agents', ownerOf(agent), third)).toMatchObject({ status: 429 });
    });
    await registerAgent(platform);
  });
});

describe('what is stored in all', () => {
  it('is bounded with a reserve, in which what is under way ends and room is made', async () => {
    const clock = createManualClock();
    const env = { STORAGE_MAX_BYTES: String(300 * KB), METRICS_PORT: '0', REQUEST_RETENTION_DAYS: '1' };
    const platform = await platformForTest({ clock, env });
    const { agent, sender } = await agentAndSender(platform);
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      ids.push((await submitAccepted(platform, agent, sender, { ...large(), expiresInSeconds: 604_800 })).id);
    }
    const path = `/agents/${agent.handle}/requests`;
    const small = { ...STANDUP, when_offline: 'queue' };
    const full = { status: 507, type: expect.stringMatching(/storage-full$/) };
    await eventually(async () => {
      clock.advance(31 * KB);
      expect(await post(platform, path, sender, small)).toEqual(full);
    });
    expect(await post(platform, '/senders', {}, { display_name: 'New' })).toEqual(full);
    expect(await post(platform, '/agents', {}, { handle: uniqueHandle(), display_name: 'New' })).toEqual(full);
    await eventually(async () => {
      clock.advance(31 * KB);
      const metrics = await Scrape.of(platform);
      expect(metrics.value('clawcierge_storage_ratio')).toBeGreaterThan(0.95);
      expect(metrics.value('clawcierge_stored_rows', { kind: 'requests' })).toBeGreaterThanOrEqual(5);
      expect(metrics.value('clawcierge_stored_bytes', { kind: 'audit' })).toBeGreaterThan(5 * KB);
    });

    const told = (message: string) => platform.log.lines.filter((line) => line.includes(message)).length;
    const isFull = 'nothing new is stored: STORAGE_MAX_BYTES is used up to its reserve';
    const hasRoom = 'there is room to store again';
    expect([told(isFull), told(hasRoom)]).toEqual([1, 0]);

    const input = { handle: uniqueHandle(), displayName: 'Of an administrator' };
    await mutateSuccessfully(platform, 'registerAgent', input, 'agent { id }', await logIn(platform));
    for (const requestId of ids) {
      await mutateSuccessfully(platform, 'cancelRequest', { requestId }, 'request { id }', sender);
    }
    clock.advance(1.5 * DAY_MS);
    await eventually(async () => {
      clock.advance(61 * KB);
      expect(await post(platform, path, sender, small)).toMatchObject({ status: 202 });
    });
    expect([told(isFull), told(hasRoom)]).toEqual([1, 1]);
  });

  it('has the audit trail in it, as far as it was not pruned, which is counted to nobody', async () => {
    const clock = createManualClock();
    const env = { METRICS_PORT: '0', STORAGE_PER_SENDER_MAX_BYTES: String(15 * KB) };
    const platform = await platformForTest({ clock, env });
    const database = databaseClient(() => platform.databaseUrl);
    const { agent, sender } = await agentAndSender(platform);
    // Entries come as the clock goes on, and those count that are sealed.
    const untilCounted = () =>
      eventually(async () => {
        clock.advance(31 * KB);
        const [sealed] = await database(
          'select count(*)::int as n from audit_leaves l join audit_events e on e.id = l.id and e.xact = l.xact',
        );
        expect((await Scrape.of(platform)).value('clawcierge_stored_rows', { kind: 'audit' })).toBe(sealed?.n);
      });
    for (let count = 0; count < 4; count += 1) {
      const { id } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
      await mutateSuccessfully(platform, 'cancelRequest', { requestId: id }, 'request { id }', sender);
    }
    await eventually(async () => expect(await database('select from audit_leaves offset 12')).not.toEqual([]));
    await untilCounted();
    await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    await untilCounted();
    await database(`begin; select set_config('clawcierge.audit_work', 'prune', true);
      delete from audit_events e using audit_leaves l where l.id = e.id and l.xact = e.xact and l.index < 8;
      delete from audit_leaves where index < 8; commit`);
    await untilCounted();
  });
});

it('is bounded by a node that has not counted yet, as it was counted before the node started', async () => {
  const { url: databaseUrl, drop } = await createTestDatabase();
  onTestFinished(drop);
  const env = { STORAGE_PER_SENDER_MAX_BYTES: String(50 * KB), STORAGE_MAX_BYTES: '1000000000', METRICS_PORT: '0' };
  const clock = createManualClock();
  const before = await platformForTest({ clock, env, databaseUrl });
  const { agent, sender } = await agentAndSender(before);
  const other = await registerSender(before);
  await submitAccepted(before, agent, sender, large());
  const refused = { __typename: 'RateLimitedError' };
  await eventually(async () => {
    clock.advance(61 * KB);
    expect(await submit(before, agent, sender, { whenOffline: 'QUEUE' })).toMatchObject(refused);
  });
  await before.stop();

  const later = createManualClock();
  await later.standStill(async () => {
    const after = await platformForTest({ clock: later, env, databaseUrl });
    expect(await submit(after, agent, sender, { whenOffline: 'QUEUE' })).toMatchObject(refused);
    await submitAccepted(after, agent, other, { whenOffline: 'QUEUE' });
    // The last count had the agent, and does not say whether it sent anything.
    const told = await rest(after, 'GET', `/v1/agents/${agent.handle}/storage`, { key: agent.apiKey });
    expect(told.body).toMatchObject({ bytes: expect.any(Number), sent_bytes: 0, counted_at: null });
    expect(told.body.bytes).toBeGreaterThan(50 * KB);
    const metrics = await Scrape.of(after);
    expect(metrics.value('clawcierge_stored_rows', { kind: 'requests' })).toBeGreaterThanOrEqual(1);
    expect(metrics.value('clawcierge_storage_ratio')).toBeGreaterThan(0);
  });
});
