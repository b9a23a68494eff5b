import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentAndSender, readRequest, registerAgent, submitAccepted, untilStatus } from '../testkit/actors.ts';
import { platformForTest, startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { RawSocket } from '../testkit/raw-socket.ts';
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

describe('an agent that repeats a message over 4 times the limit for as long as it gets its request', () => {
  it.each(['raw WebSocket', 'GraphQL'])(
    'fails that request alone in the end, and its others live: %s',
    async (kind) => {
      const own = await platformForTest({ env: { WS_MAX_MESSAGE_SIZE: '4096', DELIVERY_ACK_TIMEOUT_SECONDS: '0.5' } });
      const { agent, sender } = await agentAndSender(own, ANYTHING);
      const submit = (params: object) =>
        submitAccepted(own, agent, sender, { action: 'take', params, whenOffline: 'QUEUE' });
      const [before, guilty, after] = [await submit({}), await submit({ isLarge: true }), await submit({})];
      let rounds = 0;
      const isOver = async () => (await readRequest(own, guilty.id, sender)).status === 'FAILED';
      while (!(await isOver())) {
        rounds += 1;
        expect(rounds).toBeLessThan(40);
        const channel = kind === 'GraphQL' ? await overGraphql(own, agent) : await overRaw(own, agent);
        // It acks whatever comes, works on the others for long, and is done with the large one at once.
        for (;;) {
          const next = await channel.next();
          if (next === null) break;
          channel.ack(next.id);
          if (next.isLarge) channel.complete(next.id, 'x'.repeat(5 * 4_096));
          if (await isOver()) break;
        }
        channel.cut();
      }
      expect((await readRequest(own, guilty.id, sender)).error).toMatchObject({ code: 'result_too_large' });
      const last = await RawChannel.open(own, agent);
      for (const { id } of [before, after]) {
        await last.received(id);
        last.complete(id, 'done');
        await untilStatus(own, id, sender, 'COMPLETED');
      }
    },
  );
});

type Owner = { readonly id: string; readonly apiKey: string };

/** Null when the channel has ended, or nothing came for a while. */
const orNull = <Value>(taking: Promise<Value>): Promise<Value | null> => taking.catch(() => null);
const PATIENCE_MS = 1_500;

async function overRaw(own: TestPlatform, agent: Owner) {
  const channel = await RawChannel.open(own, agent);
  return {
    next: async () => {
      const found = await orNull(
        channel.messages.take(({ type }) => type === 'request.received', 'a delivery', PATIENCE_MS),
      );
      return found && { id: found.request_id as string, isLarge: found.params.isLarge === true };
    },
    ack: (id: string) => channel.ack(id),
    complete: (id: string, result: string) => channel.complete(id, result),
    cut: () => channel.cut(),
  };
}

async function overGraphql(own: TestPlatform, agent: Owner) {
  const socket = await RawSocket.open(own, agent.apiKey);
  let operations = 0;
  const run = (field: string, input: object) => {
    operations += 1;
    const type = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input`;
    socket.subscribe(`${operations}`, `mutation ($input: ${type}!) { ${field}(input: $input) { __typename } }`, {
      input,
    });
  };
  socket.subscribe('c', 'subscription { agentChannel { ... on RequestReceived { requestId params } } }');
  return {
    next: async () => {
      const isDelivery = (message: { type: string; id?: string }) => message.type === 'next' && message.id === 'c';
      const found = await orNull(socket.messages.take(isDelivery, 'a delivery', PATIENCE_MS));
      const delivery = found?.payload.data.agentChannel;
      return delivery ? { id: delivery.requestId as string, isLarge: delivery.params.isLarge === true } : null;
    },
    ack: (requestId: string) => run('acknowledgeRequest', { requestId }),
    complete: (requestId: string, result: string) => run('completeRequest', { requestId, result }),
    cut: () => socket.cut(),
  };
}
