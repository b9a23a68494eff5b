import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Bus, TOPICS } from '../../src/application/ports/bus.ts';
import { MemoryNetwork } from '../../src/bus/memory-network.ts';
import { PostgresBus } from '../../src/bus/postgres-bus.ts';
import { createRedisBus } from '../../src/bus/redis-bus.ts';
import { createDatabaseLink } from '../../src/postgres/database-link.ts';
import { eventually } from '../testkit/eventually.ts';
import { Mailbox } from '../testkit/mailbox.ts';
import { createTestDatabase, silentLog } from '../testkit/postgres.ts';
import { proxiedDatabase } from '../testkit/proxied-database.ts';
import { HAS_REDIS, startRedis, type TestRedis } from '../testkit/redis-server.ts';
import { tcpProxy } from '../testkit/tcp-proxy.ts';
import { HINTS } from './hints.ts';
import { strangerOnPostgres, strangerOnRedis } from './stranger.ts';

const PREFIX = 'clawcierge:of-a-test';

let redis: TestRedis;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
beforeAll(async () => {
  database = await createTestDatabase();
  if (HAS_REDIS) redis = await startRedis({ asDeployed: true });
});
afterAll(async () => {
  await database.drop();
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
    'over PostgreSQL',
    true,
    () =>
      introduced(
        forTest(new PostgresBus(createDatabaseLink(database.url), silentLog)),
        forTest(new PostgresBus(createDatabaseLink(database.url), silentLog)),
      ),
  ],
  [
    'over Redis',
    HAS_REDIS,
    () =>
      introduced(
        forTest(createRedisBus({ url: redis.url, prefix: PREFIX }, silentLog)),
        forTest(createRedisBus({ url: redis.url, prefix: PREFIX }, silentLog)),
      ),
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
    const stop = b.subscribe('node', 'one', ({ revision }) => heard.put(revision));
    const last = new Mailbox<unknown>();
    b.subscribe('node', 'two', (hint) => last.put(hint));
    await b.inForce();
    const publish = (key: string, revision: number) => a.publish('node', key, { id: key, revision, status: 'ACKED' });
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

describe.each([
  {
    name: 'PostgreSQL',
    canRun: true,
    open: (url = database.url) => forTest(new PostgresBus(createDatabaseLink(url), silentLog)),
    proxied: () => proxiedDatabase(database.url),
    nowhere: 'postgresql://nobody@127.0.0.1:1/nothing',
    stranger: () => strangerOnPostgres(database.url),
  },
  {
    name: 'Redis',
    canRun: HAS_REDIS,
    open: (url = redis.url) => forTest(createRedisBus({ url, prefix: PREFIX }, silentLog)),
    proxied: async () => {
      const proxy = await tcpProxy(redis.port);
      const url = new URL(redis.url);
      url.port = String(proxy.port);
      return { proxy, url: url.href };
    },
    nowhere: 'redis://127.0.0.1:1',
    stranger: () => strangerOnRedis(redis.strangerUrl, PREFIX),
  },
])('a bus over $name', ({ canRun, open, proxied, nowhere, stranger }) => {
  it.skipIf(!canRun)('tells of a gap when the connection is back, on both sides, and carries on', async () => {
    const { proxy, url } = await proxied();
    const [a, b] = await introduced(open(), open(url));
    const gaps = { a: 0, b: 0 };
    let heard = 0;
    a.onGap(() => {
      gaps.a += 1;
    });
    b.onGap(() => {
      gaps.b += 1;
    });
    b.subscribe('agent', 'one', () => {
      heard += 1;
    });
    proxy.cut();
    // What `b` said while its connection was down is lost on `a`, too.
    await eventually(() => expect(Math.min(gaps.a, gaps.b)).toBeGreaterThan(0));
    await eventually(() => {
      a.publish('agent', 'one', { event: 'wake' });
      expect(heard).toBeGreaterThan(0);
    });
  });

  it.skipIf(!canRun)('tells of a gap when a node is back that was taken for gone meanwhile', async () => {
    const { overheard, publishRaw } = await stranger();
    const { proxy, url } = await proxied();
    const a = open();
    await eventually(() => expect(overheard()).not.toEqual([]));
    const known = new Set(overheard().map(senderOf));
    const [, b] = await introduced(a, open(url));
    const heardOfB = overheard().find((text) => !known.has(senderOf(text))) ?? '';
    proxy.stall();
    await eventually(() => expect(b.reachableNodes()).toBe(0));
    await publishRaw('peers', '', heardOfB.replace(/\{.*\}/, '{"event":"gone"}'));
    await eventually(() => expect(a.reachableNodes()).toBe(0));
    const gap = Promise.withResolvers<void>();
    a.onGap(() => gap.resolve());
    proxy.resume();
    await gap.promise;
  });

  it.skipIf(!canRun)('makes up for what a stranger has had not sent to a node, in its name', async () => {
    const { overheard, publishRaw } = await stranger();
    const a = open();
    await eventually(() => expect(overheard()).not.toEqual([]));
    const known = new Set(overheard().map(senderOf));
    const b = open();
    b.subscribe('registry', '', () => {});
    await introduced(a, b);
    await b.inForce();
    const heardOfB = overheard().find((text) => !known.has(senderOf(text))) ?? '';
    const gap = Promise.withResolvers<void>();
    b.onGap(() => gap.resolve());
    const nothing = JSON.stringify({ event: 'here', topics: [], ask: null, isBack: false });
    await publishRaw('peers', '', heardOfB.replace(/\{.*\}/, nothing));
    await gap.promise;
  });

  it.skipIf(!canRun)('sends everything, and relies on nothing, when there are more nodes than it knows', async () => {
    const { publishRaw, overheard } = await stranger();
    const a = open();
    await eventually(() => expect(overheard()).not.toEqual([]));
    const [anyText = ''] = overheard();
    const nothing = JSON.stringify({ event: 'here', topics: [], ask: null, isBack: false });
    await Promise.all(
      Array.from({ length: 300 }, (_, at) =>
        publishRaw('peers', '', anyText.replace(/^\["[^"]*"/, `["made up ${at}"`).replace(/\{.*\}/, nothing)),
      ),
    );
    await eventually(() => expect(overheard().join()).toContain('made up 299'));
    const late = open();
    const heard = new Mailbox<unknown>();
    late.subscribe('registry', '', (hint) => heard.put(hint));
    await eventually(() => expect(a.reachableNodes()).toBe(0));
    await late.inForce();
    a.publish('registry', '', { event: 'key-revoked', apiKeyId: 'key' });
    await heard.take();
  });

  it.skipIf(!canRun)('notices a connection that is half-open', async () => {
    const { proxy, url } = await proxied();
    const [bus] = await introduced(open(url), open());
    proxy.stall();
    await eventually(() => expect(bus.reachableNodes()).toBe(0));
    expect(await bus.health()).toBe('down');
    await bus.inForce();
    proxy.resume();
    await eventually(async () => expect(await bus.health()).toBe('ok'));
  });

  it.skipIf(!canRun)('sends nothing while it is alone, and nothing that nobody listens to', async () => {
    const { overheard } = await stranger();
    const a = open();
    await eventually(async () => expect(await a.health()).toBe('ok'));
    await a.inForce();
    const publishAll = () => {
      for (const topic of TOPICS) for (const hint of HINTS[topic]) a.publish(topic, 'key', hint);
    };
    publishAll();
    const b = open();
    await introduced(a, b);
    publishAll();
    const heard = new Mailbox<unknown>();
    b.subscribe('activity', 'key', (hint) => heard.put(hint));
    await b.inForce();
    publishAll();
    for (const hint of HINTS.activity) expect(await heard.take()).toEqual(hint);
    await eventually(() => {
      const said = overheard().join();
      const events = [...said.matchAll(/"event":"([a-z-]+)"/g)].map(([, event]) => event);
      expect(events.filter((event) => event !== 'here' && event !== 'heard')).toEqual([
        'request-status',
        'agent-status',
      ]);
      expect(said.match(/"revision"/g)).toHaveLength(1);
    });
  });

  it.skipIf(!canRun)('is known to nodes that were there before it, as soon as it is in force', async () => {
    const before = open();
    await eventually(async () => expect(await before.health()).toBe('ok'));
    const starting = open();
    const heard = new Mailbox<unknown>();
    starting.subscribe('registry', '', (hint) => heard.put(hint));
    await starting.inForce(1);
    before.publish('registry', '', { event: 'key-revoked', apiKeyId: 'key' });
    await heard.take();
  });

  it.skipIf(!canRun)('knows when another node has gone', async () => {
    const [a, b] = await introduced(open(), open());
    await b.close();
    await eventually(() => expect(a.reachableNodes()).toBe(0));
  });

  it.skipIf(!canRun)('survives whatever strangers publish', async () => {
    const { publish, publishRaw } = await stranger();
    const [bus, other] = await introduced(open(), open());
    const heard = new Mailbox<unknown>();
    for (const topic of TOPICS) bus.subscribe(topic, 'key', (hint) => heard.put(hint));
    await bus.inForce();
    for (const topic of [...TOPICS, 'peers']) {
      for (const body of BODIES_OF_STRANGERS) await publish(topic, 'key', body);
      for (const text of TEXTS_OF_STRANGERS) await publishRaw(topic, 'key', text);
    }
    other.publish('registry', 'key', { event: 'key-revoked', apiKeyId: 'key' });
    await heard.take((hint) => JSON.stringify(hint).includes('key-revoked'), 'a proper hint');
    expect(bus.reachableNodes()).toBeLessThan(300);
  });

  it.skipIf(!canRun)('that never could connect is closed without a word', async () => {
    const bus = open(nowhere);
    for (const key of ['one', 'two']) bus.subscribe('agent', key, () => {})();
    bus.subscribe('agent', 'three', () => {});
    bus.publish('agent', 'three', { event: 'wake' });
    await bus.inForce();
    expect(await bus.health()).toBe('down');
    await bus.close();
  });
});

describe.each([
  {
    server: 'database, in schemas of their own',
    canRun: true,
    open: (platform: string) => forTest(new PostgresBus(createDatabaseLink(database.url), silentLog, platform)),
  },
  {
    server: 'Redis',
    canRun: HAS_REDIS,
    open: (platform: string) =>
      forTest(createRedisBus({ url: redis.url, prefix: `clawcierge:${platform}` }, silentLog)),
  },
])('two platforms that share a $server', ({ canRun, open }) => {
  it.skipIf(!canRun)('hear nothing of each other, and do not count each other as nodes', async () => {
    const [a, b] = await introduced(open('production'), open('production'));
    const stranger = open('staging');
    const [heard, overheard] = [new Mailbox<unknown>(), new Mailbox<unknown>()];
    b.subscribe('registry', '', (hint) => heard.put(hint));
    stranger.subscribe('registry', '', (hint) => overheard.put(hint));
    await Promise.all([b.inForce(1), stranger.inForce()]);
    a.publish('registry', '', { event: 'key-revoked', apiKeyId: 'key' });
    await heard.take();
    // What comes after it would have come after that, too.
    const another = open('staging');
    await introduced(another, stranger);
    another.publish('registry', '', { event: 'key-revoked', apiKeyId: 'its own' });
    expect(await overheard.take()).toEqual({ event: 'key-revoked', apiKeyId: 'its own' });
    expect([a, b, stranger, another].map((bus) => bus.reachableNodes())).toEqual([1, 1, 1, 1]);
  });
});

it('a bus over PostgreSQL that has more to say than it can drops it, and tells the others', async () => {
  const [a, b] = await introduced(
    forTest(new PostgresBus(createDatabaseLink(database.url), silentLog)),
    forTest(new PostgresBus(createDatabaseLink(database.url), silentLog)),
  );
  const gap = Promise.withResolvers<void>();
  b.onGap(() => gap.resolve());
  const heard = new Mailbox<number>();
  b.subscribe('node', 'one', ({ revision }) => heard.put(revision));
  await b.inForce();
  for (let revision = 1; revision <= 10_001; revision += 1) {
    a.publish('node', 'one', { id: 'one', revision, status: 'ACKED' });
  }
  await gap.promise;
  a.publish('node', 'one', { id: 'one', revision: 20_000, status: 'ACKED' });
  expect(await heard.take()).toBe(20_000);
});

/** The bus that a text came from. */
const senderOf = (text: string): unknown => JSON.parse(text)[0];

const TEXTS_OF_STRANGERS = ['', '{', 'null', '[]', '{}', '"text"', '1e999', '[null]', '[7,[7,[]],7]', '[[[]]]'];

const BODIES_OF_STRANGERS: readonly unknown[] = [
  null,
  [],
  {},
  'text',
  { __proto__: { event: 'wake' } },
  { event: 'assigned', id: 'x', revision: '1', status: 'ACKED' },
  { event: 'agent-status', agentId: 1 },
  { event: 'here', topics: 'all', ask: null },
  { event: 'here', topics: ['none', 7], ask: {}, isBack: true },
  { event: 'heard', topics: [], ask: 1, to: [] },
];
