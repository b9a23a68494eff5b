import { describe, expect, it, onTestFinished } from 'vitest';
import {
  AgentNotConnectedError,
  ClawciergeAgent,
  type ClawciergeAgentOptions,
  ClawciergeClient,
  checkPolicies,
  publishCapabilities,
  RequestFinishedError,
  RequestRejectedError,
  registerAgent,
  registerSender,
  silentLogger,
} from '../../agent-sdk/src/index.ts';
import { type FakePlatform, type FakePlatformOptions, startFakePlatform } from '../../agent-sdk/src/testing/index.ts';
import { TRANSPORTS } from './platform/agent-under-test.ts';

async function fakePlatform(options?: FakePlatformOptions): Promise<FakePlatform> {
  const platform = await startFakePlatform(options);
  onTestFinished(() => platform.stop());
  return platform;
}

/** Its agent, which is not started. */
function agentOf({ url, agent: { apiKey } }: FakePlatform, options: Partial<ClawciergeAgentOptions> = {}) {
  const agent = new ClawciergeAgent({ url, apiKey, logger: silentLogger, backoffBaseMs: 1, ...options });
  onTestFinished(() => agent.stop({ drainMs: 0 }));
  return agent;
}

describe.each(TRANSPORTS)('a fake platform, over %s', (transport) => {
  it('delivers what is submitted, and says how it ended', async () => {
    const platform = await fakePlatform();
    const agent = agentOf(platform, { transport }).on('work.do', ({ params, senderId, contextId }) => ({
      ...params,
      isSender: senderId === platform.sender.id,
      contextId,
    }));
    expect(() => platform.submit({ action: 'work.do' })).toThrow(AgentNotConnectedError);
    await agent.start();
    expect(platform.agent.isConnected).toBe(true);
    const request = platform.submit({ action: 'work.do', params: { n: 1, at: new Date(0) }, contextId: 'c' });
    const result = { n: 1, at: '1970-01-01T00:00:00.000Z', isSender: true, contextId: 'c' };
    expect(await request.outcome()).toMatchObject({ status: 'COMPLETED', result, attempts: 1 });
    expect(platform.requests.map(({ id }) => id)).toEqual([request.id]);
  });

  it('delivers again: when it is told to, and what a lost connection had', async () => {
    const platform = await fakePlatform();
    let runs = 0;
    const gate = Promise.withResolvers<void>();
    const agent = agentOf(platform, { transport }).on('work.do', async () => {
      runs += 1;
      await gate.promise;
      return runs;
    });
    await agent.start();
    const request = platform.submit({ action: 'work.do' });
    await request.until('ACKED');
    request.redeliver();
    expect(request.state).toMatchObject({ status: 'DISPATCHED', attempts: 2 });
    await request.until('ACKED');
    platform.dropConnections();
    await request.until('PENDING');
    await request.until('ACKED');
    gate.resolve();
    expect(await request.outcome()).toMatchObject({ status: 'COMPLETED', result: 1, attempts: 3 });
    expect(() => request.redeliver()).toThrow(RequestFinishedError);
  });

  it('cancels and expires', async () => {
    const platform = await fakePlatform();
    const reasons: string[] = [];
    const agent = agentOf(platform, { transport }).on(
      'work.do',
      (_request, { signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            reasons.push(signal.reason.message);
            resolve(null);
          });
        }),
    );
    await agent.start();
    const requests = [1, 2, 3].map(() => platform.submit({ action: 'work.do' }));
    for (const request of requests) await request.until('ACKED');
    const [cancelled, expired, own] = requests;
    cancelled?.cancel('Not now.');
    expired?.expire();
    own?.cancel();
    await agent.stop();
    expect(reasons.toSorted()).toEqual([
      'Cancelled by its sender.',
      'Not now.',
      'The request expired before it was finished.',
    ]);
    expect(requests.map(({ state }) => state.status)).toEqual(['CANCELLED', 'TIMEOUT', 'CANCELLED']);
    await expect(cancelled?.until('COMPLETED')).rejects.toThrow(/is CANCELLED, and cannot be COMPLETED/);
  });

  it('ends connections as it is told to', async () => {
    const platform = await fakePlatform();
    const agent = agentOf(platform, { transport });
    await agent.start();
    platform.dropConnections({ code: 4001, reason: 'The key was revoked.' });
    await expect(agent.closed).rejects.toMatchObject({ closeCode: 4001, reason: 'The key was revoked.' });
  });
});

describe('a fake platform', () => {
  it('rejects what the test decides, and what the contract does not have', async () => {
    const platform = await fakePlatform({
      decide: ({ action }) => (action === 'work.no' ? { reason: 'Not you.' } : undefined),
    });
    const client = new ClawciergeClient({ url: platform.url, apiKey: platform.sender.apiKey });
    await agentOf(platform)
      .action('work.do', {}, () => 1)
      .publish();
    expect(platform.agent.contract?.capabilities.map(({ action }) => action)).toEqual(['work.do']);
    const to = { handle: platform.agent.handle };
    const policy = await client.submit({ ...to, action: 'work.no' }).catch((error: unknown) => error);
    const contract = await client.submit({ ...to, action: 'work.other' }).catch((error: unknown) => error);
    expect(policy).toBeInstanceOf(RequestRejectedError);
    expect(policy).toMatchObject({ stage: 'policy_engine', kind: 'POLICY', reason: 'Not you.' });
    expect(contract).toMatchObject({ stage: 'capability_sandbox', kind: 'UNKNOWN_ACTION' });
    expect(platform.requests.map(({ state }) => state.status)).toEqual(['REJECTED', 'REJECTED']);
  });

  it('registers, and has several agents and senders', async () => {
    const platform = await fakePlatform({ handle: 'marius.exec' });
    const { url } = platform;
    expect(platform.agent.handle).toBe('marius.exec');
    const { apiKey, agent } = await registerAgent({ url, handle: 'other.agent', displayName: 'Other' });
    const sender = await registerSender({ url, displayName: 'Sally' });
    const capabilities = [{ action: 'work.do' }];
    const published = { url, apiKey, capabilities, logger: silentLogger };
    expect((await publishCapabilities(published)).version).toBe(1);
    expect((await publishCapabilities({ ...published, force: true })).version).toBe(2);
    expect(await checkPolicies({ url, apiKey, rules: [] })).toEqual({ issues: [], warnings: [] });
    const client = new ClawciergeClient({ url, apiKey: sender.apiKey });
    const submitted = await client.submit({ handle: agent.handle, action: 'work.do', whenOffline: 'QUEUE' });
    const elsewhere = platform.submit({ handle: agent.handle, action: 'work.do', whenOffline: 'QUEUE' });
    expect(platform.requests.map(({ id }) => id)).toEqual([submitted.id, elsewhere.id]);
    await expect(client.read(elsewhere.id)).rejects.toMatchObject({ code: 'request_not_found' });
    await expect(client.cancel(elsewhere.id)).rejects.toMatchObject({ code: 'request_not_found' });
    expect(platform.addSender().id).not.toBe(sender.sender.id);
    expect(() => platform.addAgent('marius.exec')).toThrow(/taken/);
  });

  it('says what it does not play', async () => {
    const platform = await fakePlatform();
    const ask = async (query: string) => {
      const body = JSON.stringify({ query });
      const response = await fetch(`${platform.url}/graphql`, { method: 'POST', body });
      return (await response.json()).errors[0];
    };
    expect(
      await ask('{ overview(from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z") { __typename } }'),
    ).toMatchObject({
      message: 'The fake platform does not play "overview".',
      extensions: { code: 'NOT_PLAYED' },
    });
    expect(await ask('{ nothing }')).toMatchObject({ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
    expect(await ask('{')).toMatchObject({ extensions: { code: 'GRAPHQL_PARSE_FAILED' } });
    const rest = await fetch(`${platform.url}/v1/requests`);
    expect([rest.status, await rest.json()]).toEqual([
      404,
      { detail: 'The fake platform does not play GET /v1/requests.' },
    ]);
  });

  it('says where a request is that does not come to where the test waits for it', async () => {
    const platform = await fakePlatform();
    const request = platform.submit({ action: 'work.do', whenOffline: 'QUEUE' });
    await expect(request.outcome(1)).rejects.toThrow(/is PENDING, not final, after 1 ms/);
    await expect(request.until('ACKED', 1)).rejects.toThrow(/is PENDING, not ACKED/);
  });
});
