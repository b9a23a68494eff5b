import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Agent,
  agentAndSender,
  readRequest,
  type Sender,
  submitAccepted,
  untilStatus,
} from '../testkit/actors.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { TextSocket } from '../testkit/text-socket.ts';

let platform: TestPlatform;
let agent: Agent;
let sender: Sender;
beforeAll(async () => {
  platform = await startTestPlatform();
  ({ agent, sender } = await agentAndSender(platform, [{ action: 'take' }]));
});
afterAll(async () => {
  expect(platform.log.errors()).toEqual([]);
  await platform.stop();
});

type Refusal = readonly [name: string, json: string, path: string, says: string];

/** What no door takes, where in the object it is, and what it says. */
const REFUSED: readonly Refusal[] = [
  ['an integer that would be rounded', '{"a":{"id":[1234567890123456789]}}', 'a.id.0', 'send it as a string'],
  ['the first integer beyond the safe ones', '{"n":9007199254740992}', 'n', 'send it as a string'],
  ['the same below zero', '{"n":-9007199254740992}', 'n', 'send it as a string'],
  ['1e20 written out', '{"n":100000000000000000000}', 'n', 'send it as a string'],
  ['a fraction that a double rounds', '{"n":9007199254740993.0}', 'n', 'send it as a string'],
  ['more digits than a double has', '{"n":3.141592653589793238462643383279}', 'n', 'send it as a string'],
  ['a number that is infinite as a double', '{"n":1e400}', 'n', 'too large'],
  ['a number that is zero as a double', '{"n":1e-400}', 'n', 'too small'],
  ['a member that is there twice', '{"a":{"to":"x","to":"y"}}', 'a.to', 'twice'],
  ['a member that is there twice in two spellings', '{"to":"x","\\u0074o":"y"}', 'to', 'twice'],
  ['the prototype as a member', '{"a":{"__proto__":{"b":1}}}', 'a.__proto__', 'another one'],
  ['the prototype in another spelling', '{"\\u005f_proto__":1}', '__proto__', 'another one'],
  ['NUL', '{"a":["x","y\\u0000"]}', 'a.1', 'U+0000'],
  ['half of a surrogate pair', '{"a":"\\ud800"}', 'a', 'surrogate'],
  ['a noncharacter', '{"a":"\\uffff"}', 'a', 'Unicode'],
  ['half of a pair in a name', '{"a":{"\\udc00":1}}', 'a.\ufffd', 'surrogate'],
];

/** The same where it can be said as a literal: the GraphQL grammar refuses the others itself. */
const LITERALS: readonly Refusal[] = [
  ['an integer that would be rounded', '{a: {id: [12345678901234567890]}}', 'a.id.0', 'send it as a string'],
  ['a fraction that a double rounds', '{n: 9007199254740993.0}', 'n', 'send it as a string'],
  ['a number that is infinite as a double', '{n: 1e400}', 'n', 'too large'],
  ['the prototype as a field', '{a: {__proto__: {b: 1}}}', 'a.__proto__', 'another one'],
  ['NUL', '{a: ["x", "y\\u0000"]}', 'a.1', 'U+0000'],
];

const TOLD = '... on InvalidInputError { issues { path message } }';
const SUBMIT = `mutation ($input: SubmitRequestInput!) { submitRequest(input: $input) { __typename ${TOLD} } }`;
const COMPLETE = `mutation ($input: CompleteRequestInput!) { completeRequest(input: $input) { __typename ${TOLD} } }`;
const PUBLISH = `mutation ($input: PublishCapabilitiesInput!) { publishCapabilities(input: $input) { __typename ${TOLD} } }`;

async function send(method: string, path: string, key: string, body: string | Uint8Array<ArrayBuffer>) {
  const response = await fetch(platform.url + path, {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body,
  });
  return { status: response.status, body: await response.json() };
}

const graphql = async (key: string, query: string, variables = '{}') =>
  (await send('POST', '/graphql', key, `{"query":${JSON.stringify(query)},"variables":${variables}}`)).body;

const submitRest = (body: string | Uint8Array<ArrayBuffer>) =>
  send('POST', `/v1/agents/${agent.handle}/requests`, sender.apiKey, body);

const input = (params: string) =>
  `{"handle":"${agent.handle}","action":"take","params":${params},"whenOffline":"QUEUE"}`;

const issue = (path: string, says: string) => ({ path, message: expect.stringContaining(says) });

describe.each(REFUSED)('%s is refused with its path', (_name, json, path, says) => {
  it('as params by REST', async () => {
    const refused = await submitRest(`{"action":"take","params":${json},"when_offline":"queue"}`);
    expect(refused).toMatchObject({ status: 422, body: { errors: [issue(`params.${path}`, says)] } });
  });

  it('as params in variables, over HTTP and on a socket', async () => {
    const refused = { __typename: 'InvalidInputError', issues: [issue(`input.params.${path}`, says)] };
    const answer = await graphql(sender.apiKey, SUBMIT, `{"input":${input(json)}}`);
    expect(answer.data?.submitRequest, JSON.stringify(answer)).toEqual(refused);
    const socket = await TextSocket.openGraphql(platform, sender.apiKey);
    socket.operate('1', SUBMIT, `{"input":${input(json)}}`);
    expect(JSON.parse(await socket.text('"type":"next"')).payload.data.submitRequest).toEqual(refused);
  });

  it('as a result by mutation, whose request stays open, and on the raw channel, where it ends it', async () => {
    const { id } = await submitAccepted(platform, agent, sender, { action: 'take', params: {}, whenOffline: 'QUEUE' });
    const raw = await TextSocket.open(`${platform.socketUrl}/v1/agents/${agent.id}/ws?token=${agent.apiKey}`);
    await raw.text('request.received', id);
    const answer = await graphql(agent.apiKey, COMPLETE, `{"input":{"requestId":"${id}","result":${json}}}`);
    expect(answer.data.completeRequest).toMatchObject({ issues: [issue(`input.result.${path}`, says)] });
    expect((await readRequest(platform, id, sender)).status).toBe('DISPATCHED');
    raw.send(`{"type":"action.result","request_id":"${id}","status":"completed","result":${json}}`);
    const told = JSON.parse(await raw.text('"type":"error"'));
    expect(told).toMatchObject({ code: 'invalid_message', path: `result.${path}` });
    expect(told.message).toContain(says);
    expect((await untilStatus(platform, id, sender, 'FAILED')).error.code).toBe('invalid_result');
  });

  it('as a schema by REST and GraphQL', async () => {
    const schema = `{"enum":[${json}]}`;
    const byRest = await send(
      'PUT',
      `/v1/agents/${agent.id}/capabilities`,
      agent.apiKey,
      `{"capabilities":[{"action":"a","params_schema":${schema}}]}`,
    );
    const below = `enum.0.${path}`;
    expect(byRest).toMatchObject({
      status: 422,
      body: { errors: [issue(`capabilities.0.params_schema.${below}`, says)] },
    });
    const capabilities = `[{"action":"a","paramsSchema":${schema}}]`;
    const variables = `{"input":{"agentId":"${agent.id}","capabilities":${capabilities}}}`;
    const answer = await graphql(agent.apiKey, PUBLISH, variables);
    expect(answer.data.publishCapabilities.issues).toEqual([issue(`input.capabilities.0.paramsSchema.${below}`, says)]);
  });
});

it.each(LITERALS)('%s is refused in a literal, too', async (_name, literal, path, says) => {
  const query = `mutation { submitRequest(input: { handle: "${agent.handle}", action: "take", params: ${literal}, whenOffline: QUEUE }) { __typename ${TOLD} } }`;
  const answer = await graphql(sender.apiKey, query);
  expect(answer.data?.submitRequest, JSON.stringify(answer)).toEqual({
    __typename: 'InvalidInputError',
    issues: [issue(`input.params.${path}`, says)],
  });
});

it('a field that is there twice in a literal is refused by name', async () => {
  const query = `mutation { submitRequest(input: { handle: "h", action: "take", params: {to: 1, to: 2} }) { __typename } }`;
  expect((await graphql(sender.apiKey, query)).errors[0].message).toContain('"to"');
});

describe('names of the message itself that are there twice', () => {
  it('make a body of REST unreadable, which says so', async () => {
    const refused = await submitRest('{"action":"take","params":{},"action":"steal"}');
    expect(refused).toMatchObject({ status: 400, body: { detail: expect.stringContaining('action is there twice') } });
    expect(refused.body.errors).toEqual([issue('action', 'twice')]);
  });

  it('are refused in GraphQL, around the variables and in them', async () => {
    const around = await send(
      'POST',
      '/graphql',
      sender.apiKey,
      '{"query":"{ __typename }","query":"{ viewer { __typename } }"}',
    );
    expect(around.body.errors[0].message).toContain('query is there twice');
    const inside = await graphql(
      sender.apiKey,
      SUBMIT,
      `{"input":{"handle":"${agent.handle}","action":"a","action":"b"}}`,
    );
    expect(inside.errors[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
    expect(inside.errors[0].message).toContain('variables.input.action is there twice');
  });

  it('are refused on the sockets', async () => {
    const raw = await TextSocket.open(`${platform.socketUrl}/v1/agents/${agent.id}/ws?token=${agent.apiKey}`);
    raw.send('{"type":"ack","request_id":"a","request_id":"b"}');
    expect(JSON.parse(await raw.text('"type":"error"')).message).toContain('request_id is there twice');
    const socket = await TextSocket.openGraphql(platform, sender.apiKey);
    socket.send('{"id":"1","type":"subscribe","payload":{"query":"{ __typename }","query":"{ viewer { id } }"}}');
    expect(await socket.texts.ended()).toMatchObject({ code: 4400, reason: expect.stringContaining('payload.query') });
  });
});

describe('what is no JSON', () => {
  it.each([
    ['{"action":"take","params":{"note":"a" "b":1}}', 'expected "," or "}" at line 1, column 39, in params.note'],
    ['{"action":"take",\n  "params":{"n":[1,\n    tru]}}', 'expected a value at line 3, column 5, in params.n.1'],
    ['{"action":"take","params":{"n":01}}', 'expected no digit after a leading zero at line 1, column 33, in params.n'],
    ['{"action":"take",}', 'column 18'],
    ['{"action":"take"', 'expected "," or "}" at line 1, column 17'],
    ["{'action':'take'}", 'expected a name in double quotes at line 1, column 2'],
  ])('is refused with its place: %s', async (body, where) => {
    const byRest = await submitRest(body);
    expect(byRest.status).toBe(400);
    expect(byRest.body.detail).toContain(where);
    const raw = await TextSocket.open(`${platform.socketUrl}/v1/agents/${agent.id}/ws?token=${agent.apiKey}`);
    raw.send(body);
    expect(JSON.parse(await raw.text('"type":"error"'))).toMatchObject({
      code: 'invalid_json',
      message: expect.stringContaining(where),
    });
  });

  it('is refused when it is not UTF-8, instead of being read as something else', async () => {
    const latin1 = new Uint8Array(Buffer.from('{"action":"take","params":{"name":"Müller"}}', 'latin1'));
    const refused = await submitRest(latin1);
    expect(refused).toMatchObject({ status: 400, body: { detail: expect.stringContaining('UTF-8') } });
  });
});

describe('bodies made to cost', () => {
  const MIB = 1_048_576 - 100;
  it.each([
    ['digits', `{"params":${'9'.repeat(MIB)}}`],
    ['zeros behind a point', `{"params":{"n":0.${'0'.repeat(MIB - 100)}1}}`],
    ['open lists', '['.repeat(MIB)],
    ['open objects', '{"a":'.repeat(MIB / 5)],
    ['lists in lists', `{"params":{"a":${'['.repeat(MIB / 2 - 20)}${']'.repeat(MIB / 2 - 20)}}}`],
    ['members', `{"params":{${Array.from({ length: 100_000 }, (_, i) => `"${i}":1`).join(',')}}}`],
    ['members of one name', `{"params":{${Array.from({ length: 150_000 }, () => '"a":1').join(',')}}}`],
    ['escapes', `{"params":{"a":"${'\\u0041'.repeat(MIB / 6 - 20)}"}}`],
    ['white space', `{"action":"take"${' '.repeat(MIB)}`],
  ])('are refused: %s', async (_name, body) => {
    const refused = await submitRest(body);
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(refused.status).toBeLessThan(500);
    expect((await fetch(`${platform.url}/health`)).status).toBe(200);
  });
});
