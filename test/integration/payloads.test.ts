import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Agent,
  agentAndSender,
  complete,
  readRequest,
  type Sender,
  STANDUP,
  submit,
  submitAccepted,
} from '../testkit/actors.ts';
import { send } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';

const ANYTHING = [{ action: 'take' }];
const QUEUED = { whenOffline: 'QUEUE' };

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(async () => {
  expect(platform.log.errors()).toEqual([]);
  await platform.stop();
});

describe('params and results', () => {
  const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
  let agent: Agent;
  let sender: Sender;
  beforeAll(async () => {
    ({ agent, sender } = await agentAndSender(platform, ANYTHING));
  });

  it.each([
    ['over 64 KiB', { a: 'x'.repeat(65_536) }, 'input.params'],
    ['over 64 KiB in UTF-8 only', { a: 'ü'.repeat(33_000) }, 'input.params'],
    ['nested too deeply', { a: nested(40) }, 'input.params'],
    ['of too many values', { a: Array(5_000).fill(0) }, 'input.params'],
    ['with a NUL', { a: 'b\u0000' }, 'input.params.a'],
    ['with a NUL in a key', { 'a\u0000': 1 }, 'input.params.a\ufffd'],
    ['with a lone surrogate', { a: '\ud800' }, 'input.params.a'],
    ['with a lone surrogate in a key', { '\udc00': 1 }, 'input.params.\ufffd'],
  ])('%s are refused with their path', async (_what, value, path) => {
    const refused = { __typename: 'InvalidInputError' };
    const submitted = await submit(platform, agent, sender, { ...QUEUED, action: 'take', params: value });
    expect(submitted).toMatchObject({ ...refused, issues: [{ path }] });
    // Results have bounds of their own.
    if (path === 'input.params') return;
    expect(await complete(platform, agent, '01234567-89ab-7def-8123-456789abcdef', value)).toMatchObject(refused);
  });

  it('may be as large as 64 KiB, and come back as they were sent', async () => {
    const params = {
      text: 'x'.repeat(65_000),
      n: [0.1, -0, 1e300, null, true],
      ключ: {},
      __type: [],
    };
    const { id } = await submitAccepted(platform, agent, sender, { ...QUEUED, action: 'take', params });
    const sent = JSON.parse(JSON.stringify(params));
    expect((await readRequest(platform, id, sender)).params).toEqual(sent);
  });

  it('nested 20,000 deep are refused before they hurt', async () => {
    const query = 'mutation ($input: SubmitRequestInput!) { submitRequest(input: $input) { __typename } }';
    const answerTo = async (levels: number) => {
      const deep = `${'['.repeat(levels)}${']'.repeat(levels)}`;
      const response = await fetch(`${platform.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${sender.apiKey}` },
        body: `{"query":${JSON.stringify(query)},"variables":{"input":{"handle":"${agent.handle}","action":"take","params":{"a":${deep}}}}}`,
      });
      return response.json();
    };
    expect(await answerTo(200)).toEqual({ data: { submitRequest: { __typename: 'InvalidInputError' } } });
    // The body is read no further than it may be nested.
    expect(await answerTo(20_000)).toMatchObject({
      status: 400,
      detail: expect.stringContaining('expected no more than 256 levels'),
    });
  });

  it('may be written into the document, and are bounded there too', async () => {
    const ask = (literal: string) =>
      send(
        platform,
        `mutation { submitRequest(input: { handle: "${agent.handle}", action: "take", params: ${literal}, whenOffline: QUEUE }) {
        ... on SubmitRequestSuccess { request { id params } } ... on DomainError { message } } }`,
        {},
        sender,
      );
    const { data } = await ask('{ a: [1, 2.5, "x", true, null, ENUM], b: { c: {} } }');
    expect(data.submitRequest.request.params).toEqual({ a: [1, 2.5, 'x', true, null, 'ENUM'], b: { c: {} } });
    expect((await ask(`{ a: ${'['.repeat(80)}1${']'.repeat(80)} }`)).errors?.[0]?.message).toMatch(/64 deep/);
    expect((await ask('{ a: 1e999 }')).data.submitRequest.message).toMatch(/problem/);
    expect((await ask('[]')).errors?.[0]?.message).toMatch(/JSON object/);
  });
});

describe('every other text of an input', () => {
  it.each(['\u0000', '\ud800', '\u001b', '', 'x'.repeat(70_000)])(
    'is refused or taken, and never fails: %j',
    async (text) => {
      const { agent, sender } = await agentAndSender(platform);
      const { id } = await submitAccepted(platform, agent, sender, QUEUED);
      const inputs = [
        ['submitRequest', { ...QUEUED, ...STANDUP, handle: text }, sender],
        ['submitRequest', { ...QUEUED, ...STANDUP, handle: agent.handle, action: text }, sender],
        ['submitRequest', { ...QUEUED, ...STANDUP, handle: agent.handle, idempotencyKey: text }, sender],
        ['cancelRequest', { requestId: text }, sender],
        ['cancelRequest', { requestId: id, reason: text }, sender],
        ['acknowledgeRequest', { requestId: text }, agent],
        ['completeRequest', { requestId: text }, agent],
        ['failRequest', { requestId: id, message: text }, agent],
        ['failRequest', { requestId: id, message: 'no', code: text }, agent],
        ['publishPolicies', { agentId: text, rules: [] }, agent],
        ['deleteAgent', { agentId: text }, agent],
        ['revokeApiKey', { apiKeyId: text }, agent],
      ] as const;
      for (const [field, input, by] of inputs) {
        const type = field.charAt(0).toUpperCase() + field.slice(1);
        const query = `mutation ($input: ${type}Input!) { ${field}(input: $input) { __typename } }`;
        const { data, errors } = await send(platform, query, { input }, by);
        const answer = data?.[field]?.__typename ?? errors?.[0]?.extensions?.code;
        expect(answer, field).toMatch(/Error$|^FORBIDDEN$/);
        expect(answer, field).not.toMatch(/INTERNAL/);
      }
      const read = await send(
        platform,
        'query ($t: String!, $id: ID!) { request(id: $id) { id } agent(handle: $t) { id } requests(handle: $t) { totalCount } agents(action: $t, search: $t) { totalCount } }',
        { t: text, id: text },
        sender,
      );
      expect(read.errors).toBeUndefined();
    },
  );
});
