import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ClawciergeClient, type ClawciergeClientOptions } from '../../agent-sdk/src/client.ts';
import {
  AgentNotFoundError,
  AnswerTooLargeError,
  ConnectionError,
  ForbiddenError,
  InvalidInputError,
  PlatformError,
  RateLimitedError,
  RequestRejectedError,
  StorageFullError,
  UnauthenticatedError,
} from '../../agent-sdk/src/errors.ts';
import type { Fetch } from '../../agent-sdk/src/graphql-http.ts';
import { FakeClock } from './fake-clock.ts';

type Answers = Array<object | Error>;

/** A platform that gives the answers one after the other, the last one again and again. */
function clientOf(answers: Answers, options: Partial<ClawciergeClientOptions> = {}) {
  const sent: Array<{ query: string; variables: { input?: Record<string, unknown> } }> = [];
  const clock = new FakeClock();
  const fetch: Fetch = async (_url, init) => {
    sent.push(JSON.parse(String(init.body)));
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer instanceof Error) throw answer;
    return Response.json(answer);
  };
  const client = new ClawciergeClient({
    url: 'http://localhost:8000',
    apiKey: 'clw_sender_x',
    fetch,
    clock,
    // The checks that are made beside calls would be counted with them, at a moment that is drawn.
    audit: false,
    ...options,
  });
  return { client, sent, clock };
}

const unreachable = new TypeError('fetch failed');
const request = { id: 'r1', status: 'COMPLETED', result: { ok: true } };
const submitted = { data: { submitRequest: { __typename: 'SubmitRequestSuccess', request } } };
const input = { handle: 'marius.exec', action: 'calendar.schedule', params: { title: 'Standup' } };

/** A submission that the agent of that id got. */
const takenBy = (id: string) => ({
  data: { submitRequest: { __typename: 'SubmitRequestSuccess', request: { ...request, agent: { id } } } },
});

const failing = (failure: object) => ({ data: { submitRequest: { message: 'No.', ...failure } } });
const refused = (code?: string, more: object = {}) => ({
  errors: [{ message: 'No.', ...(code ? { extensions: { code, ...more } } : {}) }],
});

describe('a fetch of the caller’s own', () => {
  const least = 65_536;
  const answered = (title: string) =>
    Buffer.from(JSON.stringify({ data: { viewer: {}, request: { ...request, result: { title } } } }));
  // In parts of five bytes, which end within a letter.
  const parts = (all: Buffer) =>
    Array.from({ length: Math.ceil(all.length / 5) }, (_, at) => all.subarray(at * 5, at * 5 + 5));
  it.each<[string, (all: Buffer) => object]>([
    ['a stream of Node', (all) => ({ body: Readable.from(parts(all)) })],
    ['a stream of texts', (all) => ({ body: Readable.from([all.toString()]) })],
    ['its text alone', (all) => ({ text: async () => all.toString() })],
    ['its text beside no body', (all) => ({ body: null, text: async () => all.toString() })],
  ])('may answer with %s, which is held to the bound', async (_, how) => {
    const reading = (title: string) => {
      const fetch: Fetch = async () => ({ status: 200, ...how(answered(title)) }) as Response;
      return clientOf([], { fetch, maxAnswerBytes: least }).client.read('r1');
    };
    await expect(reading('Größenänderung')).resolves.toMatchObject({ result: { title: 'Größenänderung' } });
    await expect(reading('ö'.repeat(least / 2))).rejects.toBeInstanceOf(AnswerTooLargeError);
  });
});

describe('pinned agents', () => {
  const expectedIn = (sent: ReturnType<typeof clientOf>['sent']) =>
    sent.map(({ variables }) => variables.input?.expectedAgentId);

  it('are those of the first answer: a handle goes on meaning that one', async () => {
    const { client, sent } = clientOf([takenBy('a1'), takenBy('a1'), takenBy('b1')]);
    await expect(client.submit(input)).resolves.not.toHaveProperty('agent');
    await client.submit(input);
    await client.submit({ ...input, handle: 'another' });
    await client.submit({ ...input, handle: 'another' });
    expect(expectedIn(sent)).toEqual([undefined, 'a1', undefined, 'b1']);
  });

  it('may be named by looking them up, and are not changed by it', async () => {
    const found = (id: string) => ({ data: { agent: { id } } });
    const { client, sent } = clientOf([found('a1'), takenBy('a1'), found('a2'), takenBy('a1')]);
    await client.resolve(input.handle);
    await client.submit(input);
    await expect(client.resolve(input.handle)).resolves.toEqual({ id: 'a2' });
    await client.submit(input);
    expect(expectedIn(sent)).toEqual([undefined, 'a1', undefined, 'a1']);
  });

  it('have a refusal say which one was expected, and why', async () => {
    const { client } = clientOf([takenBy('a1'), failing({ __typename: 'AgentNotFoundError', handle: 'marius.exec' })]);
    await client.submit(input);
    const refusal = client.submit(input);
    await expect(refusal).rejects.toBeInstanceOf(AgentNotFoundError);
    await expect(refusal).rejects.toThrow(/"marius.exec" with the id a1.*expectedAgentId/);
  });

  it('are replaced by whoever says which one is meant, once that one took a request', async () => {
    const notFound = failing({ __typename: 'AgentNotFoundError', handle: 'marius.exec' });
    const { client, sent } = clientOf([takenBy('a1'), notFound, takenBy('a1'), takenBy('a2')]);
    await client.submit(input);
    await expect(client.submit({ ...input, expectedAgentId: 'a2' })).rejects.toThrow(/^No\.$/);
    await client.submit(input);
    await client.submit({ ...input, expectedAgentId: 'a2' });
    await client.submit(input);
    expect(expectedIn(sent)).toEqual([undefined, 'a2', 'a1', 'a2', 'a2']);
  });

  it('are the thousand that were used last', async () => {
    const { client, sent } = clientOf([takenBy('a1')]);
    for (let number = 0; number < 1_000; number += 1) await client.submit({ ...input, handle: `agent-${number}` });
    await client.submit({ ...input, handle: 'agent-0' });
    await client.submit({ ...input, handle: 'one-more' });
    await client.submit({ ...input, handle: 'agent-0' });
    await client.submit({ ...input, handle: 'agent-1' });
    expect(expectedIn(sent.slice(1_000))).toEqual(['a1', undefined, 'a1', undefined]);
  });

  it('are not sent past a platform that does not know them, and what helps is said', async () => {
    const message =
      'Variable "$input" got invalid value { … }; Field "expectedAgentId" is not defined by type "SubmitRequestInput".';
    const { client } = clientOf([takenBy('a1'), { errors: [{ message }] }]);
    await client.submit(input);
    await expect(client.submit(input)).rejects.toThrow(/expectedAgentId.*upgrade the platform before/);
  });

  it('are none with pinAgents: false', async () => {
    const { client, sent } = clientOf([takenBy('a1')], { pinAgents: false });
    await client.submit(input);
    await client.submit(input);
    expect(expectedIn(sent)).toEqual([undefined, undefined]);
  });
});

describe('ClawciergeClient', () => {
  it('submits what it is given', async () => {
    const { client, sent } = clientOf([submitted]);
    await expect(client.submit(input)).resolves.toMatchObject(request);
    expect(sent[0]?.variables.input).toEqual(input);
  });

  it.each([
    [failing({ __typename: 'RateLimitedError', retryAfterSeconds: 2.5 }), RateLimitedError, { retryAfterSeconds: 2.5 }],
    [failing({ __typename: 'AgentNotFoundError' }), AgentNotFoundError, { code: 'agent_not_found' }],
    [
      failing({ __typename: 'RequestRejectedError', stage: 'policy_engine', reason: 'Blocked.', requestId: 'r1' }),
      RequestRejectedError,
      { stage: 'policy_engine', reason: 'Blocked.', requestId: 'r1' },
    ],
    [
      failing({ __typename: 'InvalidInputError', issues: [{ path: 'input.params', message: 'too large' }] }),
      InvalidInputError,
      { issues: [{ path: 'input.params', message: 'too large' }] },
    ],
    [failing({ __typename: 'BrandNewError' }), PlatformError, { code: 'BrandNewError' }],
    [refused('UNAUTHENTICATED'), UnauthenticatedError, { message: 'No.' }],
    [refused('FORBIDDEN'), ForbiddenError, { message: 'No.' }],
    [refused(), PlatformError, { code: 'UNKNOWN' }],
    [refused('STORAGE_FULL'), StorageFullError, { code: 'storage_full', retryable: false, message: 'No.' }],
    [
      refused('RATE_LIMITED', { retryAfterSeconds: 7, violatedPolicies: ['cost'] }),
      RateLimitedError,
      { retryAfterSeconds: 7, violatedPolicies: ['cost'], retryable: true },
    ],
    [refused('UNAVAILABLE'), ConnectionError, { message: 'No.' }],
    [[], ConnectionError, { code: 'connection_failed' }],
  ])('%#: throws what the platform says as its own class', async (answer, errorClass, fields) => {
    const error = await clientOf([answer])
      .client.submit(input)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(errorClass);
    expect(error).toMatchObject({ name: errorClass.name, ...fields });
  });

  it('does not submit again without an idempotency key', async () => {
    const { client, sent } = clientOf([unreachable, submitted]);
    await expect(client.submit(input)).rejects.toThrow(ConnectionError);
    expect(sent).toHaveLength(1);
  });

  it('submits again where the platform had too much to do, which kept nothing', async () => {
    const { client, sent, clock } = clientOf([refused('OVERLOADED'), submitted]);
    const answer = client.submit(input);
    await clock.advance(999);
    expect(sent).toHaveLength(1);
    await clock.advance(9_000);
    await expect(answer).resolves.toMatchObject(request);
  });

  it('submits again with the same idempotency key, which request() makes itself', async () => {
    const { client, sent, clock } = clientOf([unreachable, unreachable, submitted]);
    const finished = client.request(input);
    await clock.advance(10_000);
    await expect(finished).resolves.toMatchObject({ status: 'COMPLETED', result: { ok: true } });
    const keys = sent.map(({ variables }) => variables.input?.idempotencyKey);
    expect(keys).toEqual([expect.any(String), keys[0], keys[0]]);
  });

  it('gives up after its number of tries', async () => {
    const { client, sent, clock } = clientOf([unreachable]);
    const submission = client.submit({ ...input, idempotencyKey: 'k1' }).catch((reason: unknown) => reason);
    await clock.advance(60_000);
    expect(await submission).toBeInstanceOf(ConnectionError);
    expect(sent).toHaveLength(5);
  });

  it('ends with the signal’s reason, also between two tries', async () => {
    const { client, clock } = clientOf([unreachable]);
    const abort = new AbortController();
    const options = { signal: abort.signal };
    const submission = client.submit({ ...input, idempotencyKey: 'k1' }, options).catch((reason: unknown) => reason);
    await clock.advance(0);
    abort.abort(new Error('enough'));
    expect(await submission).toMatchObject({ message: 'enough' });
  });

  it('gives up waiting when it is closed, also between two tries', async () => {
    const { client, clock } = clientOf([unreachable]);
    const waiting = client.wait('r1').catch((reason: unknown) => reason);
    await clock.advance(0);
    await client.close();
    expect(await waiting).toMatchObject({ name: 'ConnectionError', message: 'The client is closed.' });
    await expect(client.wait('r1')).rejects.toThrow('The client is closed.');
  });

  it('knows no agent where the platform knows none', async () => {
    await expect(clientOf([{ data: { agent: null } }]).client.resolve('nobody')).rejects.toThrow(AgentNotFoundError);
  });

  it('refuses a key that no header can carry, without repeating it', () => {
    const make = () => new ClawciergeClient({ url: 'http://localhost:8000', apiKey: 'clw_sender_secret\n' });
    expect(make).toThrow(TypeError);
    expect(make).not.toThrow(/secret/);
  });
});
