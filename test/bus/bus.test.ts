import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Bus } from '../../src/application/ports/bus.ts';
import { MemoryNetwork } from '../../src/bus/memory-network.ts';
import { createRedisBus } from '../../src/bus/redis-bus.ts';
import { eventually } from '../testkit/eventually.ts';
import { Mailbox } from '../testkit/mailbox.ts';
import { silentLog } from '../testkit/postgres.ts';
import { createRecordingLog } from '../testkit/recording-log.ts';
import { HAS_REDIS, startRedis, type TestRedis } from '../testkit/redis-server.ts';
import { tcpProxy } from '../testkit/tcp-proxy.ts';
import { HINTS, TOPICS } from './hints.ts';

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

/** Two nodes' buses, which have heard of each other. */
async function introduced(a: Bus, b: Bus): Promise<readonly [Bus, Bus]> {
  await eventually(() => {
    for (const bus of [a, b]) expect(bus.reachableNodes()).toBeGreaterThan(0);
  });
  return [a, b];
}

describe.each([
  [
    'in memory',
    true,
    () => {
      const network = new MemoryNetwork(silentLog);
      return introduced(forTest(network.join()), forTest(network.join()));
    },
  ],
  [
    'over Redis',
    HAS_REDIS,
    () => introduced(forTest(createRedisBus(redis.url, silentLog)), forTest(createRedisBus(redis.url, silentLog))),
  ],
])('two buses %s', (_name, canRun, openPair) => {
  it.skipIf(!canRun)('carry every kind of hint whole', async () => {
    const [a, b] = await openPair();
    const heard = new Mailbox<unknown>();
    for (const topic of TOPICS) {
      b.subscribe(topic, 'key', (hint) => heard.put(hint));
      await b.inForce();
      for (const hint of HINTS[topic]) {
        a.publish(topic, 'key', hint);
        expect(await heard.take()).toEqual(hint);
      }
    }
  });

  it.skipIf(!canRun)('carry hints in order, under their own key alone, until the subscription ends', async () => {
    const [a, b] = await openPair();
    const heard = new Mailbox<number>();
    const stop = b.subscribe('request', 'one', ({ revision }) => heard.put(revision));
    const last = new Mailbox<unknown>();
    b.subscribe('request', 'two', (hint) => last.put(hint));
    await b.inForce();
    const publish = (key: string, revision: number) =>
      a.publish('request', key, { id: key, revision, status: 'ACKED' });
    for (let revision = 1; revision <= 500; revision += 1) publish('one', revision);
    for (let revision = 1; revision <= 500; revision += 1) expect(await heard.take()).toBe(revision);
    stop();
    stop();
    publish('one', 501);
    publish('two', 1);
    await last.take();
    expect(heard.pending()).toEqual([]);
  });

  it.skipIf(!canRun)('tell a node nothing of what it said itself', async () => {
    const [a, b] = await openPair();
    const heard: string[] = [];
    const fromA = new Mailbox<unknown>();
    a.subscribe('agent', 'one', () => heard.push('a'));
    b.subscribe('agent', 'one', (hint) => {
      heard.push('b');
      fromA.put(hint);
    });
    await Promise.all([a.inForce(), b.inForce()]);
    a.publish('agent', 'one', { event: 'wake' });
    await fromA.take();
    expect(heard).toEqual(['b']);
  });

  it.skipIf(!canRun)('let no listener disturb another one', async () => {
    const [a, b] = await openPair();
    const heard = new Mailbox<unknown>();
    b.subscribe('agent', 'one', () => {
      throw new Error('a listener');
    });
    b.subscribe('agent', 'one', (hint) => heard.put(hint));
    await b.inForce();
    a.publish('agent', 'one', { event: 'wake' });
    await heard.take();
  });

  it.skipIf(!canRun)('lose nothing that is published once a subscription is in force', async () => {
    const [a, b] = await openPair();
    for (let round = 0; round < 200; round += 1) {
      const heard = Promise.withResolvers<void>();
      const stop = b.subscribe('agent', `agent-${round}`, () => heard.resolve());
      await b.inForce();
      a.publish('agent', `agent-${round}`, { event: 'wake' });
      await heard.promise;
      stop();
    }
  });

  it.skipIf(!canRun)('take a hint after they were closed for lost', async () => {
    const [a] = await openPair();
    await a.close();
    a.publish('agent', 'one', { event: 'wake' });
    await a.inForce();
  });
});

describe.skipIf(!HAS_REDIS)('a bus over Redis', () => {
  it('tells of a gap when the connection is back, and carries on', async () => {
    const proxy = await tcpProxy(redis.port);
    const [a, b] = await introduced(
      forTest(createRedisBus(redis.url, silentLog)),
      forTest(createRedisBus(`redis://127.0.0.1:${proxy.port}`, silentLog)),
    );
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

  it('notices a connection that is half-open', async () => {
    const proxy = await tcpProxy(redis.port);
    const bus = forTest(createRedisBus(`redis://127.0.0.1:${proxy.port}`, silentLog));
    await eventually(async () => expect(await bus.health()).toBe('ok'));
    proxy.stall();
    await eventually(() => expect(bus.reachableNodes()).toBe(0));
    expect(await bus.health()).toBe('down');
    await bus.inForce();
  });

  it('survives whatever strangers publish', async () => {
    const [bus, other] = await introduced(
      forTest(createRedisBus(redis.url, createRecordingLog())),
      forTest(createRedisBus(redis.url, silentLog)),
    );
    const heard = new Mailbox<unknown>();
    for (const topic of TOPICS) bus.subscribe(topic, 'key', (hint) => heard.put(hint));
    await bus.inForce();
    const stranger = new Redis(redis.url);
    onTestFinished(() => stranger.disconnect());
    for (const topic of TOPICS) {
      for (const payload of PAYLOADS_OF_STRANGERS) await stranger.publish(`clawcierge:${topic}:key`, payload);
    }
    other.publish('registry', 'key', { event: 'key-revoked', apiKeyId: 'key' });
    await heard.take((hint) => JSON.stringify(hint).includes('key-revoked'), 'a proper hint');
  });

  it('whose Redis never was there is closed without a word', async () => {
    const bus = createRedisBus('redis://127.0.0.1:1', silentLog);
    for (const key of ['one', 'two']) bus.subscribe('agent', key, () => {})();
    bus.subscribe('agent', 'three', () => {});
    bus.publish('agent', 'three', { event: 'wake' });
    await bus.inForce();
    expect(await bus.health()).toBe('down');
    await bus.close();
  });
});

const PAYLOADS_OF_STRANGERS = [
  '',
  '{',
  'null',
  '[]',
  '{}',
  '"text"',
  '1e999',
  '["x"]',
  '["x",null]',
  '["x",[[]]]',
  '[{"__proto__":1},{"__proto__":{"event":"wake"}}]',
  '["x",{"event":"assigned","id":"x","revision":"1","status":"ACKED"}]',
  '["x",{"event":"agent-status","agentId":1}]',
];
