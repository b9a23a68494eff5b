import { connect } from 'node:net';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { agentAndSender, registerAgent, submitAccepted } from '../testkit/actors.ts';
import { eventually } from '../testkit/eventually.ts';
import { platformForFile, platformForTest, type TestPlatform } from '../testkit/platform.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { proxiedDatabase } from '../testkit/proxied-database.ts';
import { RawSocket } from '../testkit/raw-socket.ts';
import { RawChannel, refusedUpgrade } from '../websocket/raw-channel.ts';

const PAGE = 'https://page.example';
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const JSON_TYPE = { 'content-type': 'application/json' };

const platform = platformForFile({ env: { CORS_ORIGINS: PAGE, GRAPHIQL: 'true', BODY_LIMIT_BYTES: '65536' } });

/** The lines of the log that carry the id. */
const linesOf = ({ log }: Pick<TestPlatform, 'log'>, id: string) =>
  log.lines.map((line) => JSON.parse(line)).filter(({ httpRequestId }) => httpRequestId === id);

let made = 0;
const ownId = () => `trace/${process.pid}:${made++}`;

/** What comes back for bytes that are no request. */
function answerTo(text: string): Promise<string> {
  const { hostname, port } = new URL(platform.url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  socket.write(text);
  return new Promise((resolve) => socket.once('data', (data) => resolve(String(data))));
}

describe('the id that a caller gives its request', () => {
  it.each<[string, string, RequestInit, number]>([
    ['an answer', '/health', {}, 200],
    ['a page', '/docs', {}, 200],
    ['the API document', '/openapi.json', {}, 200],
    ['a missing key', '/v1/requests', {}, 401],
    ['an unknown path', '/v1/nothing', {}, 404],
    ['a method that a path does not have', '/v1/agents', { method: 'PATCH' }, 405],
    ['a body that is no JSON', '/v1/senders', { method: 'POST', headers: JSON_TYPE, body: '{' }, 400],
    ['a body that lacks a member', '/v1/senders', { method: 'POST', headers: JSON_TYPE, body: '{}' }, 422],
    ['a body that is too large', '/v1/senders', { method: 'POST', headers: JSON_TYPE, body: ' '.repeat(70_000) }, 413],
    ['a compressed body', '/v1/senders', { method: 'POST', headers: { 'content-encoding': 'gzip' }, body: 'x' }, 415],
    ['GraphQL', '/graphql', { method: 'POST', headers: JSON_TYPE, body: '{"query":"{ viewer { __typename } }"}' }, 200],
    ['GraphQL by GET', '/graphql?query={viewer{__typename}}', { headers: { 'x-graphql-yoga-csrf': '1' } }, 200],
    [
      'GraphQL as events',
      '/graphql',
      {
        method: 'POST',
        headers: { ...JSON_TYPE, accept: 'text/event-stream' },
        body: '{"query":"{ viewer { __typename } }"}',
      },
      200,
    ],
    ['the admin page', '/admin/login', {}, 200],
    ['a preflight', '/v1/senders', { method: 'OPTIONS', headers: { 'access-control-request-method': 'POST' } }, 204],
  ])('is in %s', async (_what, path, init, status) => {
    const id = ownId();
    const headers = { origin: PAGE, 'request-id': id, ...init.headers };
    const answer = await fetch(platform.url + path, { ...init, headers });
    await answer.text();
    expect(answer.status).toBe(status);
    expect(answer.headers.get('request-id')).toBe(id);
    await eventually(() =>
      expect(linesOf(platform, id)).toContainEqual(expect.objectContaining({ message: 'answered', status })),
    );
  });

  it.each([
    ['GraphiQL', '/graphql', { accept: 'text/html' }],
    ['the refusal of a path that is none', '/v1/agents/%E0%A4%A', {}],
  ])('is in %s', async (_what, path, headers) => {
    const id = ownId();
    const answer = await fetch(platform.url + path, { headers: { ...headers, 'request-id': id } });
    expect(answer.headers.get('request-id')).toBe(id);
  });

  it('may be of up to 128 characters, and is told to pages of other origins', async () => {
    const id = `${'a'.repeat(110)}-Z.0~:/+=@_`;
    const answer = await fetch(`${platform.url}/health`, { headers: { origin: PAGE, 'request-id': id } });
    expect(answer.headers.get('request-id')).toBe(id);
    expect(answer.headers.get('access-control-expose-headers')).toContain('Request-Id');
  });

  it('may come as X-Request-Id; Request-Id counts more', async () => {
    const [first, second] = [ownId(), ownId()];
    const alone = await fetch(`${platform.url}/health`, { headers: { 'x-request-id': first } });
    expect(alone.headers.get('request-id')).toBe(first);
    const both = await fetch(`${platform.url}/health`, { headers: { 'x-request-id': first, 'request-id': second } });
    expect(both.headers.get('request-id')).toBe(second);
  });

  it.each([
    ['none', []],
    ['an empty one', ['Request-Id:']],
    ['a longer one', [`Request-Id: ${'a'.repeat(129)}`]],
    ['words', ['Request-Id: two words']],
    ['a quotation mark', ['Request-Id: a"b']],
    ['an escape sequence', ['Request-Id: a\x1b[31m']],
    ['another alphabet', ['Request-Id: \u00e9']],
    ['two of them', ['Request-Id: one', 'Request-Id: two']],
  ])('is a new one instead of %s', async (_what, headers) => {
    const head = ['GET /health HTTP/1.1', 'Host: h', ...headers];
    const ids = await Promise.all(
      [1, 2].map(async () => /^request-id: (.*)\r$/im.exec(await answerTo(`${head.join('\r\n')}\r\n\r\n`))?.[1]),
    );
    for (const id of ids) expect(id).toMatch(UUID_V7);
    expect(ids[0]).not.toBe(ids[1]);
  });

  it.each([
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['more headers than are taken', `GET / HTTP/1.1\r\nHost: h\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ])('is a new one for what is %s, as a problem document', async (_what, text, status) => {
    const answer = await answerTo(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(/^request-id: (.*)$/im.exec(head)?.[1]).toMatch(UUID_V7);
    expect(JSON.parse(body)).toMatchObject({ status, detail: expect.any(String) });
  });
});

describe('the id of an upgrade', () => {
  const upgraded = async (path: string, id: string, protocols: readonly string[] = []) => {
    const socket = new WebSocket(platform.socketUrl + path, [...protocols], { headers: { 'request-id': id } });
    onTestFinished(() => socket.terminate());
    const response = await new Promise<{ readonly headers: object }>((resolve, reject) => {
      socket.once('upgrade', resolve);
      socket.once('error', reject);
    });
    return response.headers;
  };

  it('is in the answer of both doors', async () => {
    const agent = await registerAgent(platform);
    const ids = [ownId(), ownId()] as const;
    const path = `/v1/agents/${agent.id}/ws?token=${agent.apiKey}`;
    expect(await upgraded(path, ids[0])).toMatchObject({ 'request-id': ids[0] });
    expect(await upgraded('/graphql', ids[1], ['graphql-transport-ws'])).toMatchObject({ 'request-id': ids[1] });
  });

  it.each([
    ['a missing key', '/v1/agents/someone/ws', 401],
    ['a path without a socket', '/nothing', 404],
    ['a protocol that is missing', '/graphql', 400],
  ])('is in the refusal of %s', async (_what, path, status) => {
    const id = ownId();
    const answer = await refusedUpgrade(platform, path, { 'request-id': id });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['request-id']).toBe(id);
    expect(answer.headers['content-type']).toBe('application/problem+json');
  });
});

it('the refusal of a WebSocket of another version says which are spoken, with the id', async () => {
  const id = ownId();
  const head = [
    'GET /graphql HTTP/1.1',
    'Host: h',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 12',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol: graphql-transport-ws',
    `Request-Id: ${id}`,
  ];
  const answer = await answerTo(`${head.join('\r\n')}\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(answer).toContain(`Request-Id: ${id}\r\n`);
  expect(answer).toContain('Sec-WebSocket-Version: 13');
});

describe('the log of a request that fails', () => {
  it('carries its id at every line, through every door', async () => {
    const broken = await platformForTest({ env: { BODY_LIMIT_BYTES: '65536' } });
    const { agent, sender } = await agentAndSender(broken);
    const request = await submitAccepted(broken, agent, sender, { whenOffline: 'QUEUE' });
    const channelId = ownId();
    const channel = await RawChannel.open(broken, agent, { headers: { 'request-id': channelId } });
    await channel.received(request.id);
    const socketId = ownId();
    const socket = await RawSocket.open(broken, sender.apiKey, { headers: { 'request-id': socketId } });
    const database = new pg.Client({ connectionString: broken.databaseUrl });
    await database.connect();
    onTestFinished(() => database.end());
    await database.query('alter table requests rename to gone');

    const key = { authorization: `Bearer ${sender.apiKey}` };
    const body = JSON.stringify({ action: 'calendar.schedule', params: { title: 'x', duration_minutes: 30 } });
    const query = JSON.stringify({ query: `{ request(id: "${request.id}") { id } }` });
    for (const [path, init] of [
      [`/v1/requests/${request.id}`, { headers: key }],
      [`/v1/agents/${agent.handle}/requests`, { method: 'POST', headers: { ...key, ...JSON_TYPE }, body }],
      ['/graphql', { method: 'POST', headers: { ...key, ...JSON_TYPE }, body: query }],
    ] as const) {
      const id = ownId();
      const answer = await fetch(broken.url + path, { ...init, headers: { ...init.headers, 'request-id': id } });
      const text = await answer.text();
      const [masked] = linesOf(broken, id).filter(({ level, errorId }) => level === 'error' && errorId !== undefined);
      expect(text, path).toContain(masked?.errorId ?? 'an id in the log');
      expect(linesOf(broken, id)).toContainEqual(
        expect.objectContaining({ level: 'error', message: 'the database refused a statement' }),
      );
    }
    socket.subscribe('1', `{ request(id: "${request.id}") { id } }`);
    await socket.next('1');
    expect(linesOf(broken, socketId).some(({ level, errorId }) => level === 'error' && errorId)).toBe(true);
    channel.complete(request.id, {});
    await channel.error();
    expect(linesOf(broken, channelId).some(({ level, errorId }) => level === 'error' && errorId)).toBe(true);
    const told = broken.log.errors().filter((line) => line.includes('errorId'));
    for (const line of told) expect(JSON.parse(line).httpRequestId, line).toEqual(expect.any(String));
    await database.query('alter table gone rename to requests');
  });

  it('carries it when the database is away, also after a body', async () => {
    const database = await createTestDatabase();
    onTestFinished(() => database.drop());
    const { proxy, url } = await proxiedDatabase(database.url);
    const cut = await platformForTest({ databaseUrl: url });
    const [get, post] = [ownId(), ownId()];
    proxy.refuse();
    proxy.cut();
    const headers = { authorization: `Bearer clw_sender_${'x'.repeat(40)}` };
    await fetch(`${cut.url}/v1/agents/someone`, { headers: { ...headers, 'request-id': get } });
    const body = '{"display_name":"Sally"}';
    const init = { method: 'POST', headers: { ...JSON_TYPE, 'request-id': post }, body };
    expect((await fetch(`${cut.url}/v1/senders`, init)).status).toBe(503);
    for (const id of [get, post]) {
      expect(linesOf(cut, id)).toContainEqual(expect.objectContaining({ level: 'warn' }));
    }
  });
});
