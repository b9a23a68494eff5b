import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentAndSender, readRequest, registerAgent, submitAccepted, untilStatus } from '../testkit/actors.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { RawChannel } from './raw-channel.ts';

const MAX_MESSAGE = 65_536;
const ANYTHING = [{ action: 'take', paramsSchema: {}, constraints: {} }];

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform({ env: { WS_MAX_MESSAGE_SIZE: String(MAX_MESSAGE) } });
});
afterAll(async () => {
  expect(platform.log.errors()).toEqual([]);
  await platform.stop();
});

async function connected() {
  const { agent, sender } = await agentAndSender(platform, ANYTHING);
  const channel = await RawChannel.open(platform, agent);
  const submit = async (params: object = {}) => {
    const { id } = await submitAccepted(platform, agent, sender, { action: 'take', params });
    return { id: id as string, params: (await channel.received(id)).params };
  };
  return { agent, sender, channel, submit };
}

describe('a result over WS_MAX_MESSAGE_SIZE', () => {
  it('of an agent that echoes what a sender chose fails that request alone, and the channel stays', async () => {
    const { channel, sender, submit } = await connected();
    const [bystander, attack] = [await submit(), await submit({ text: 'x'.repeat(65_459 - 11) })];
    expect(Buffer.byteLength(JSON.stringify(attack.params))).toBe(65_459);
    for (const { id } of [bystander, attack]) channel.ack(id);
    channel.complete(attack.id, attack.params);
    const { error } = await untilStatus(platform, attack.id, sender, 'FAILED');
    expect(error).toEqual({ code: 'result_too_large', message: expect.stringContaining('65,536 bytes') });
    expect(await channel.error()).toMatchObject({
      code: 'result_too_large',
      request_id: attack.id,
      path: 'result',
      status: 'failed',
    });
    channel.complete(bystander.id, 'done');
    expect((await untilStatus(platform, bystander.id, sender, 'COMPLETED')).attempts).toBe(1);
  });

  it.each([
    [
      'ids behind the result',
      (id: string, x: string) => `{"result":"${x}","request_id":"${id}","type":"action.result"}`,
    ],
    [
      'sorted names',
      (id: string, x: string) => `{"request_id":"${id}","result":["${x}"],"status":"completed","type":"action.result"}`,
    ],
    [
      'a result that quotes another request',
      (id: string, x: string) =>
        `{"type":"action.result","result":{"request_id":"${'0'.repeat(36)}","x":"${x}\\"\\\\"},"request_id":"${id}"}`,
    ],
    ['no JSON', (id: string, x: string) => `{"type":"action.result","request_id":"${id}","result":[NaN,"${x}"]}`],
  ])('is told by its request also with %s', async (_name, text) => {
    const { channel, sender, submit } = await connected();
    const { id } = await submit();
    channel.sendRaw(text(id, 'x'.repeat(4 * MAX_MESSAGE - 300)));
    expect((await untilStatus(platform, id, sender, 'FAILED')).error.code).toBe('result_too_large');
    expect(await channel.error()).toMatchObject({ request_id: id });
  });

  it('of a finished request, of another agent, or of nobody changes nothing', async () => {
    const { channel, sender, submit } = await connected();
    const others = await connected();
    const [finished, theirs] = [await submit(), await others.submit()];
    channel.complete(finished.id, 'first');
    await untilStatus(platform, finished.id, sender, 'COMPLETED');
    const large = 'x'.repeat(MAX_MESSAGE);
    channel.complete(finished.id, large);
    expect(await channel.error()).toMatchObject({ code: 'request_finished' });
    channel.complete(theirs.id, large);
    expect(await channel.error()).not.toHaveProperty('status');
    expect((await readRequest(platform, theirs.id, others.sender)).status).toBe('DISPATCHED');
    expect((await readRequest(platform, finished.id, sender)).result).toBe('first');
  });

  it('closes the channel with 1009 where nobody can tell whose it is, or over 4 times the limit', async () => {
    const agent = await registerAgent(platform);
    for (const size of [MAX_MESSAGE + 1, 4 * MAX_MESSAGE, 4 * MAX_MESSAGE + 1]) {
      const channel = await RawChannel.open(platform, agent);
      channel.sendRaw('x'.repeat(size));
      expect(await channel.closeCode()).toBe(1009);
    }
  });
});
