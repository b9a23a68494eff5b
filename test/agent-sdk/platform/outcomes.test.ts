import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ActionError, type Handler } from '../../../agent-sdk/src/index.ts';
import { agentAndSender } from '../../testkit/actors.ts';
import { eventually } from '../../testkit/eventually.ts';
import { startTestPlatform, type TestPlatform } from '../../testkit/platform.ts';
import { ANY_WORK, agentUnderTest, clientUnderTest, start, TRANSPORTS, WORK } from './agent-under-test.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.stop());

/** What a sender learns of what is none of its business. */
const NOTHING = { code: 'agent_error', message: 'The agent failed to do this.' };

describe.each(TRANSPORTS)('what becomes of a request, over %s', (transport) => {
  /** An agent whose handler is the test's, connected, and a sender with what to ask it. */
  async function connected(handler?: Handler, options = {}) {
    const { agent, sender } = await agentAndSender(platform, ANY_WORK);
    const tested = agentUnderTest(platform, agent, transport, options);
    if (handler) tested.agent.on(WORK.action, handler);
    await start(tested);
    const client = clientUnderTest(platform, sender);
    return {
      ...tested,
      sender,
      agentKey: agent.apiKey,
      request: (params = {}) => client.request({ handle: agent.handle, ...WORK, params }),
    };
  }

  it('is handed to the handler as it was sent', async () => {
    const params = { title: 'Zoë’s “stand-up” 🕊', nested: { list: [1, null, true, { deep: -0.5 }] } };
    const { request, sender } = await connected((received) => received);
    const finished = await request(params);
    expect(finished.result).toEqual({
      id: finished.id,
      ...WORK,
      params,
      senderId: sender.id,
      contextId: null,
      attempt: 1,
      expiresAt: finished.expiresAt,
    });
  });

  it.each([
    ['an object', { event_id: 'evt-1', at: [1.5, 'é\u{1f600}'] }, { event_id: 'evt-1', at: [1.5, 'é\u{1f600}'] }],
    ['a text', 'done', 'done'],
    ['zero', 0, 0],
    ['nothing', undefined, null],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
  ])('completes with %s', async (_name, returned, result) => {
    const { request } = await connected(() => returned);
    expect(await request()).toMatchObject({ status: 'COMPLETED', result, error: null });
  });

  it.each([
    ['an error', new Error('database password is hunter2'), NOTHING],
    ['an error with a code', Object.assign(new Error('hunter2'), { code: 'ECONNREFUSED' }), NOTHING],
    ['a failure meant for the sender', new ActionError('busy', 'Later.'), { code: 'busy', message: 'Later.' }],
    [
      'a failure with a code that is none',
      new ActionError('no slot!', 'Later.'),
      { code: 'agent_error', message: 'Later.' },
    ],
    [
      'what a program said in colours',
      new ActionError('no', '\u001b[31mNo\u001b[0m\u0007:\n\twhy'),
      { message: '[31mNo[0m:\n\twhy' },
    ],
    ['a text', 'hunter2', NOTHING],
    ['nothing at all', undefined, NOTHING],
    ['a failure too long to tell', new ActionError('busy', 'x'.repeat(5_000)), { message: `${'x'.repeat(1_999)}…` }],
  ])('fails with what the handler throws: %s', async (_name, thrown, error) => {
    const { request } = await connected(() => Promise.reject(thrown));
    expect(await request()).toMatchObject({ status: 'FAILED', result: null, error });
  });

  it('tells the author what a handler threw, with its stack and the request, and what became of each', async () => {
    const { request, log, sender } = await connected(async () => {
      // An outcome may overtake the ack, which is then answered as too late.
      await eventually(() => expect(log.some((line) => line.startsWith('debug acked'))).toBe(true));
      throw new Error('database password is hunter2');
    });
    const { id } = await request();
    const [thrown] = log.filter((line) => line.startsWith('error '));
    expect(thrown).toContain('a handler failed');
    expect(thrown).toContain(id);
    expect(thrown).toContain('database password is hunter2');
    expect(thrown).toContain('outcomes.test.ts');
    const told = log.filter((line) => line.startsWith('debug ') && line.includes(id)).map((line) => line.split(' ')[1]);
    expect(told.toSorted()).toEqual(['acked', 'finished', 'received']);
    expect(log.join()).not.toContain(sender.apiKey);
  });

  it('tells the author which outcomes the platform refused, and where in them the problem is', async () => {
    const { request, log } = await connected(() => ({ text: 'a NUL: \0' }));
    await request();
    // The sender may hear of it before the agent does.
    await eventually(() => {
      const refused = log.find((line) => line.includes('the platform refused an outcome'));
      expect(refused).toMatch(/^error .*"path":"[^"]*result/);
    });
  });

  it('keeps the agent’s key out of every line of its log, even where a handler throws it', async () => {
    const { request, log, agentKey } = await connected(() =>
      Promise.reject(new Error(`Bearer ${agentKeyOf()} refused`)),
    );
    const agentKeyOf = () => agentKey;
    await request();
    expect(log.join()).toContain('Bearer *** refused');
    expect(log.join()).not.toContain(agentKey);
  });

  it('tells of an error only what the agent describes', async () => {
    const describeError = () => ({ code: 'internal', message: 'Ask again tomorrow.' });
    const { request } = await connected(() => Promise.reject(new Error('password: hunter2')), { describeError });
    expect(await request()).toMatchObject({ error: { code: 'internal', message: 'Ask again tomorrow.' } });
  });

  it('fails where nobody handles the action', async () => {
    const { request } = await connected();
    expect(await request()).toMatchObject({ status: 'FAILED', error: { code: 'no_handler' } });
  });

  it.each([
    ['a bigint', { n: 1n }],
    ['a circle', Object.assign([], { 0: Object.create(null) })],
    ['a function', () => 1],
  ])('fails when the result is no JSON: %s', async (name, result) => {
    if (name === 'a circle' && Array.isArray(result)) result[0].self = result;
    const { request } = await connected(() => result);
    expect(await request()).toMatchObject({ status: 'FAILED', error: { code: 'result_not_json' } });
  });

  it('takes a result of 1 MiB, which fits no message', async () => {
    const result = 'x'.repeat(1024 * 1024 - 2);
    const { request, log } = await connected(() => result);
    expect(await request()).toMatchObject({ status: 'COMPLETED', result });
    expect(log.join()).not.toContain('not connected');
  });

  it('takes what nearly fills a message', async () => {
    const result = 'x'.repeat(65_536 - 200);
    const { request, log } = await connected(() => result);
    expect(await request()).toMatchObject({ status: 'COMPLETED', result });
    expect(log.join()).not.toContain('not connected');
  });

  it('fails when the result is larger than 1 MiB, and says so to its author', async () => {
    const { request, log } = await connected(() => 'x'.repeat(1024 * 1024));
    expect(await request()).toMatchObject({ status: 'FAILED', error: { code: 'result_too_large' } });
    expect(log.join()).toMatch(/error a result cannot be reported .*result_too_large/);
  });

  it('takes an image of nearly 1 MiB where the contract says that there are blocks', async () => {
    const result = { content: [{ type: 'image', data: 'iVBO'.repeat(262_000), mediaType: 'image/png' }] };
    const { agent, sender } = await agentAndSender(platform, [{ ...ANY_WORK[0], resultFormat: 'CONTENT' }]);
    const tested = agentUnderTest(platform, agent, transport);
    tested.agent.on(WORK.action, () => result);
    await start(tested);
    const finished = await clientUnderTest(platform, sender).request({ handle: agent.handle, ...WORK });
    expect(finished).toMatchObject({ status: 'COMPLETED', result });
    expect(tested.log.join()).not.toContain('not connected');
  });

  it('fails when the result is not what the contract says, and tells its author where', async () => {
    const { agent, sender } = await agentAndSender(platform, [{ ...ANY_WORK[0], resultSchema: { type: 'string' } }]);
    const tested = agentUnderTest(platform, agent, transport);
    let runs = 0;
    const results = [5, 'done'];
    tested.agent.on(WORK.action, () => results[runs++]);
    await start(tested);
    const request = () => clientUnderTest(platform, sender).request({ handle: agent.handle, ...WORK });
    const { id, status, error } = await request();
    expect({ status, error }).toEqual({
      status: 'FAILED',
      error: { code: 'invalid_result', message: "The agent's answer does not match its contract." },
    });
    // The sender may hear of it before the agent does.
    await eventually(() => {
      const [refused] = tested.log.filter((line) => line.includes('the platform refused an outcome'));
      expect(refused).toMatch(/^error .*"path":"result".*must be text, not a number/);
      expect(refused).toContain(id);
    });
    expect(await request()).toMatchObject({ status: 'COMPLETED', result: 'done' });
    expect(runs).toBe(2);
  });

  it('fails when the platform does not take the result', async () => {
    const { request } = await connected(() => ({ text: 'a NUL: \0' }));
    const code = transport === 'graphql' ? 'result_refused' : 'invalid_result';
    expect(await request()).toMatchObject({ status: 'FAILED', error: { code } });
  });
});
