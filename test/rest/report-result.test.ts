import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  acknowledge,
  agentAndSender,
  complete,
  openChannel,
  readRequest,
  submitAccepted,
  untilStatus,
} from '../testkit/actors.ts';
import { ask } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { RawSocket } from '../testkit/raw-socket.ts';
import { expectProblem, rest } from './rest-client.ts';

const MIB = 1_048_576;
const ANYTHING = [{ action: 'take', paramsSchema: {}, constraints: {} }];

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(async () => {
  expect(platform.log.errors()).toEqual([]);
  await platform.stop();
});

/** An agent that has taken a request of its sender, and reports by HTTP. */
async function working() {
  const { agent, sender } = await agentAndSender(platform, ANYTHING);
  const channel = await openChannel(platform, agent);
  const next = async () => {
    const { id } = await submitAccepted(platform, agent, sender, { action: 'take', params: {} });
    await channel.received(id);
    await acknowledge(platform, agent, id);
    return id as string;
  };
  const id = await next();
  const report = (body: unknown, key = agent.apiKey, of = id) =>
    rest(platform, 'POST', `/v1/requests/${of}/result`, { key, body });
  return { agent, sender, id, next, report };
}

/** Whose JSON is exactly so many bytes. */
const textOf = (bytes: number) => 'x'.repeat(bytes - 2);

describe('an agent that reports an outcome by POST', () => {
  it('completes its request, and is answered with it as its sender reads it', async () => {
    const { id, sender, report } = await working();
    const answer = await report({ status: 'completed', result: { event_id: 'evt-1' } });
    expect(answer).toMatchObject({ status: 200, body: { id, status: 'completed', result: { event_id: 'evt-1' } } });
    const read = await rest(platform, 'GET', `/v1/requests/${id}`, { key: sender.apiKey });
    expect(read.body).toEqual(answer.body);
    expectProblem(await report({ status: 'completed' }), 409, 'request-finished');
  });

  it.each([
    [{ status: 'completed' }, { status: 'completed', result: null, error: null }],
    [
      { status: 'error', error: { code: 'no_room', message: 'No room' } },
      { status: 'failed', error: { code: 'no_room', message: 'No room' } },
    ],
    [
      { status: 'failed', error: 'No room', result: null },
      { status: 'failed', error: { code: 'agent_error', message: 'No room' } },
    ],
  ])('may say %j', async (body, recorded) => {
    const { report } = await working();
    expect(await report(body)).toMatchObject({ status: 200, body: recorded });
  });

  it.each([
    ['nothing', {}, 'status'],
    ['another status', { status: 'done' }, 'status'],
    ['no error', { status: 'error' }, 'error'],
    ['a number for an error', { status: 'error', error: 5 }, 'error'],
    ['too long an error', { status: 'error', error: 'x'.repeat(2_001) }, 'error'],
    ['a NUL in its error', { status: 'error', error: 'a\u0000' }, 'error'],
    ['too long a code', { status: 'error', error: { code: 'c'.repeat(65), message: 'm' } }, 'error.code'],
    ['a NUL in its message', { status: 'error', error: { message: 'a\u0000' } }, 'error.message'],
    ['a code alone', { status: 'error', error: { code: 'no_room' } }, 'error.message'],
    ['a NUL in its result', { status: 'completed', result: { a: '\u0000' } }, 'result'],
    ['33 levels', { status: 'completed', result: JSON.parse('['.repeat(33) + ']'.repeat(33)) }, 'result'],
    ['1 MiB and a byte', { status: 'completed', result: textOf(MIB + 1) }, 'result'],
  ])('with %s is told what is wrong, and may try again', async (_what, body, path) => {
    const { id, sender, report } = await working();
    const answer = await report(body);
    expectProblem(answer, 422, 'invalid-input');
    expect(answer.body.errors[0].path).toMatch(new RegExp(`^${path}(\\.|$)`));
    expect((await readRequest(platform, id, sender)).status).toBe('ACKED');
    expect((await report({ status: 'completed', result: 1 })).status).toBe(200);
  });

  it('may do so for its own requests alone, with its own key', async () => {
    const { agent, sender, id, report } = await working();
    const others = await working();
    const body = { status: 'completed', result: 'mine now' };
    expectProblem(await report(body, 'clw_agent_unknown'), 401, 'unauthenticated');
    expectProblem(await report(body, sender.apiKey), 403, 'forbidden');
    expectProblem(await report(body, others.agent.apiKey), 404, 'request-not-found');
    expectProblem(await report(body, agent.apiKey, 'nothing'), 404, 'request-not-found');
    expect((await readRequest(platform, id, sender)).status).toBe('ACKED');
  });

  it('is told when the body is no JSON, or larger than any result needs', async () => {
    const { id, agent, sender, report } = await working();
    const path = `${platform.url}/v1/requests/${id}/result`;
    const headers = { authorization: `Bearer ${agent.apiKey}`, 'content-type': 'application/json' };
    const broken = await fetch(path, { method: 'POST', headers, body: '{"status":"completed","result":NaN}' });
    expect(broken.status).toBe(400);
    const huge = await report({ status: 'completed', result: textOf(3 * MIB) });
    expectProblem(huge, 413, 'body-too-large');
    expect(huge.body.detail).toContain(String(2 * MIB + 65_536));
    expect((await readRequest(platform, id, sender)).status).toBe('ACKED');
  });
});

describe('a result of 1 MiB', () => {
  it('may be reported by POST and by mutation, and arrives whole', async () => {
    const { agent, sender, id, next, report } = await working();
    // Escaped, its body is larger than the result is.
    const result = { text: textOf(MIB - 65_536 - 20), quoted: '"'.repeat(20_000) };
    expect((await report({ status: 'completed', result })).status).toBe(200);
    expect((await readRequest(platform, id, sender)).result).toEqual(result);

    const second = await next();
    const completed = await complete(platform, agent, second, textOf(MIB));
    expect(completed.request.result).toBe(textOf(MIB));
    const refused = await complete(platform, agent, await next(), textOf(MIB + 1));
    expect(refused).toMatchObject({ __typename: 'InvalidInputError', issues: [{ path: 'input.result' }] });
  });

  it('comes to whoever waits for it, and ends a page of a list early', async () => {
    const { agent, sender, id, next } = await working();
    const updates = await RawSocket.open(platform, sender.apiKey);
    updates.subscribe('1', 'subscription ($id: ID!) { requestUpdates(requestId: $id) { status result } }', { id });
    await updates.next('1');
    const ids = [id, await next(), await next()];
    for (const each of ids) await complete(platform, agent, each, textOf(MIB));
    const final = (await updates.next('1')) as { data: { requestUpdates: { result: string } } };
    expect(final.data.requestUpdates.result).toHaveLength(MIB - 2);

    const list = async (args: string) => {
      const query = `{ requests(${args}) { edges { node { id result } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
      const { requests } = await ask(platform, query, {}, sender);
      return { ...requests.pageInfo, ids: requests.edges.map(({ node }: { node: { id: string } }) => node.id) };
    };
    const newest = ids.toReversed();
    const first = await list('first: 100');
    expect(first).toMatchObject({ ids: newest.slice(0, 2), hasNextPage: true });
    const second = await list(`first: 100, after: "${first.endCursor}"`);
    expect(second).toMatchObject({ ids: newest.slice(2), hasNextPage: false });
    const last = await list('last: 100');
    expect(last).toMatchObject({ ids: newest.slice(1), hasPreviousPage: true });
  });

  it('does not keep many of them from being recorded at once', async () => {
    const { agent, sender, next } = await working();
    const ids: string[] = [];
    for (let n = 0; n < 16; n += 1) ids.push(await next());
    const answers = await Promise.all(ids.map((each) => complete(platform, agent, each, textOf(MIB))));
    expect(new Set(answers.map(({ __typename }) => __typename))).toEqual(new Set(['CompleteRequestSuccess']));
    await untilStatus(platform, ids.at(-1) ?? '', sender, 'COMPLETED');
  });
});

describe('an operation over WS_MAX_MESSAGE_SIZE on a GraphQL socket', () => {
  const COMPLETE =
    'mutation ($input: CompleteRequestInput!) { completeRequest(input: $input) { __typename ... on DomainError { message } } }';

  it('is refused alone: the channel on the same socket stays, and the request is open for another outcome', async () => {
    const { agent, sender } = await agentAndSender(platform, ANYTHING);
    const socket = await RawSocket.open(platform, agent.apiKey);
    socket.subscribe('channel', 'subscription { agentChannel { ... on RequestReceived { requestId } } }');
    const { id } = await submitAccepted(platform, agent, sender, { action: 'take', params: {}, whenOffline: 'QUEUE' });
    await socket.next('channel');
    socket.subscribe('large', COMPLETE, { input: { requestId: id, result: textOf(65_536) } });
    const refusal = await socket.messages.take((message) => message.id === 'large', 'an answer');
    expect(refusal).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'MESSAGE_TOO_LARGE' } }] });
    socket.subscribe('small', COMPLETE, { input: { requestId: id, result: 'small' } });
    expect(await socket.next('small')).toMatchObject({
      data: { completeRequest: { __typename: 'CompleteRequestSuccess' } },
    });
    expect(await untilStatus(platform, id, sender, 'COMPLETED')).toMatchObject({ attempts: 1, result: 'small' });
  });

  it('closes the socket of nobody, or over 4 times the limit, with 1009', async () => {
    const { agent } = await agentAndSender(platform, ANYTHING);
    const input = (bytes: number) => ({ input: { requestId: 'r', result: textOf(bytes) } });
    const nobody = await RawSocket.open(platform, null);
    nobody.subscribe('large', COMPLETE, input(65_536));
    expect(await nobody.closed()).toMatchObject({ code: 1009 });
    const somebody = await RawSocket.open(platform, agent.apiKey);
    somebody.subscribe('larger', COMPLETE, input(4 * 65_536));
    expect(await somebody.closed()).toMatchObject({ code: 1009 });
  });
});
