import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Bus, BusMessages } from '../../src/application/ports/bus.ts';
import { createMemoryBus } from '../../src/bus/memory-bus.ts';
import { createRedisBus } from '../../src/bus/redis-bus.ts';
import type { Request } from '../../src/domain/request.ts';
import { eventually } from '../testkit/eventually.ts';
import { Mailbox } from '../testkit/mailbox.ts';
import { silentLog } from '../testkit/postgres.ts';
import { createRecordingLog } from '../testkit/recording-log.ts';
import { HAS_REDIS, startRedis, type TestRedis } from '../testkit/redis-server.ts';
import { tcpProxy } from '../testkit/tcp-proxy.ts';

const AT = new Date('2026-11-24T12:00:00.000Z');
const REQUEST: Request = {
  id: '0190a6b2-0000-7000-8000-000000000001',
  status: 'DISPATCHED',
  action: 'do.it',
  params: { text: 'ünïcode ✓', nested: { list: [1, null, true] } },
  handle: 'someone',
  agentId: '0190a6b2-0000-7000-8000-000000000002',
  senderId: '0190a6b2-0000-7000-8000-000000000003',
  result: null,
  error: null,
  pipelineLog: [{ stage: 'policy_engine', passed: true, reason: null, durationMs: 0.5 }],
  attempts: 1,
  deliveries: [{ attempt: 1, channelId: 'channel', nodeId: 'node', deliveredAt: AT, ackedAt: null }],
  outcomeAttempt: null,
  channelId: 'channel',
  nodeId: 'node',
  revision: 1,
  createdAt: AT,
  updatedAt: AT,
  expiresAt: AT,
};

let redis: TestRedis;
beforeAll(async () => {
  if (HAS_REDIS) redis = await startRedis();
});
afterAll(async () => {
  if (HAS_REDIS) await redis.stop();
});

const forTest = (bus: Bus): Bus => {
  onTestFinished(() => bus.close());
  return bus;
};

async function connectedBus(url = redis.url): Promise<Bus> {
  const bus = forTest(createRedisBus(url, silentLog));
  await eventually(() => expect(bus.reachesOtherNodes()).toBe(true));
  return bus;
}

describe.each([
  ['in memory', true, async () => forTest(createMemoryBus(silentLog))],
  ['over Redis', HAS_REDIS, () => connectedBus()],
])('a bus %s', (_name, canRun, open) => {
  it.skipIf(!canRun)(
    'calls its own listeners before publish returns, those of that key alone, until they stop',
    async () => {
      const bus = await open();
      const heard: string[] = [];
      const stop = bus.subscribe('agent', 'one', () => heard.push('one'));
      bus.subscribe('agent', 'two', () => heard.push('two'));
      bus.publish('agent', 'one', { event: 'wake' });
      expect(heard).toEqual(['one']);
      stop();
      stop();
      bus.publish('agent', 'one', { event: 'wake' });
      expect(heard).toEqual(['one']);
    },
  );

  it.skipIf(!canRun)('lets no listener disturb another one', async () => {
    const bus = await open();
    let heard = 0;
    bus.subscribe('agent', 'one', () => {
      throw new Error('a listener');
    });
    bus.subscribe('agent', 'one', () => {
      heard += 1;
    });
    bus.publish('agent', 'one', { event: 'wake' });
    expect(heard).toBe(1);
  });

  it.skipIf(!canRun)('takes a hint after it was closed for lost', async () => {
    const bus = await open();
    await bus.close();
    bus.publish('agent', 'one', { event: 'wake' });
  });
});

describe.skipIf(!HAS_REDIS)('two buses over one Redis', () => {
  it('carry every kind of message whole', async () => {
    const [a, b] = [await connectedBus(), await connectedBus()];
    const heard = new Mailbox<unknown>();
    const messages: { [Topic in keyof BusMessages]: readonly BusMessages[Topic][] } = {
      request: [{ request: REQUEST }],
      node: [
        { event: 'assigned', request: REQUEST },
        { event: 'changed', request: REQUEST },
      ],
      agent: [{ event: 'wake' }],
      registry: [
        { event: 'key-revoked', apiKeyId: 'key' },
        { event: 'admin-session-ended', sessionId: null },
      ],
      activity: [
        { event: 'request-status', request: REQUEST },
        { event: 'agent-status', agentId: 'a', status: 'ACTIVE', at: AT },
      ],
    };
    for (const topic of Object.keys(messages) as (keyof BusMessages)[]) {
      b.subscribe(topic, 'key', (message) => heard.put(message));
      await b.inForce();
      for (const message of messages[topic]) {
        a.publish(topic, 'key', message);
        expect(await heard.take()).toEqual(message);
      }
    }
  });

  it('lose nothing that is published once a subscription is in force', async () => {
    const [a, b] = [await connectedBus(), await connectedBus()];
    for (let round = 0; round < 200; round += 1) {
      const heard = Promise.withResolvers<void>();
      const stop = b.subscribe('agent', `agent-${round}`, () => heard.resolve());
      await b.inForce();
      a.publish('agent', `agent-${round}`, { event: 'wake' });
      await heard.promise;
      stop();
    }
  });

  it('tell of a gap when the connection is back, and carry on', async () => {
    const proxy = await tcpProxy(redis.port);
    const [a, b] = [await connectedBus(), await connectedBus(`redis://127.0.0.1:${proxy.port}`)];
    let gaps = 0;
    let heard = 0;
    b.onGap(() => {
      gaps += 1;
    });
    b.subscribe('agent', 'one', () => {
      heard += 1;
    });
    proxy.cut();
    await eventually(() => expect(gaps).toBeGreaterThan(0));
    await eventually(() => {
      a.publish('agent', 'one', { event: 'wake' });
      expect(heard).toBeGreaterThan(0);
    });
  });

  it('notice a connection that is half-open', async () => {
    const proxy = await tcpProxy(redis.port);
    const bus = await connectedBus(`redis://127.0.0.1:${proxy.port}`);
    proxy.stall();
    await eventually(() => expect(bus.reachesOtherNodes()).toBe(false));
    expect(await bus.health()).toBe('down');
    await bus.inForce();
  });

  it('survive whatever strangers publish', async () => {
    const log = createRecordingLog();
    const bus = forTest(createRedisBus(redis.url, log));
    await eventually(() => expect(bus.reachesOtherNodes()).toBe(true));
    const heard = new Mailbox<unknown>();
    for (const topic of ['request', 'node', 'agent', 'registry', 'activity'] as const) {
      bus.subscribe(topic, 'key', (message) => heard.put(message));
    }
    await bus.inForce();
    const stranger = new Redis(redis.url);
    onTestFinished(() => stranger.disconnect());
    const request = { id: 'x', revision: 1 };
    const payloads = [
      '',
      '{',
      'null',
      '[]',
      '{"topic":"agent"}',
      '"text"',
      '1e999',
      '{"__proto__":{"topic":"agent"}}',
      ...['request', 'node', 'agent', 'registry', 'activity'].flatMap((topic) => [
        JSON.stringify({ topic, from: 'x', body: {} }),
        JSON.stringify({ topic, from: 'x', body: { event: 'assigned', request } }),
        JSON.stringify({ topic, from: 'x', body: { event: 'assigned', request: { ...request, deliveries: 7 } } }),
        JSON.stringify({ topic, from: 'x', body: { event: 'assigned', request: { ...request, deliveries: [null] } } }),
        JSON.stringify({ topic, from: 'x', body: { event: 'agent-status', agentId: 1 } }),
      ]),
    ];
    for (const topic of ['request', 'node', 'agent', 'registry', 'activity']) {
      for (const payload of payloads) await stranger.publish(`clawcierge:${topic}:key`, payload);
    }
    const other = await connectedBus();
    other.publish('registry', 'key', { event: 'key-revoked', apiKeyId: 'key' });
    await heard.take((message) => JSON.stringify(message).includes('key-revoked'), 'a proper message');
  });
});

it.skipIf(!HAS_REDIS)('a bus whose Redis never was there is closed without a word', async () => {
  const bus = createRedisBus('redis://127.0.0.1:1', silentLog);
  for (const key of ['one', 'two']) bus.subscribe('agent', key, () => {})();
  bus.subscribe('agent', 'three', () => {});
  bus.publish('agent', 'three', { event: 'wake' });
  await bus.inForce();
  expect(await bus.health()).toBe('down');
  await bus.close();
});
