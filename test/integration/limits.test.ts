import { request as httpRequest } from 'node:http';
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOCUMENT_LIMITS } from '../../src/transport/graphql/limits.ts';
import { type Agent, registerAgent } from '../testkit/actors.ts';
import { EventStream } from '../testkit/event-stream.ts';
import { send } from '../testkit/graphql.ts';
import { platformForTest, startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { RawSocket } from '../testkit/raw-socket.ts';

let platform: TestPlatform;
let agent: Agent;
beforeAll(async () => {
  platform = await startTestPlatform({ env: { BODY_LIMIT_BYTES: '65536', RESULT_MAX_BYTES: '65536' } });
  agent = await registerAgent(platform);
});
afterAll(async () => {
  expect(platform.log.errors()).toEqual([]);
  await platform.stop();
});

const repeat = (count: number, part: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => part(n)).join(' ');
const page = (size: number, of: string) => `requests(first: ${size}) { edges { node { id ${of} } } }`;

/** Documents over one bound each. */
const REFUSED: Readonly<Record<string, string>> = {
  'too deep': `{ ${page(1, `agent { ${page(1, `agent { ${page(1, 'agent { id }')} }`)} }`)} }`,
  'named by too many aliases': `{ ${repeat(DOCUMENT_LIMITS.aliases + 1, (n) => `a${n}: viewer { __typename }`)} }`,
  'made of too many tokens': `{ ${repeat(DOCUMENT_LIMITS.tokens, () => 'viewer { __typename }')} }`,
  'full of directives': `{ viewer { __typename ${repeat(DOCUMENT_LIMITS.directives + 1, () => '@include(if: true)')} } }`,
  'too costly': `{ ${page(100, `agent { ${page(100, '')} }`)} }`,
};

/** Answers the errors that a document meets over HTTP, and those over a socket. */
async function errorsOf(document: string) {
  const overHttp = await send(platform, document, {}, agent);
  const socket = await RawSocket.open(platform, agent.apiKey);
  socket.subscribe('1', document);
  const message = await socket.messages.take();
  return [overHttp.errors ?? [], message.type === 'error' ? message.payload : (message.payload?.errors ?? [])];
}

describe('a document', () => {
  it.each(Object.entries(REFUSED))('that is %s is refused over HTTP and over a socket', async (_what, document) => {
    for (const errors of await errorsOf(document)) {
      expect(errors).toHaveLength(1);
      expect(errors[0].message).toMatch(/limit of \d+ exceeded|more than 2,000 tokens|at most 10,000/i);
      expect(errors[0].extensions?.code).not.toBe('INTERNAL_SERVER_ERROR');
    }
  });

  it('that hides its depth in fragments is refused all the same', async () => {
    const fragments = repeat(
      8,
      (n) => `fragment F${n} on Request { agent { requests { edges { node { ...F${n + 1} } } } } }`,
    );
    const document = `{ requests { edges { node { ...F0 } } } } ${fragments} fragment F8 on Request { id }`;
    for (const errors of await errorsOf(document)) expect(errors[0]?.message).toMatch(/depth/i);
  });

  it('whose fragments refer to themselves is refused', async () => {
    const document = '{ viewer { ...A } } fragment A on Agent { ...B } fragment B on Agent { ...A }';
    for (const errors of await errorsOf(document)) expect(errors.length).toBeGreaterThan(0);
  });

  it.each([
    '',
    '{',
    'not graphql',
    '{ nothing }',
    'query A { viewer { __typename } } query B { viewer { __typename } }',
  ])('such as %j is refused with what is wrong, not with a failure', async (document) => {
    const { errors, status } = await send(platform, document);
    expect(status).toBeLessThan(500);
    expect(errors?.[0]?.extensions?.code).not.toBe('INTERNAL_SERVER_ERROR');
  });

  it('that introspects is taken, and one that introspects without end is not', async () => {
    expect((await send(platform, getIntrospectionQuery())).errors).toBeUndefined();
    const bomb =
      '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }';
    for (const errors of await errorsOf(bomb)) expect(errors[0]?.message).toMatch(/introspection depth/i);
  });

  it('that asks for a whole page of the directory is taken', async () => {
    const document = `{ agents(first: 100) { totalCount pageInfo { endCursor } edges { cursor node { id handle displayName
      description status capabilities { version capabilities { action description paramsSchema constraints } } } } } }`;
    expect((await send(platform, document)).errors).toBeUndefined();
  });
});

describe('nested pages', () => {
  it('may not multiply beyond what one operation may ask for, over HTTP and over a socket', async () => {
    const document = `{ ${page(100, `agent { ${page(100, '')} }`)} }`;
    for (const errors of await errorsOf(document)) {
      expect(errors[0]?.message).toMatch(/at most 10,000/);
      expect(errors[0]?.extensions?.code).toBe('BAD_USER_INPUT');
    }
  });

  it('cannot hide behind a default that null replaces, nor behind the name of a variable', async () => {
    const nested = (name: string) =>
      `requests(first: 100) { edges { node { agent { requests(first: $${name}) { edges { node { id action status createdAt agent { id handle } } } } } } } }`;
    for (const [document, variables] of [
      [`query ($n: Int = 0) { ${nested('n')} }`, { n: null }],
      [`query ($constructor: Int = 100) { ${nested('constructor')} }`, {}],
    ] as const) {
      const { errors } = await send(platform, document, variables, agent);
      expect(errors?.[0]?.message).toMatch(/at most 10,000/);
    }
  });

  it('are counted with the variables that come with them', async () => {
    const document = `query ($n: Int = 100) { requests(first: $n) { edges { node { agent { requests(last: $n) { edges { node { id } } } } } } } }`;
    expect((await send(platform, document, { n: 10 }, agent)).errors).toBeUndefined();
    const hidden = document.replace('last: $n', 'first: null, last: $n');
    expect((await send(platform, hidden, {}, agent)).errors?.[0]?.message).toMatch(/at most 10,000/);
    for (const variables of [{ n: 100 }, {}]) {
      const { errors } = await send(platform, document, variables, agent);
      expect(errors?.[0]?.message).toMatch(/at most 10,000/);
    }
  });
});

describe('HTTP', () => {
  const post = (headers: Record<string, string>, body: string) =>
    fetch(`${platform.url}/graphql`, { method: 'POST', headers, body });
  const MUTATION = 'mutation { registerSender(input: { displayName: "x" }) { __typename } }';

  it('takes no mutation by GET', async () => {
    const url = `${platform.url}/graphql?query=${encodeURIComponent(MUTATION)}`;
    const response = await fetch(url, { headers: { 'x-graphql-yoga-csrf': '1' } });
    expect(response.status).toBe(405);
  });

  it.each([
    ['application/x-www-form-urlencoded', `query=${encodeURIComponent(MUTATION)}`],
    ['multipart/form-data; boundary=b', '--b\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{}\r\n--b--'],
    ['text/plain', JSON.stringify({ query: MUTATION })],
    ['application/graphql', MUTATION],
  ])('takes no %s, which a foreign page could send without asking', async (contentType, body) => {
    const response = await post({ 'content-type': contentType }, body);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    expect(await response.text()).not.toContain('RegisterSenderSuccess');
  });

  it('takes no batches', async () => {
    const response = await post(
      { 'content-type': 'application/json' },
      JSON.stringify([{ query: MUTATION }, { query: MUTATION }]),
    );
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain('RegisterSenderSuccess');
  });

  it('refuses a body over the limit before it is parsed', async () => {
    const response = await post(
      { 'content-type': 'application/json' },
      JSON.stringify({ query: `#${'x'.repeat(3 * 65_536)}` }),
    );
    expect(response.status).toBe(413);
  });

  it.each([
    'null',
    '1',
    '"x"',
    '{}',
    '{"query":1}',
    '{"query":"{viewer{__typename}}","variables":[]}',
    '{',
    '{"__proto__":1}',
  ])('answers the body %s with what is wrong', async (body) => {
    const response = await post({ 'content-type': 'application/json' }, body);
    expect(response.status).toBe(400);
  });

  it('lets no other origin read its answers', async () => {
    const headers = { origin: 'https://evil.example', 'content-type': 'application/json' };
    const answer = await post(headers, JSON.stringify({ query: '{ viewer { __typename } }' }));
    expect(answer.headers.get('access-control-allow-origin')).toBe(null);
    const preflight = await fetch(`${platform.url}/graphql`, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.headers.get('access-control-allow-origin')).toBe(null);
    expect(preflight.headers.get('access-control-allow-credentials')).toBe(null);
  });

  it('answers a subscription that asks for no stream with how to get one', async () => {
    const { errors } = await send(platform, 'subscription { agentChannel { __typename } }', {}, agent);
    expect(errors?.[0]?.message).toMatch(/WebSocket/);
  });

  it('survives headers that no client sends', async () => {
    const status = await new Promise((resolve, reject) => {
      const request = httpRequest(`${platform.url}/graphql`, {
        method: 'POST',
        headers: { authorization: 'Bearer \u00e9 \u00ff' },
      });
      request.on('response', (response) => resolve(response.statusCode)).on('error', reject);
      request.end('{}');
    });
    expect(status).toBe(415);
  });
});

describe('introspection', () => {
  const INTROSPECTION = '{ __schema { types { name } } }';

  it('is off in production, with its suggestions, unless asked for', async () => {
    const production = await platformForTest({ env: { APP_ENV: 'production' } });
    const [{ errors }, socket] = [await send(production, INTROSPECTION), await RawSocket.open(production, null)];
    expect(errors?.[0]?.message).toMatch(/introspection/i);
    socket.subscribe('1', INTROSPECTION);
    expect((await socket.messages.take()).payload[0].message).toMatch(/introspection/i);
    const stream = await EventStream.open(production, INTROSPECTION, {}, {});
    expect((await stream.events.take()).errors[0].message).toMatch(/introspection/i);
    expect((await send(production, '{ viewr { __typename } }')).errors?.[0]?.message).not.toMatch(/viewer/);
    const asked = await platformForTest({ env: { APP_ENV: 'production', GRAPHQL_INTROSPECTION: 'true' } });
    expect((await send(asked, '{ __schema { queryType { name } } }')).data.__schema.queryType.name).toBe('Query');
  });
});
