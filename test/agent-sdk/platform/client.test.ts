import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AgentNotConnectedError,
  AgentNotFoundError,
  AuditMismatchError,
  ClawciergeAgent,
  checkAuditTrail,
  ForbiddenError,
  HandleTakenError,
  InvalidInputError,
  listAuditEntries,
  memoryCheckpoints,
  proveAuditEntry,
  publishCapabilities,
  publishPolicies,
  RateLimitedError,
  RequestFinishedError,
  RequestNotFoundError,
  RequestRejectedError,
  registerAgent,
  registerSender,
  silentLogger,
  UnauthenticatedError,
  WaitTimeoutError,
} from '../../../agent-sdk/src/index.ts';
import { checkpointText, signedNote } from '../../../src/domain/signed-note.ts';
import { createSigner } from '../../../src/signing/ed25519-signer.ts';
import { agentAndSender, CALENDAR, registerSender as newSender, STANDUP } from '../../testkit/actors.ts';
import { databaseClient } from '../../testkit/database-client.ts';
import { eventually, within } from '../../testkit/eventually.ts';
import { ask, mutate, uniqueHandle } from '../../testkit/graphql.ts';
import { nth } from '../../testkit/nth.ts';
import { AUDIT_SIGNING_KEY, platformForTest, startTestPlatform, type TestPlatform } from '../../testkit/platform.ts';
import { createTestDatabase } from '../../testkit/postgres.ts';
import { ANY_WORK, agentAtWork, agentUnderTest, clientUnderTest, start, TRANSPORTS, WORK } from './agent-under-test.ts';
import { tcpProxyFor } from './tcp-proxy.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.stop());

/** What a call is refused with. */
const refusalOf = (call: Promise<unknown>) =>
  call.then(
    () => 'no refusal',
    (error: unknown) => error,
  );

async function calendarServed() {
  const { agent, sender } = await agentAndSender(platform);
  const tested = agentUnderTest(platform, agent, 'graphql');
  tested.agent.on(STANDUP.action, ({ params }) => params);
  await start(tested);
  return { agent, sender, client: clientUnderTest(platform, sender), to: { handle: agent.handle, ...STANDUP } };
}

describe('ClawciergeClient', () => {
  it('looks an agent up, with what it offers', async () => {
    const { client, agent } = await calendarServed();
    const profile = await client.resolve(agent.handle);
    expect(profile).toMatchObject({ id: agent.id, status: 'ACTIVE', capabilities: { capabilities: [CALENDAR] } });
  });

  it('submits, waits and reads', async () => {
    const { client, to } = await calendarServed();
    const submitted = await client.submit(to);
    const finished = await client.wait(submitted.id);
    expect(finished).toMatchObject({ id: submitted.id, status: 'COMPLETED', result: STANDUP.params });
    expect(await client.read(submitted.id)).toEqual(finished);
    expect(await client.wait(submitted.id)).toEqual(finished);
  });

  it('has many requests under way on one connection', async () => {
    const { client, to } = await calendarServed();
    const finished = await Promise.all(
      Array.from({ length: 150 }, () => client.request({ ...to, whenOffline: 'QUEUE' })),
    );
    expect(finished.map(({ status }) => status)).toEqual(Array(150).fill('COMPLETED'));
    expect(new Set(finished.map(({ id }) => id)).size).toBe(150);
  });

  it('sends to the agent that it first heard of, or to nobody', async () => {
    const { agent, client, to } = await calendarServed();
    const other = await registerAgent({ url: platform.url, handle: uniqueHandle(), displayName: 'Another' });
    expect(await client.request({ ...to, expectedAgentId: agent.id })).toMatchObject({ status: 'COMPLETED' });
    expect(await client.request(to)).toMatchObject({ status: 'COMPLETED' });
    const elsewhere = await refusalOf(client.submit({ ...to, expectedAgentId: other.agent.id }));
    expect(elsewhere).toBeInstanceOf(AgentNotFoundError);
    expect(elsewhere).toMatchObject({ message: `There is no agent "${agent.handle}" with the id ${other.agent.id}.` });
    await mutate(platform, 'deleteAgent', { agentId: agent.id }, 'agentId', agent);
    const gone = await refusalOf(client.submit(to));
    expect(gone).toBeInstanceOf(AgentNotFoundError);
    expect(gone).toMatchObject({ message: expect.stringContaining(agent.id), handle: agent.handle });
  });

  it('stops waiting in time, and the request goes on', async () => {
    const { agent, sender } = await agentAndSender(platform, ANY_WORK);
    const client = clientUnderTest(platform, sender);
    const input = { handle: agent.handle, ...WORK, whenOffline: 'QUEUE' } as const;
    const error = await refusalOf(client.request(input, { timeoutMs: 50 }));
    expect(error).toBeInstanceOf(WaitTimeoutError);
    const requestId = error instanceof WaitTimeoutError ? error.requestId : '';
    expect(await client.cancel(requestId)).toMatchObject({ status: 'CANCELLED' });
    expect(await client.wait(requestId)).toMatchObject({ status: 'CANCELLED', error: { code: 'cancelled' } });
  });

  it('hears of each change while it waits', async () => {
    const { gate, client, submit } = await agentAtWork(platform, 'graphql');
    const { id } = await submit();
    await gate.entry();
    const seen: string[] = [];
    const finished = client.wait(id, {
      onUpdate: ({ status }) => {
        seen.push(status);
        gate.open();
      },
    });
    expect((await finished).status).toBe('COMPLETED');
    expect(seen).toEqual(['ACKED', 'COMPLETED']);
  });

  it('lists what it has sent, and an agent what it was sent, in pages', async () => {
    const { agent, sender } = await agentAndSender(platform, ANY_WORK);
    const client = clientUnderTest(platform, sender);
    const send = () => client.submit({ handle: agent.handle, ...WORK, whenOffline: 'QUEUE' });
    const ids = [(await send()).id, (await send()).id, (await send()).id].reverse();
    await client.cancel(ids[0] ?? '');
    const page = await client.list({ first: 2 });
    expect(page.requests.map(({ id, status }) => [id, status])).toEqual([
      [ids[0], 'CANCELLED'],
      [ids[1], 'PENDING'],
    ]);
    const rest = await client.list({ first: 2, after: page.next ?? '' });
    expect(rest).toMatchObject({ requests: [{ id: ids[2], handle: agent.handle, action: 'work.do' }], next: null });
    const received = await clientUnderTest(platform, agent).list({ status: ['PENDING'], action: 'work.do' });
    expect(received.requests.map(({ id }) => id)).toEqual(ids.slice(1));
    expect((await client.list({ handle: 'nobody.there' })).requests).toEqual([]);
    const stranger = clientUnderTest(platform, { apiKey: 'clw_sender_nobody' });
    await expect(stranger.list()).rejects.toThrow(UnauthenticatedError);
  });

  it('waits through a restart of the platform', async () => {
    const { url: databaseUrl } = await createTestDatabase();
    const first = await startTestPlatform({ databaseUrl });
    const { agent, sender } = await agentAndSender(first, ANY_WORK);
    const client = clientUnderTest(first, sender);
    const { id } = await client.submit({ handle: agent.handle, ...WORK, whenOffline: 'QUEUE' });
    const waiting = client.wait(id);
    await first.stop();
    const second = await platformForTest({ databaseUrl, env: { PORT: new URL(first.url).port } });
    const tested = agentUnderTest(second, agent, 'graphql');
    tested.agent.onAny(() => 'after the restart');
    await start(tested);
    expect(await within(waiting, 'final state')).toMatchObject({ status: 'COMPLETED', result: 'after the restart' });
  });

  it('waits through a cut connection', async () => {
    const { agent, sender } = await agentAndSender(platform, ANY_WORK);
    const proxy = await tcpProxyFor(platform);
    const client = clientUnderTest(proxy, sender);
    const { id } = await client.submit({ handle: agent.handle, ...WORK, whenOffline: 'QUEUE' });
    const waiting = client.wait(id);
    const before = proxy.connections();
    await eventually(() => expect(proxy.connections()).toBeGreaterThan(before));
    proxy.cut();
    const tested = agentUnderTest(platform, agent, 'graphql');
    tested.agent.onAny(() => 'done');
    await start(tested);
    expect(await within(waiting, 'final state')).toMatchObject({ result: 'done' });
  });

  it('makes one request where the answer to the first try gets lost', async () => {
    const { agent, sender } = await agentAndSender(platform, ANY_WORK);
    let tries = 0;
    const client = clientUnderTest(platform, sender, {
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        tries += 1;
        if (tries > 2) return response;
        await response.text();
        throw new TypeError('the connection was reset');
      },
    });
    const input = { handle: agent.handle, ...WORK, whenOffline: 'QUEUE', idempotencyKey: randomUUID() } as const;
    const { id } = await client.submit(input);
    expect(tries).toBe(3);
    const mine = '{ viewer { ... on Agent { requests { edges { node { id } } } } } }';
    const { viewer } = await ask(platform, mine, {}, agent);
    expect(viewer.requests.edges).toEqual([{ node: { id } }]);
    expect(await client.submit(input)).toMatchObject({ id });
  });

  it('gives up on its signal', async () => {
    const { agent, sender } = await agentAndSender(platform, ANY_WORK);
    const client = clientUnderTest(platform, sender);
    const { id } = await client.submit({ handle: agent.handle, ...WORK, whenOffline: 'QUEUE' });
    const abort = new AbortController();
    const waiting = refusalOf(client.wait(id, { signal: abort.signal }));
    abort.abort(new Error('enough'));
    expect(await waiting).toMatchObject({ message: 'enough' });
  });
});

describe('errors', () => {
  it('are classes of their own, with their data', async () => {
    const { client, to, agent } = await calendarServed();
    const tooLong = { ...to, params: { title: 'Standup', duration_minutes: 500 } };
    const rejected = await refusalOf(client.request(tooLong));
    expect(rejected).toBeInstanceOf(RequestRejectedError);
    expect(rejected).toMatchObject({ stage: 'capability_sandbox', reason: expect.any(String) });
    const requestId = rejected instanceof RequestRejectedError ? rejected.requestId : '';
    expect(await client.read(requestId)).toMatchObject({ status: 'REJECTED' });
    expect(await client.wait(requestId)).toMatchObject({ status: 'REJECTED' });

    const invalid = await refusalOf(client.submit({ ...to, expiresInSeconds: 0 }));
    expect(invalid).toBeInstanceOf(InvalidInputError);
    expect(invalid).toMatchObject({ issues: [{ path: 'input.expiresInSeconds' }] });

    expect(await refusalOf(client.submit({ ...to, handle: uniqueHandle() }))).toBeInstanceOf(AgentNotFoundError);
    expect(await refusalOf(client.resolve(uniqueHandle()))).toBeInstanceOf(AgentNotFoundError);
    for (const call of [client.read, client.wait, client.cancel]) {
      expect(await refusalOf(call.call(client, randomUUID()))).toBeInstanceOf(RequestNotFoundError);
    }
    const somebodyElse = clientUnderTest(platform, await newSender(platform));
    expect(await refusalOf(somebodyElse.wait(requestId))).toBeInstanceOf(RequestNotFoundError);

    const { id } = await client.request(to);
    const finished = await refusalOf(client.cancel(id));
    expect(finished).toBeInstanceOf(RequestFinishedError);
    expect(finished).toMatchObject({ status: 'COMPLETED' });

    const nobody = clientUnderTest(platform, { apiKey: 'clw_sender_nobody' });
    for (const call of [nobody.submit(to), nobody.wait(id)]) {
      expect(await refusalOf(call)).toBeInstanceOf(UnauthenticatedError);
    }
    const taken = await refusalOf(registerAgent({ url: platform.url, handle: agent.handle, displayName: 'Again' }));
    expect(taken).toBeInstanceOf(HandleTakenError);
    expect(taken).toMatchObject({ handle: agent.handle });
  });

  it('say that nobody is there', async () => {
    const { agent, sender } = await agentAndSender(platform, ANY_WORK);
    const call = clientUnderTest(platform, sender).submit({ handle: agent.handle, ...WORK });
    expect(await refusalOf(call)).toBeInstanceOf(AgentNotConnectedError);
  });

  it('say how long to wait', async () => {
    const strict = await platformForTest({ env: { RATE_LIMIT_SUBMISSIONS_PER_MINUTE: '1' } });
    const { agent, sender } = await agentAndSender(strict, ANY_WORK);
    const client = clientUnderTest(strict, sender);
    const input = { handle: agent.handle, ...WORK, whenOffline: 'QUEUE' } as const;
    await client.submit(input);
    const limited = await refusalOf(client.submit(input));
    expect(limited).toBeInstanceOf(RateLimitedError);
    expect(limited instanceof RateLimitedError && limited.retryAfterSeconds).toBeGreaterThan(0);
  });
});

describe('whoever sets things up', () => {
  it('registers, publishes and is served', async () => {
    const { url } = platform;
    const { agent, apiKey } = await registerAgent({ url, handle: uniqueHandle(), displayName: 'Calendar' });
    const { apiKey: senderKey, sender } = await registerSender({ url, displayName: 'Ann' });
    expect(await publishCapabilities({ url, apiKey, capabilities: [{ action: 'work.do' }] })).toMatchObject({
      version: 1,
    });
    const rules = [{ condition: `sender_id == "${sender.id}"`, action: 'ALLOW' }] as const;
    expect(await publishPolicies({ url, apiKey, rules, defaultAction: 'REJECT' })).toMatchObject({ version: 1 });
    await using served = new ClawciergeAgent({ url, apiKey, logger: silentLogger });
    served.onAny(() => 'done');
    await served.start();
    await using client = clientUnderTest(platform, { apiKey: senderKey });
    expect(await client.request({ handle: agent.handle, ...WORK })).toMatchObject({ result: 'done' });
    const other = clientUnderTest(platform, await newSender(platform));
    expect(await refusalOf(other.request({ handle: agent.handle, ...WORK }))).toMatchObject({ stage: 'policy_engine' });
    expect(await refusalOf(publishPolicies({ url, apiKey: senderKey, rules: [] }))).toBeInstanceOf(ForbiddenError);
  });
});

// The last of the file: afterwards the platform seals nothing more.
describe('the audit trail', () => {
  const database = databaseClient(() => platform.databaseUrl);
  const store = memoryCheckpoints();

  it('has all that it had, and what it says of somebody is in it', async () => {
    const { agent, sender } = await agentAndSender(platform, ANY_WORK);
    const { url } = platform;
    const checked = () => checkAuditTrail({ url, apiKey: sender.apiKey, store });
    const { size } = await eventually(checked);
    await clientUnderTest(platform, sender).submit({ handle: agent.handle, ...WORK, whenOffline: 'QUEUE' });
    const asked = { url, apiKey: sender.apiKey, types: ['request.submitted'] };
    const entry = await eventually(async () => {
      const { entries } = await listAuditEntries(asked);
      expect(nth(entries, 0).isSealed).toBe(true);
      return nth(entries, 0);
    });
    const later = await checked();
    expect(later).toMatchObject({ sizeBefore: size, newKeys: [] });
    expect(later.size).toBeGreaterThan(size);

    const proved = await proveAuditEntry({ ...asked, store, entry });
    expect(proved.index).toBe(entry.index);
    const another = { ...entry, canonical: entry.canonical?.replace('"ALLOW"', '"DENY"').concat(' ') ?? null };
    expect(await refusalOf(proveAuditEntry({ ...asked, store, entry: another }))).toMatchObject({ kind: 'unproven' });
  });

  it('is found rewritten by agents and senders that did nothing for it, over either transport', async () => {
    const { agent, sender } = await agentAndSender(platform, ANY_WORK);
    const { url } = platform;
    const { origin } = await checkAuditTrail({ url, apiKey: sender.apiKey, store });
    // By whoever has both the database and the key, which is all there is.
    const { publicKey, sign } = createSigner(AUDIT_SIGNING_KEY);
    const [{ size } = { size: 0 }] = await database('select max(size)::int as size from audit_checkpoints');
    const root = Buffer.alloc(32, 1);
    const note = signedNote(checkpointText({ origin, size: Number(size), root }), { name: origin, publicKey, sign });
    await database('set session_replication_role = replica');
    await database('update audit_checkpoints set root = $1, note = $2 where size = $3', [root, note, size]);

    /** As it was left by a process that ended long ago. */
    const left = async () => {
      const [kept, others] = [await store.load(url), memoryCheckpoints()];
      if (kept) await others.save(url, { ...kept, checkedAt: '2026-01-01T00:00:00.000Z' });
      return { store: others, kept: kept?.note };
    };
    for (const transport of TRANSPORTS) {
      const { kept, ...audit } = await left();
      const options = { audit: { ...audit, strict: true }, random: () => 0 };
      const { agent: strict } = agentUnderTest(platform, agent, transport, options);
      const error = await refusalOf(strict.run());
      expect(error).toBeInstanceOf(AuditMismatchError);
      expect(error).toMatchObject({ kind: expect.stringMatching(/fork|unproven/), kept, seen: note });
    }
    const found: AuditMismatchError[] = [];
    const onMismatch = (error: AuditMismatchError) => void found.push(error);
    const { kept, ...audit } = await left();
    const client = clientUnderTest(platform, sender, { audit: { ...audit, onMismatch }, logger: silentLogger });
    expect(await client.resolve(agent.handle)).toMatchObject({ id: agent.id });
    await eventually(() => expect(found).toMatchObject([{ kept, seen: note }]));
    expect(await client.resolve(agent.handle)).toMatchObject({ id: agent.id });
  });
});
