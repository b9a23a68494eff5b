import { describe, expect, it } from 'vitest';
import {
  agentAndSender,
  ownerOf,
  publishCapabilities,
  publishPolicies,
  readRequest,
  registerAgent,
  registerSender,
  STANDUP,
  submit,
  submitAccepted,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { databaseClient } from '../testkit/database-client.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask, type Credential, mutate, mutateSuccessfully, uniqueHandle } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForTest, type TestPlatform } from '../testkit/platform.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

it('forgets requests that were finished long ago, and none that are open', async () => {
  const clock = createManualClock();
  const env = { REQUEST_RETENTION_DAYS: '2', REQUEST_EXPIRY_MAX_SECONDS: '864000' };
  const platform = await platformForTest({ clock, env });
  const { agent, sender } = await agentAndSender(platform);
  const rejected = await submit(platform, agent, sender, { action: 'email.send' });
  const open = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE', expiresInSeconds: 864_000 });
  const cancelled = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
  await mutateSuccessfully(platform, 'cancelRequest', { requestId: cancelled.id }, 'request { id }', sender);

  clock.advance(1 * DAY_MS);
  expect(await readRequest(platform, cancelled.id, sender)).toMatchObject({ status: 'CANCELLED' });
  clock.advance(1.5 * DAY_MS);
  for (const id of [rejected.requestId, cancelled.id]) {
    await eventually(async () => {
      clock.advance(60_000);
      expect(await readRequest(platform, id, sender)).toBeNull();
    });
  }
  expect(await readRequest(platform, open.id, sender)).toMatchObject({ status: 'PENDING' });
});

describe('what was rejected as it was submitted', () => {
  let databaseUrl = '';
  const inDatabase = databaseClient(() => databaseUrl);
  const REMOVED = 'query ($id: ID!) { request(id: $id) { params paramsRemoved status pipelineLog { stage passed } } }';
  const lookAt = async (platform: TestPlatform, id: string, by: { apiKey: string }) =>
    (await ask(platform, REMOVED, { id }, by)).request;

  it('keeps its params for a day, and its log for as long as all others', async () => {
    const clock = createManualClock();
    const platform = await platformForTest({ clock });
    const { agent, sender } = await agentAndSender(platform);
    const rejected = await submit(platform, agent, sender, { action: 'email.send' });
    const cancelled = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    await mutateSuccessfully(platform, 'cancelRequest', { requestId: cancelled.id }, 'request { id }', sender);
    clock.advance(0.9 * DAY_MS);
    expect(await lookAt(platform, rejected.requestId, sender)).toMatchObject({
      params: STANDUP.params,
      paramsRemoved: false,
    });

    clock.advance(0.2 * DAY_MS);
    const removed = await eventually(async () => {
      clock.advance(60_000);
      const found = await lookAt(platform, rejected.requestId, agent);
      expect(found).toMatchObject({ params: {}, paramsRemoved: true, status: 'REJECTED' });
      return found;
    });
    expect(removed.pipelineLog.at(-1)).toEqual({ stage: 'capability_sandbox', passed: false });
    expect(await lookAt(platform, cancelled.id, sender)).toMatchObject({
      params: STANDUP.params,
      paramsRemoved: false,
    });
    databaseUrl = platform.databaseUrl;
    expect(
      await inDatabase('select octet_length(content_digest) as digest from requests where status = $1', ['REJECTED']),
    ).toEqual([{ digest: 32 }]);

    const replayed = await ask(
      platform,
      `query ($agentId: ID!) { policyReplay(agentId: $agentId, rules: [], defaultAction: REJECT) {
        ... on PolicyReplaySuccess { evaluated withoutParams changed { requestId } } } }`,
      { agentId: agent.id },
      agent,
    );
    expect(replayed.policyReplay).toEqual({
      evaluated: 1,
      withoutParams: 1,
      changed: [{ requestId: cancelled.id }],
    });
  });

  it('is stored without its params where they are kept for no time at all', async () => {
    const platform = await platformForTest({ env: { REJECTED_PARAMS_RETENTION_HOURS: '0' } });
    const { agent, sender } = await agentAndSender(platform);
    const key = { idempotencyKey: 'once' };
    const rejected = await submit(platform, agent, sender, { action: 'email.send', ...key });
    expect(await lookAt(platform, rejected.requestId, sender)).toMatchObject({ params: {}, paramsRemoved: true });
    expect(await submit(platform, agent, sender, { action: 'email.send', ...key })).toEqual(rejected);
    expect(await submit(platform, agent, sender, { ...key })).toMatchObject({ __typename: 'InvalidInputError' });
  });
});

it('keeps so many versions of contracts and policies, and those that something refers to, and says which expired', async () => {
  const clock = createManualClock();
  const env = { VERSIONS_KEPT: '2', REQUEST_RETENTION_DAYS: '2', REQUEST_EXPIRY_MAX_SECONDS: '864000' };
  const platform = await platformForTest({ clock, env });
  const { agent, sender } = await agentAndSender(platform);
  await publishCapabilities(platform, agent);
  const waiting = { whenOffline: 'QUEUE', expiresInSeconds: 864_000 };
  const { id } = await submitAccepted(platform, agent, sender, waiting);
  for (let version = 3; version <= 5; version += 1) await publishCapabilities(platform, agent);
  for (let version = 1; version <= 4; version += 1) await publishPolicies(platform, agent, { rules: [] });

  const versions = async () => {
    const of = '(first: 10) { totalCount edges { node { version } } }';
    const query = `query ($id: ID!) { agent(id: $id) { contract: capabilityHistory${of} policies: policyHistory${of} } }`;
    const { contract, policies } = (await ask(platform, query, { id: agent.id }, agent)).agent;
    const listed = ({ edges }: { edges: { node: { version: number } }[] }) => edges.map(({ node }) => node.version);
    expect(contract.totalCount).toBe(contract.edges.length);
    return { contract: listed(contract), policies: listed(policies) };
  };
  const until = (expected: object) =>
    eventually(async () => {
      clock.advance(10 * 60_000);
      expect(await versions()).toEqual(expected);
    });
  const all = { contract: [5, 4, 3, 2, 1], policies: [4, 3, 2, 1] };
  clock.advance(50 * 60_000);
  expect(await versions()).toEqual(all);
  await until({ contract: [5, 4, 2], policies: [4, 3] });

  type Entry = { readonly data: { readonly version: number; readonly digest: string } };
  const entries = async (type: string): Promise<readonly Entry[]> => {
    const query = `query ($agentId: ID!, $type: [String!]) {
      auditEntries(agentId: $agentId, type: $type, first: 20) { edges { node { actor { kind } data } } } }`;
    const found = await ask(platform, query, { agentId: agent.id, type: [type] }, ownerOf(agent));
    return found.auditEntries.edges.map(({ node }: { node: Entry }) => node);
  };
  for (const [what, expected] of Object.entries({ capabilities: [3, 1], policies: [2, 1] })) {
    const published = await entries(`${what}.published`);
    const digests = new Map(published.map(({ data }) => [data.version, data.digest]));
    const expired = expected.map((version) => ({
      actor: { kind: 'platform' },
      data: { version, digest: digests.get(version) },
    }));
    expect(await entries(`${what}.expired`)).toEqual(expect.arrayContaining(expired));
    expect(await entries(`${what}.expired`)).toHaveLength(2);
  }
  expect(platform.log.lines.join()).toContain('versions expired');

  await mutateSuccessfully(platform, 'cancelRequest', { requestId: id }, 'request { id }', sender);
  clock.advance(1.5 * DAY_MS);
  expect(await versions()).toEqual({ contract: [5, 4, 2], policies: [4, 3] });
  clock.advance(DAY_MS);
  await until({ contract: [5, 4], policies: [4, 3] });
});

it('deletes agents and senders that never did anything for so long, as if by hand, and no others', async () => {
  const clock = createManualClock();
  // The database's own clock, by which handles rest, stands still.
  const env = { IDENTITIES_UNUSED_DAYS: '30', REQUEST_RETENTION_DAYS: '1', HANDLE_QUARANTINE_DAYS: '60' };
  const platform = await platformForTest({ clock, env });
  const { agent: asked, sender: asking } = await agentAndSender(platform);
  const { id } = await submitAccepted(platform, asked, asking, { whenOffline: 'QUEUE' });
  await mutateSuccessfully(platform, 'cancelRequest', { requestId: id }, 'request { id }', asking);
  const [forgotten, reserved, silent] = [
    await registerAgent(platform),
    await registerAgent(platform),
    await registerSender(platform),
  ];
  const register = async (by: Credential) => {
    const input = { handle: uniqueHandle(), displayName: 'Another' };
    return (await mutateSuccessfully(platform, 'registerAgent', input, 'agent { id handle }', by)).agent;
  };
  const handedOver = await register(await logIn(platform));

  clock.advance(20 * DAY_MS);
  await ask(platform, '{ viewer { __typename } }', {}, ownerOf(reserved));
  const young = await registerAgent(platform);
  clock.advance(11 * DAY_MS);
  const existing = async ({ handle }: { handle: string }) =>
    (await ask(platform, 'query ($handle: String) { agent(handle: $handle) { handle } }', { handle })).agent;
  const admin = await logIn(platform);
  const ended = `{ auditEntries(type: ["agent.expired", "sender.expired"], first: 9) {
    edges { node { type actor { kind } subject { id } } } } }`;
  const entries = async () =>
    (await ask(platform, ended, {}, admin)).auditEntries.edges.map(({ node }: { node: object }) => node);
  const BY_PLATFORM = { actor: { kind: 'platform' } };
  await eventually(async () => {
    clock.advance(30 * 60_000);
    expect((await entries()).toReversed()).toEqual([
      { ...BY_PLATFORM, type: 'agent.expired', subject: { id: forgotten.id } },
      { ...BY_PLATFORM, type: 'sender.expired', subject: { id: silent.id } },
    ]);
  });
  expect(await existing(forgotten)).toBeNull();
  const headers = { authorization: `Bearer ${silent.apiKey}` };
  expect((await fetch(`${platform.url}/v1/requests`, { headers })).status).toBe(401);
  for (const kept of [asked, reserved, young, handedOver])
    expect(await existing(kept)).toEqual({ handle: kept.handle });
  expect(await submit(platform, asked, asking, { whenOffline: 'QUEUE' })).toMatchObject({
    __typename: 'SubmitRequestSuccess',
  });

  const input = { handle: forgotten.handle, displayName: 'Again' };
  expect(await mutate(platform, 'registerAgent', input, 'apiKey')).toMatchObject({ __typename: 'HandleTakenError' });
  await mutateSuccessfully(platform, 'registerAgent', input, 'apiKey', ownerOf(forgotten));
});

it('takes only so many contracts and policy sets of an agent in a minute', async () => {
  const platform = await platformForTest({ env: { RATE_LIMIT_PUBLICATIONS_PER_MINUTE: '3' } });
  const { agent } = await agentAndSender(platform);
  await publishCapabilities(platform, agent);
  await mutateSuccessfully(platform, 'publishPolicies', { agentId: agent.id, rules: [] }, 'policySet { id }', agent);
  const input = { agentId: agent.id, capabilities: [] };
  expect(await mutate(platform, 'publishCapabilities', input, 'contract { id }', agent)).toMatchObject({
    __typename: 'RateLimitedError',
  });
  const body = JSON.stringify({ capabilities: [] });
  const headers = { authorization: `Bearer ${agent.apiKey}`, 'content-type': 'application/json' };
  const answer = await fetch(`${platform.url}/v1/agents/${agent.id}/capabilities`, { method: 'PUT', headers, body });
  expect(answer.status).toBe(429);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
});
