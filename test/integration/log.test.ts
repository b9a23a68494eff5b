import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import {
  acknowledge,
  agentAndSender,
  complete,
  registerAgent,
  registerSender,
  STANDUP,
  submit,
  submitAccepted,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask, mutateSuccessfully } from '../testkit/graphql.ts';
import { linesWith } from '../testkit/log-lines.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { ADMIN_PASSWORD, platformForFile, platformForTest } from '../testkit/platform.ts';
import { RawSocket } from '../testkit/raw-socket.ts';
import { RawChannel, refusedUpgrade } from '../websocket/raw-channel.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const platform = platformForFile();

const line = (message: string, fields: object) =>
  eventually(() => {
    const lines = linesWith(platform, message);
    expect(lines).toContainEqual(expect.objectContaining(fields));
    return lines.find((each) => Object.entries(fields).every(([name, value]) => each[name] === value)) ?? {};
  });

describe('an HTTP request', () => {
  it('is one line at info, with its route, who asked, and what about', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const body = JSON.stringify({ ...STANDUP, when_offline: 'queue' });
    const answer = await fetch(`${platform.url}/v1/agents/${agent.handle}/requests?token=secret`, {
      method: 'POST',
      headers: { ...JSON_TYPE, authorization: `Bearer ${sender.apiKey}`, 'x-request-id': 'of-the-caller' },
      body,
    });
    const { id } = (await answer.json()) as { readonly id: string };
    expect(answer.headers.get('x-request-id')).toBe('of-the-caller');
    expect(answer.headers.get('request-id')).toBe('of-the-caller');
    const told = await line('answered', { httpRequestId: 'of-the-caller' });
    expect(told).toEqual({
      level: 'info',
      message: 'answered',
      method: 'POST',
      route: '/v1/agents/:handle/requests',
      status: 202,
      ms: expect.any(Number),
      address: '127.0.0.1',
      caller: 'sender',
      callerId: sender.id,
      agentId: agent.id,
      requestId: id,
      httpRequestId: 'of-the-caller',
    });
  });

  it('that is a GraphQL operation names what it asks for by the names of the schema', async () => {
    const { agent, sender } = await agentAndSender(platform);
    await submit(platform, agent, sender, { whenOffline: 'QUEUE' });
    await line('answered', {
      operation: 'mutation submitRequest',
      route: '/graphql',
      callerId: sender.id,
      agentId: agent.id,
    });
    await ask(platform, 'query OfTheCaller { mine: agents { totalCount } viewer { __typename } }');
    await line('answered', { operation: 'query agents viewer' });
    expect(platform.log.lines.join('\n')).not.toContain('OfTheCaller');
  });

  it('for a path that there is not does not repeat the path', async () => {
    const id = 'to-a-lost-path';
    await fetch(`${platform.url}/v1/clw_agent_secret/nothing`, { headers: { 'request-id': id } });
    expect(await line('answered', { httpRequestId: id })).toMatchObject({ level: 'info', route: null, status: 404 });
    expect(platform.log.lines.join('\n')).not.toContain('clw_agent_secret');
  });

  it.each(['/health', '/health/ready'])('is at debug for a probe: %s', async (path) => {
    const id = `probe-of-${path.replaceAll('/', '-')}`;
    await fetch(platform.url + path, { headers: { 'request-id': id } });
    expect(await line('answered', { httpRequestId: id })).toMatchObject({ level: 'debug', route: path });
  });
});

describe('a socket', () => {
  it('of GraphQL is one line when it closes: how long, how many operations, who ended it', async () => {
    const sender = await registerSender(platform);
    const socket = await RawSocket.open(platform, sender.apiKey, { headers: { 'x-request-id': 'a-graphql-socket' } });
    for (const id of ['1', '2']) {
      socket.subscribe(id, '{ viewer { __typename } }');
      await socket.next(id);
    }
    socket.close();
    expect(await line('a socket was closed', { httpRequestId: 'a-graphql-socket' })).toMatchObject({
      level: 'info',
      transport: 'graphql',
      by: 'client',
      operations: 2,
      ms: expect.any(Number),
      address: '127.0.0.1',
      caller: 'sender',
      callerId: sender.id,
    });
  });

  it('of an agent tells of its channel, and of the agent coming and going', async () => {
    const agent = await registerAgent(platform);
    const first = await RawChannel.open(platform, agent);
    const second = await RawChannel.open(platform, agent);
    first.close();
    await line('a channel ended', { agentId: agent.id, transport: 'websocket', cause: 'disconnected' });
    await line('a socket was closed', { callerId: agent.id, transport: 'websocket', by: 'client' });
    const ofAgent = (message: string) => linesWith(platform, message).filter(({ agentId }) => agentId === agent.id);
    expect(ofAgent('an agent is INACTIVE')).toEqual([]);
    second.close();
    await line('an agent is INACTIVE', { agentId: agent.id });
    expect(ofAgent('a channel was opened')).toHaveLength(2);
    expect(ofAgent('an agent is ACTIVE')).toHaveLength(1);
  });

  it('that the platform closed says so, with its code', async () => {
    const agent = await registerAgent(platform);
    await RawChannel.open(platform, agent);
    await mutateSuccessfully(platform, 'deleteAgent', { agentId: agent.id }, 'agentId', agent);
    await line('a channel ended', { agentId: agent.id, cause: 'agent-deleted' });
    await line('a socket was closed', { callerId: agent.id, by: 'platform', code: 4001 });
    await line('an agent was deleted', { agentId: agent.id, handle: agent.handle });
  });

  it('that was refused is an answered request', async () => {
    const { statusCode } = await refusedUpgrade(platform, '/v1/agents/someone/ws?token=clw_agent_wrong', {
      'request-id': 'a-refused-upgrade',
    });
    expect(statusCode).toBe(401);
    expect(await line('answered', { httpRequestId: 'a-refused-upgrade' })).toMatchObject({
      level: 'info',
      method: 'GET',
      route: '/v1/agents/:id/ws',
      status: 401,
    });
    expect(platform.log.lines.join('\n')).not.toContain('clw_agent_wrong');
  });
});

describe('an administrator', () => {
  it('is named with every act: who, what, on whom', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const request = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    const admin = await logIn(platform);
    const sessionId = linesWith(platform, 'an administrator logged in').at(-1)?.sessionId;
    await mutateSuccessfully(platform, 'cancelRequest', { requestId: request.id }, 'request { id }', admin);
    await mutateSuccessfully(platform, 'deleteAgent', { agentId: agent.id }, 'agentId', admin);
    await fetch(`${platform.url}/admin/logout`, { headers: { cookie: admin.cookie }, redirect: 'manual' });
    expect(linesWith(platform, 'an administrator acted')).toMatchObject([
      { level: 'info', admin: 'admin', sessionId, act: 'cancel a request', requestId: request.id },
      { level: 'info', admin: 'admin', sessionId, act: 'delete an agent', agentId: agent.id, handle: agent.handle },
      { level: 'info', admin: 'admin', sessionId, act: 'log out' },
    ]);
  });
});

describe('what repeats', () => {
  it('is said once, and once a minute how often: refusals by a limit', async () => {
    const clock = createManualClock();
    const limited = await platformForTest({ clock, env: { RATE_LIMIT_REGISTRATIONS_PER_MINUTE: '1' } });
    const register = () =>
      fetch(`${limited.url}/v1/senders`, { method: 'POST', headers: JSON_TYPE, body: '{"display_name":"Sally"}' });
    const statuses = await Promise.all(Array.from({ length: 8 }, async () => (await register()).status));
    expect(statuses.filter((status) => status === 429)).toHaveLength(7);
    const refusals = () => linesWith(limited, 'a limit refused');
    expect(refusals()).toMatchObject([{ level: 'info', limit: 'registrations', key: '127.0.0.1' }]);
    clock.advance(60_000);
    expect(refusals()[1]).toMatchObject({ limit: 'registrations', repeated: 6 });
    clock.advance(60_000);
    expect(refusals()).toHaveLength(2);
  });

  it('is told at the end at the latest: failed logins', async () => {
    const stopped = await platformForTest();
    for (const password of ['wrong', 'worse']) {
      const body = new URLSearchParams({ password });
      await fetch(`${stopped.url}/admin/login`, { method: 'POST', body, redirect: 'manual' });
    }
    await stopped.stop();
    expect(linesWith(stopped, 'a login as administrator failed')).toMatchObject([
      { level: 'warn', address: '127.0.0.1' },
      { level: 'warn', address: '127.0.0.1', repeated: 1 },
    ]);
  });
});

it('a busy run writes no key, token, password, param or result anywhere', async () => {
  const busy = await platformForTest({ env: { LOG_LEVEL: 'debug', APP_ENV: 'development' } });
  const { agent, sender } = await agentAndSender(busy);
  const admin = await logIn(busy);
  const channel = await RawChannel.open(busy, agent);
  const graphql = await RawSocket.open(busy, sender.apiKey);
  const params = { title: 'the-secret-param', duration_minutes: 30 };
  const request = await submitAccepted(busy, agent, sender, { params });
  await channel.received(request.id);
  await acknowledge(busy, agent, request.id);
  await complete(busy, agent, request.id, { event_id: 'the-secret-result' });
  graphql.subscribe('1', `{ request(id: "${request.id}") { params result } }`);
  await graphql.next('1');
  // Keys where nobody should put them, and what fails.
  for (const [path, init] of [
    [`/v1/agents/${agent.handle}?token=${sender.apiKey}`, {}],
    [`/${sender.apiKey}`, {}],
    [`/graphql?query={viewer{__typename}}&token=${sender.apiKey}`, {}],
    ['/v1/requests', { headers: { authorization: `Basic ${sender.apiKey}` } }],
    ['/admin/login', { method: 'POST', body: new URLSearchParams({ password: 'the-wrong-password' }) }],
    ['/v1/senders', { method: 'POST', headers: JSON_TYPE, body: `{"display_name": ${sender.apiKey}` }],
  ] satisfies [string, RequestInit][]) {
    await fetch(busy.url + path, { ...init, redirect: 'manual' });
  }
  const url = `${busy.socketUrl}/v1/agents/${agent.id}/ws?token=${sender.apiKey}`;
  await new Promise((resolve) => new WebSocket(url).once('error', resolve).once('close', resolve));
  channel.close();
  graphql.close();
  await busy.stop();
  const text = busy.log.lines.join('\n');
  expect(text).toContain('"message":"answered"');
  const cookie = admin.cookie.split('=')[1] ?? admin.cookie;
  const secrets = [agent.apiKey, sender.apiKey, cookie, ADMIN_PASSWORD, 'the-wrong-password'];
  for (const secret of [...secrets, 'the-secret-param', 'the-secret-result']) expect(text).not.toContain(secret);
});
