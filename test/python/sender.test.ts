import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { tcpProxyFor } from '../agent-sdk/platform/tcp-proxy.ts';
import {
  acknowledge,
  agentAndSender,
  complete,
  openChannel,
  publishCapabilities,
  registerAgent,
  STANDUP,
} from '../testkit/actors.ts';
import { mutateSuccessfully } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';
import { pythonWithWebsockets, withoutPython } from '../testkit/python.ts';
import { pythonSdk } from './python-calls.ts';

const platform = platformForFile({ env: { HANDLE_QUARANTINE_DAYS: '0' } });

beforeEach(({ skip }) => {
  if (pythonWithWebsockets === null) skip(withoutPython);
});

const ASKED = [STANDUP.action, STANDUP.params] as const;

/** An agent that a test answers for, and a sender with the Python SDK. */
async function connected() {
  const { agent, sender } = await agentAndSender(platform);
  const channel = await openChannel(platform, agent);
  return { agent, sender, channel, sdk: pythonSdk(platform, sender) };
}

/** A server that answers each request by the next of these. */
async function answering(...answers: ((request: IncomingMessage, response: ServerResponse) => void)[]) {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    request.resume();
    answers[Math.min(asked.length, answers.length) - 1]?.(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.closeAllConnections());
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const problem =
  (status: number, kind: string, headers = {}) =>
  (_request: IncomingMessage, response: ServerResponse) =>
    response
      .writeHead(status, { 'content-type': 'application/problem+json', ...headers })
      .end(JSON.stringify({ type: `/docs#problem-${kind}`, title: kind, status, detail: `It is ${kind}.` }));

describe('a sender of the Python SDK', () => {
  it('asks, waits and reads how it ended', async () => {
    const { agent, channel, sdk } = await connected();
    const asked = sdk.call('request', [agent.handle, ...ASKED], { timeout: 30, context_id: 'c-1' });
    const { requestId } = await channel.events.take();
    await complete(platform, agent, requestId, { event_id: 'evt-1' });
    const done = { id: requestId, status: 'completed', action: STANDUP.action, result: { event_id: 'evt-1' } };
    expect(await asked).toMatchObject({ ...done, error: null });
    expect(await sdk.call('read', [requestId])).toMatchObject(done);
    expect(await sdk.call('wait', [requestId], { timeout: 1 })).toMatchObject(done);
    const listed = await sdk.call('requests', [], { status: 'completed', context_id: 'c-1' });
    expect(listed).toMatchObject([{ id: requestId, context_id: 'c-1' }]);
    expect(await sdk.call('requests', [], { context_id: 'c-2' })).toEqual([]);
    expect(await sdk.call('resolve', [agent.handle])).toMatchObject({
      agent_id: agent.id,
      is_active: true,
      capabilities: [{ action: STANDUP.action }],
    });
  });

  it('follows a request, gives up waiting, and gives the request up', async () => {
    const { agent, channel, sdk } = await connected();
    const { id } = await sdk.call('submit', [agent.handle, ...ASKED]);
    const followed = sdk.call('follow', [id]);
    await channel.received(id);
    await acknowledge(platform, agent, id);
    const error = await sdk.error('wait', [id], { timeout: 0.2 });
    expect(error).toMatchObject({ name: 'WaitTimeoutError', code: 'wait_timeout', request_id: id });
    const cancelled = await sdk.call('cancel', [id, 'Not needed any more']);
    expect(cancelled).toMatchObject({ status: 'cancelled' });
    expect((await channel.cancelled(id)).reason).toContain('Not needed any more');
    expect(await sdk.error('cancel', [id])).toMatchObject({ name: 'RequestFinishedError', status: 409 });
    const states: { status: string }[] = await followed;
    expect(states.map(({ status }) => status).slice(-2)).toEqual(['acked', 'cancelled']);
  });

  it('raises what the platform refuses as classes of its own', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const sdk = pythonSdk(platform, sender);
    expect(await sdk.error('submit', [agent.handle, STANDUP.action, { title: 1 }])).toMatchObject({
      name: 'RequestRejectedError',
      code: 'request_rejected',
      status: 422,
      retryable: false,
      stage: 'capability_sandbox',
      kind: 'invalid_params',
      request_id: expect.any(String),
      issues: expect.arrayContaining([['params.title', expect.any(String)]]),
    });
    const offline = await sdk.error('submit', [agent.handle, ...ASKED]);
    expect(offline).toMatchObject({ name: 'AgentNotConnectedError', retryable: true, status: 503 });
    const nobody = await sdk.error('submit', ['nobody.here', ...ASKED]);
    expect(nobody).toMatchObject({ name: 'AgentNotFoundError', handle: 'nobody.here' });
    const queued = await sdk.call('submit', [agent.handle, ...ASKED], {
      when_offline: 'queue',
      expires_in_seconds: 60,
    });
    expect(queued).toMatchObject({ status: 'pending' });
    const stranger = pythonSdk(platform, { apiKey: 'clw_sender_nobody' });
    expect(await stranger.error('read', [queued.id])).toMatchObject({ name: 'UnauthenticatedError' });
    expect(await stranger.error('register_sender', [], { display_name: '' }, { key: false })).toMatchObject({
      name: 'InvalidInputError',
      issues: [['display_name', expect.any(String)]],
    });
    expect(`${sdk.log()}${stranger.log()}`).not.toMatch(/clw_sender_/);
  });

  it('submits once, however often an answer is lost', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const proxy = await tcpProxyFor(platform);
    const sdk = pythonSdk(proxy, sender, { timeout: 1 });
    await sdk.call('resolve', [agent.handle]);
    proxy.muteServer();
    const { id } = await sdk.call('submit', [agent.handle, ...ASKED], { when_offline: 'queue' });
    expect(await sdk.call('requests')).toMatchObject([{ id }]);
    const again = await sdk.call('submit', [agent.handle, ...ASKED], { when_offline: 'queue', idempotency_key: 'k' });
    const replayed = await sdk.call('submit', [agent.handle, ...ASKED], {
      when_offline: 'queue',
      idempotency_key: 'k',
    });
    expect(replayed.id).toBe(again.id);
  });

  it('tries again when it is asked to, and leaves to its caller what would take long', async () => {
    const state = { id: 'r', status: 'completed', action_type: 'a', result: 1 };
    const patient = await answering(
      problem(503, 'unavailable', { 'retry-after': '0' }),
      problem(429, 'rate-limited', { 'retry-after': '0' }),
      (_request, response) => response.writeHead(502).end('<html>'),
      (_request, response) => response.writeHead(200).end(JSON.stringify(state)),
    );
    const sender = { apiKey: 'clw_sender_x' };
    expect(await pythonSdk(patient, sender).call('read', ['r'])).toMatchObject({ status: 'completed' });
    expect(patient.asked).toHaveLength(4);
    const busy = await answering(problem(429, 'rate-limited', { 'retry-after': '3600' }));
    const error = await pythonSdk(busy, sender).error('read', ['r']);
    expect(error).toMatchObject({ name: 'RateLimitedError', retry_after: 3600 });
    expect(busy.asked).toHaveLength(1);
    const newer = await answering(problem(418, 'of-a-newer-platform'));
    const unknown = await pythonSdk(newer, sender).error('read', ['r']);
    expect(unknown).toMatchObject({ name: 'PlatformError', code: 'of_a_newer_platform', status: 418 });
  });

  it('gives its key to nobody that a redirect leads to', async () => {
    const elsewhere = await answering((_request, response) => response.end('{}'));
    const here = await answering((_request, response) =>
      response.writeHead(307, { location: `${elsewhere.url}/v1/requests/r` }).end(),
    );
    const error = await pythonSdk(here, { apiKey: 'clw_sender_x' }).error('read', ['r']);
    expect(error).toMatchObject({
      name: 'PlatformError',
      code: 'http_307',
      text: expect.stringContaining('redirects'),
    });
    expect(elsewhere.asked).toEqual([]);
  });

  it('goes on meaning the agent that it meant at first', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const sdk = pythonSdk(platform, sender);
    const submit = (more: object = {}) => [[agent.handle, ...ASKED], { when_offline: 'queue', ...more }] as const;
    await sdk.call('submit', ...submit());
    await mutateSuccessfully(platform, 'deleteAgent', { agentId: agent.id }, '__typename', agent);
    const other = await registerAgent(platform, agent.handle);
    await publishCapabilities(platform, other);
    const error = await sdk.error('submit', ...submit());
    expect(error).toMatchObject({ name: 'AgentNotFoundError', text: expect.stringContaining(agent.id) });
    expect(await sdk.call('submit', ...submit({ expected_agent_id: other.id }))).toMatchObject({ status: 'pending' });
    expect(await sdk.call('submit', ...submit())).toMatchObject({ status: 'pending' });
  });
});
