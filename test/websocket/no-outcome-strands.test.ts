import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentAndSender, complete, readRequest, submitAccepted, untilStatus } from '../testkit/actors.ts';
import { mutate } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { RawChannel } from './raw-channel.ts';

const ANYTHING = [{ action: 'take', paramsSchema: {}, constraints: {} }];

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(async () => {
  expect(platform.log.errors()).toEqual([]);
  await platform.stop();
});

/** An agent that has a request of its sender. */
async function working() {
  const { agent, sender } = await agentAndSender(platform, ANYTHING);
  const channel = await RawChannel.open(platform, agent);
  const next = async () => {
    const { id } = await submitAccepted(platform, agent, sender, { action: 'take', params: {} });
    await channel.received(id);
    channel.ack(id);
    await untilStatus(platform, id, sender, 'ACKED');
    return id as string;
  };
  return { agent, sender, channel, next, id: await next() };
}

const outcome = (id: string, fields: string) => `{"type":"action.result","request_id":"${id}",${fields}}`;
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe('a sender does not wait in vain for an agent that', () => {
  it.each([
    ['failed', 'FAILED'],
    ['FAILURE', 'FAILED'],
    ['fail', 'FAILED'],
    ['Error', 'FAILED'],
    ['success', 'COMPLETED'],
    ['Succeeded', 'COMPLETED'],
    ['ok', 'COMPLETED'],
    ['OK', 'COMPLETED'],
    ['Completed', 'COMPLETED'],
    [' complete ', 'COMPLETED'],
  ])('writes the status as %j', async (status, meant) => {
    const { channel, sender, id } = await working();
    channel.sendRaw(outcome(id, `"status":${JSON.stringify(status)},"result":{"n":1},"error":"No room"`));
    const { result, error } = await untilStatus(platform, id, sender, meant);
    expect({ result, error }).toEqual(
      meant === 'COMPLETED'
        ? { result: { n: 1 }, error: null }
        : { result: null, error: { code: 'agent_error', message: 'No room' } },
    );
  });

  it.each([
    ['no status, with a result', '"result":{"n":1}', { status: 'COMPLETED', result: { n: 1 } }],
    ['no status, with a result that is null', '"result":null,"error":null', { status: 'COMPLETED', result: null }],
    [
      'no status, with an error',
      '"result":null,"error":"No room"',
      { status: 'FAILED', error: { message: 'No room' } },
    ],
    ['a status that is null', '"status":null,"result":7', { status: 'COMPLETED', result: 7 }],
    ['an error that is a number', '"status":"error","error":5', { error: { code: 'agent_error', message: '5' } }],
    ['an error that is true', '"status":"error","error":true', { error: { code: 'agent_error', message: 'true' } }],
    ['an error that is a list', '"status":"error","error":["a","b"]', { error: { message: '["a","b"]' } }],
    ['an error that is empty', '"status":"error","error":{}', { error: { message: 'The agent reported an error.' } }],
    [
      'an error with a numeric code',
      '"status":"error","error":{"code":404,"message":"No room"}',
      { error: { code: '404', message: 'No room' } },
    ],
    [
      'an error as problem details',
      '"status":"error","error":{"type":"no-room","title":"No","detail":"No room is free"}',
      { error: { code: 'no-room', message: 'No room is free' } },
    ],
    [
      'an error of a shape of its own',
      '"status":"error","error":{"why":{"room":"none"}}',
      { error: { code: 'agent_error', message: '{"why":{"room":"none"}}' } },
    ],
    [
      'an error with a blank code',
      '"status":"error","error":{"code":" ","message":"No room"}',
      { error: { code: 'agent_error', message: 'No room' } },
    ],
    [
      'an error with NUL, a lone surrogate and an escape in it',
      '"status":"error","error":"No\\u0000 r\\ud800oom\\u001b[31m\\n"',
      { error: { message: 'No\ufffd r\ufffdoom\ufffd[31m' } },
    ],
    ['an error nested deeply', `"status":"error","error":${nested(9_000)}`, { status: 'FAILED' }],
    ['no type', '"status":"completed","result":1', { status: 'COMPLETED', result: 1 }],
  ])('reports %s', async (name, fields, recorded) => {
    const { channel, sender, id } = await working();
    const text = outcome(id, fields);
    channel.sendRaw(name === 'no type' ? text.replace('"type":"action.result",', '') : text);
    const status = 'status' in recorded ? (recorded.status as string) : 'FAILED';
    expect(await untilStatus(platform, id, sender, status)).toMatchObject(recorded);
    expect(channel.messages.pending()).toEqual([]);
  });

  it('reports too long an error, which is cut with a mark', async () => {
    const { channel, sender, id } = await working();
    channel.fail(id, { code: 'c'.repeat(65), message: 'x'.repeat(2_001) });
    const { error } = await untilStatus(platform, id, sender, 'FAILED');
    expect(error).toEqual({ code: `${'c'.repeat(63)}…`, message: `${'x'.repeat(1_993)}… (cut)` });
  });

  it('reports an error of 2,000 characters of two code units each, which is not cut', async () => {
    const { channel, sender, id } = await working();
    channel.fail(id, '🕊'.repeat(2_000));
    expect((await untilStatus(platform, id, sender, 'FAILED')).error.message).toBe('🕊'.repeat(2_000));
  });

  it('answers in a binary frame', async () => {
    const { channel, sender, id } = await working();
    channel.sendRaw(Buffer.from(outcome(id, '"status":"completed","result":"done"')));
    expect((await untilStatus(platform, id, sender, 'COMPLETED')).result).toBe('done');
  });

  it.each([
    ['a NUL', '"status":"completed","result":{"a":"\\u0000"}', 'invalid_message', 'U+0000'],
    ['a lone surrogate', '"status":"completed","result":{"a":["\\ud800"]}', 'invalid_message', 'Unicode'],
    ['1e400', '"status":"completed","result":{"a":1e400}', 'invalid_message', 'too large to be represented'],
    ['33 levels', `"status":"completed","result":${nested(33)}`, 'invalid_message', 'nested too deeply'],
    ['20,000 levels', `"status":"completed","result":${nested(20_000)}`, 'invalid_message', 'nested too deeply'],
    ['NaN', '"status":"completed","result":{"ratio":NaN}', 'invalid_json', 'not JSON'],
    ['-Infinity', '"status":"completed","result":[-Infinity]', 'invalid_json', 'not JSON'],
    ['a comma too many', '"status":"completed","result":{"a":1,}', 'invalid_json', 'not JSON'],
    ['an end that is missing', '"status":"completed","result":{"a":"half a te', 'invalid_json', 'not JSON'],
    ['an unknown status', '"status":"half-done","result":1', 'invalid_message', 'half-done'],
    ['a status that is a number', '"status":200,"result":1', 'invalid_message', 'of type number'],
    ['neither status nor result', '"note":"ready"', 'invalid_message', 'missing'],
  ])('reports a result with %s', async (_name, fields, code, text) => {
    const { channel, sender, id } = await working();
    channel.sendRaw(outcome(id, fields));
    const { error } = await untilStatus(platform, id, sender, 'FAILED');
    expect(error).toEqual({ code: 'invalid_result', message: expect.stringContaining(text) });
    const told = await channel.error();
    expect(told).toMatchObject({ code, request_id: id, status: 'failed', message: expect.stringContaining(text) });
    expect(told.message).toContain(told.path);
  });

  it('prints its answer as Python shows a dict', async () => {
    const { channel, sender, id } = await working();
    channel.sendRaw(
      `{'type': 'action.result', 'request_id': '${id}', 'status': 'completed', 'result': {'it': "isn't", 'ok': True, 'n': None}}`,
    );
    expect((await untilStatus(platform, id, sender, 'FAILED')).error.code).toBe('invalid_result');
    expect(await channel.error()).toMatchObject({ code: 'invalid_json', request_id: id });
  });

  it('reports 1,500 free slots, or 5,000 numbers', async () => {
    const { channel, sender, id, next } = await working();
    const slots = Array.from({ length: 1_500 }, (_, n) => ({ start: n, end: n + 1 }));
    channel.complete(id, slots);
    expect((await untilStatus(platform, id, sender, 'COMPLETED')).result).toEqual(slots);
    const second = await next();
    channel.complete(second, Array(5_000).fill(0));
    expect((await untilStatus(platform, second, sender, 'COMPLETED')).result).toHaveLength(5_000);
  });
});

describe('a broken message', () => {
  it('ends no request of another agent, no finished one, and none that it only quotes', async () => {
    const { agent, channel, sender, id, next } = await working();
    const others = await working();
    const broken = (requestId: string) => outcome(requestId, '"status":"completed","result":{"n":NaN}');
    channel.sendRaw(broken(others.id));
    const told = await channel.error();
    expect(told).toMatchObject({ code: 'invalid_json', request_id: others.id });
    expect(told).not.toHaveProperty('status');
    expect((await readRequest(platform, others.id, others.sender)).status).toBe('ACKED');

    const finished = await next();
    await complete(platform, agent, finished, 'first');
    channel.sendRaw(broken(finished));
    expect(await channel.error()).toMatchObject({ code: 'request_finished', request_id: finished });
    expect(await readRequest(platform, finished, sender)).toMatchObject({ status: 'COMPLETED', result: 'first' });

    const quotes = [
      `{"type":"action.result","status":"completed","result":{"request_id":"${id}"},"n":NaN}`,
      `{"type":"action.result","status":"completed","result":"he said "hi"","request_id":"${id}"}`,
      `{"type":"action.result","request_id":"${await next()}","request_id":"${id}","n":NaN}`,
      `[{"type":"action.result","request_id":"${id}","n":NaN}]`,
      `"type":"action.result","request_id":"${id}"`,
      `{"type":"ack","request_id":"${id}","n":NaN}`,
      `{"type":"action.result","request_id":"${id.toUpperCase()}","n":NaN}`,
      `{"type":"action.progress","request_id":"${id}","status":"half","n":NaN}`,
    ];
    for (const text of quotes) {
      channel.sendRaw(text);
      expect(await channel.error(), text).toMatchObject({ code: 'invalid_json' });
    }
    expect((await readRequest(platform, id, sender)).status).toBe('ACKED');
  });

  it('of a later protocol, about a request that goes on, changes nothing', async () => {
    const { channel, sender, id } = await working();
    channel.send({ type: 'action.progress', request_id: id, status: 'half-done', result: null });
    expect(await channel.error()).toMatchObject({ code: 'unknown_type' });
    expect((await readRequest(platform, id, sender)).status).toBe('ACKED');
  });
});

describe('by mutation, whose caller reads the answer,', () => {
  it('the same is refused with its path, and the request stays open', async () => {
    const { agent, sender, id } = await working();
    const refused = { __typename: 'InvalidInputError' };
    const results = [
      [{ a: '\u0000' }, 'input.result.a'],
      [{ a: '\ud800' }, 'input.result.a'],
      [JSON.parse(nested(33)), 'input.result'],
    ] as const;
    for (const [result, path] of results) {
      expect(await complete(platform, agent, id, result)).toMatchObject({ ...refused, issues: [{ path }] });
    }
    const fail = (input: object) =>
      mutate(platform, 'failRequest', { requestId: id, ...input }, 'request { id }', agent);
    expect(await fail({ message: 'x'.repeat(2_001) })).toMatchObject({
      ...refused,
      issues: [{ path: 'input.message' }],
    });
    expect(await fail({ message: 'no', code: 'c'.repeat(65) })).toMatchObject({
      ...refused,
      issues: [{ path: 'input.code' }],
    });
    expect((await readRequest(platform, id, sender)).status).toBe('ACKED');
    expect(await complete(platform, agent, id, 'at last')).toMatchObject({ __typename: 'CompleteRequestSuccess' });
  });
});
