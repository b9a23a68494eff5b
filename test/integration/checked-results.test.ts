import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { expectProblem, rest } from '../rest/rest-client.ts';
import {
  agentAndSender,
  complete,
  ownerOf,
  publishCapabilities,
  readRequest,
  registerAgent,
  submitAccepted,
} from '../testkit/actors.ts';
import { ask } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';
import { readsDuring } from '../testkit/statements.ts';
import { RawChannel } from '../websocket/raw-channel.ts';

const platform = platformForFile({ env: { APP_ENV: 'development', LOG_LEVEL: 'debug' } });

const PRICE = {
  type: 'object',
  required: ['price'],
  properties: { price: { type: 'number' }, since: { type: 'string', format: 'stardate' } },
};
const CAPABILITIES = [
  { action: 'ask' },
  { action: 'price', resultSchema: PRICE },
  { action: 'draw', resultFormat: 'CONTENT' },
  { action: 'look', resultFormat: 'CONTENT', resultSchema: PRICE },
  // Nothing on the way out of the isolate comes before the budget does.
  { action: 'burn', resultSchema: { type: 'string', pattern: '^(?!b)(a+)+$(?<!b)' } },
];

/** What the sender reads, whatever was wrong. */
const MISMATCH = { code: 'invalid_result', message: "The agent's answer does not match its contract." };

/** An agent that has requests of its sender over its raw channel. */
async function working() {
  const { agent, sender } = await agentAndSender(platform, CAPABILITIES);
  const channel = await RawChannel.open(platform, agent);
  const next = async (action: string) => {
    const { id } = await submitAccepted(platform, agent, sender, { action, params: {} });
    await channel.received(id);
    return id as string;
  };
  return { agent, sender, channel, next };
}
type Working = Awaited<ReturnType<typeof working>>;

type Told = { readonly path: string; readonly message: string } | 'taken';

/** What an agent is told of a result, at each door. */
const DOORS: readonly [string, (working: Working, id: string, result: unknown) => Promise<Told>][] = [
  [
    'its raw channel',
    async ({ channel, sender }, id, result) => {
      channel.complete(id, result);
      const { status } = await untilFinal(id, sender);
      if (status === 'COMPLETED') return 'taken';
      const error = await channel.error();
      expect(error).toMatchObject({ code: 'invalid_result', request_id: id, status: 'failed' });
      return error;
    },
  ],
  [
    'mutation',
    async ({ agent }, id, result) => {
      const answer = await complete(platform, agent, id, result);
      if (answer.__typename === 'CompleteRequestSuccess') return 'taken';
      expect(answer.__typename, JSON.stringify(answer)).toBe('InvalidResultError');
      return { path: answer.issues[0].path, message: answer.message };
    },
  ],
  [
    'POST',
    async ({ agent }, id, result) => {
      const body = { status: 'completed', result };
      const answer = await rest(platform, 'POST', `/v1/requests/${id}/result`, { key: agent.apiKey, body });
      if (answer.status === 200) return 'taken';
      expectProblem(answer, 422, 'invalid-result');
      return { path: answer.body.errors[0].path, message: answer.body.detail };
    },
  ],
];

const untilFinal = async (id: string, by: { apiKey: string }) => {
  const path = `/v1/requests/${id}`;
  const { body } = await rest(platform, 'GET', path, { key: by.apiKey, headers: { prefer: 'wait=20' } });
  return { ...body, status: body.status.toUpperCase() };
};

const logOf = async (id: string, by: { apiKey: string }) => {
  const query =
    'query ($id: ID!) { request(id: $id) { pipelineLog { stage passed kind reason detail issues { path } } } }';
  return (await ask(platform, query, { id }, by)).request.pipelineLog;
};

describe.each(DOORS)('by %s', (_door, report) => {
  it('a result that matches the contract is recorded', async () => {
    const at = await working();
    const price = await at.next('price');
    expect(await report(at, price, { price: 5, since: 'not checked' })).toBe('taken');
    const draw = await at.next('draw');
    const content = [{ type: 'text', text: 'A line.' }];
    expect(await report(at, draw, { content })).toBe('taken');
    expect(await readRequest(platform, draw, at.sender)).toMatchObject({ status: 'COMPLETED', result: { content } });
  });

  it.each([
    ['price', { price: 'five' }, 'result.price', 'must be a number, not text'],
    ['price', undefined, 'result', 'must be an object, not null'],
    ['draw', 'A line.', 'result', 'must be an object with "content"'],
    [
      'draw',
      { content: [{ type: 'image', data: '=', mediaType: 'image/png' }] },
      'result.content.0.data',
      'must be base64',
    ],
    ['look', { content: [] }, 'result.structured', 'is required'],
    ['look', { content: [], structured: {} }, 'result.structured.price', 'is required'],
  ])('one of %s that does not ends its request: %j', async (action, result, path, message) => {
    const at = await working();
    const { agent, sender, next } = at;
    const id = await next(action);
    const told = await report(at, id, result);
    expect(told).toMatchObject({ path, message: expect.stringContaining(`${path} ${message}`) });

    expect(await readRequest(platform, id, sender)).toMatchObject({ status: 'FAILED', result: null, error: MISMATCH });
    const line = { stage: 'result_contract', passed: false, kind: 'INVALID_RESULT', issues: [] };
    expect((await logOf(id, sender)).at(-1)).toMatchObject({ ...line, detail: null });
    expect((await logOf(id, ownerOf(agent))).at(-1)).toMatchObject({
      ...line,
      detail: expect.stringContaining(`${path} ${message}`),
    });
    expect(await complete(platform, agent, id, { price: 5 })).toMatchObject({ __typename: 'RequestFinishedError' });
  });

  it('one that takes longer to check than the budget ends its request, and no other', async () => {
    const at = await working();
    const [id, other] = [await at.next('burn'), await at.next('price')];
    const told = await report(at, id, `${'a'.repeat(60)}!`);
    expect(told).toMatchObject({ path: 'result', message: expect.stringContaining('takes too long to check') });
    expect(await report(at, other, { price: 5 })).toBe('taken');
  });
});

describe('an image of nearly 1 MiB', () => {
  const imageOf = (bytes: number) => ({
    content: [{ type: 'image', data: randomBytes(bytes).toString('base64'), mediaType: 'image/png' }],
  });

  it('is recorded by POST and by mutation, and arrives whole', async () => {
    const at = await working();
    for (const [door, report] of DOORS) {
      if (door === 'its raw channel') continue;
      const [id, result] = [await at.next('draw'), imageOf(3 * 256 * 1_024 - 100)];
      expect(await report(at, id, result)).toBe('taken');
      expect((await readRequest(platform, id, at.sender)).result).toEqual(result);
    }
  });

  it('ends its request where a character in it is none of base64', async () => {
    const { agent, next } = await working();
    const result = imageOf(3 * 256 * 1_024 - 100);
    const [block] = result.content;
    if (block) block.data = `${block.data.slice(0, -8)}####${block.data.slice(-4)}`;
    expect(await complete(platform, agent, await next('draw'), result)).toMatchObject({
      __typename: 'InvalidResultError',
      issues: [{ path: 'result.content.0.data' }],
    });
  });
});

describe('a result is held to the contract that its request was let in by', () => {
  it('whatever was published since, and whichever channel answers', async () => {
    const { agent, sender, next } = await working();
    const [first, second] = [await next('price'), await next('ask')];
    await publishCapabilities(platform, agent, [{ action: 'ask', resultSchema: PRICE }, { action: 'price' }]);
    const [third, fourth] = [await next('price'), await next('ask')];
    const answers = await Promise.all(
      [first, second, third, fourth].map((id) => complete(platform, agent, id, 'five')),
    );
    expect(answers.map(({ __typename }) => __typename)).toEqual([
      'InvalidResultError',
      'CompleteRequestSuccess',
      'CompleteRequestSuccess',
      'InvalidResultError',
    ]);
    expect((await readRequest(platform, first, sender)).error).toEqual(MISMATCH);
  });
});

describe('whoever does not have the request', () => {
  it('hears nothing of what its result is to be', async () => {
    const { agent, sender, next } = await working();
    const id = await next('price');
    const other = await registerAgent(platform);
    expect(await complete(platform, other, id, 'five')).toMatchObject({ __typename: 'RequestNotFoundError' });
    expect((await readRequest(platform, id, sender)).status).toBe('DISPATCHED');
    expect(await complete(platform, agent, id, { price: 5 })).toMatchObject({ request: { status: 'COMPLETED' } });
  });

  it('nor does its own agent before it is delivered', async () => {
    const { agent, sender } = await agentAndSender(platform, CAPABILITIES);
    const input = { action: 'price', params: {}, whenOffline: 'QUEUE' };
    const { id } = await submitAccepted(platform, agent, sender, input);
    expect(await complete(platform, agent, id, 'five')).toMatchObject({ __typename: 'RequestNotFoundError' });
    expect((await readRequest(platform, id, sender)).status).toBe('PENDING');
  });
});

it('what is not checked costs no statement, nor does what is once its contract is known', async () => {
  const { agent, next } = await working();
  for (const action of ['ask', 'price']) {
    await complete(platform, agent, await next(action), { price: 5 });
    const ids = [await next(action), await next(action)];
    const reads = await readsDuring(platform, async () => {
      for (const id of ids) {
        expect(await complete(platform, agent, id, { price: 5 })).toMatchObject({ request: { status: 'COMPLETED' } });
      }
    });
    expect(reads).toEqual([]);
  }
});

it('a replay of policies goes by what was said of the request, not of its result', async () => {
  const { agent, next } = await working();
  await complete(platform, agent, await next('price'), 'five');
  const query = `query ($agentId: ID!) {
    policyReplay(agentId: $agentId, rules: [], defaultAction: ALLOW) {
      ... on PolicyReplaySuccess { evaluated changed { before after } }
    }
  }`;
  const { policyReplay } = await ask(platform, query, { agentId: agent.id }, agent);
  expect(policyReplay).toEqual({ evaluated: 1, changed: [] });
});
