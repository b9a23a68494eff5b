import { createRedisEventTarget } from '@graphql-yoga/redis-event-target';
import { Redis, type RedisOptions } from 'ioredis';
import type { Bus, Hints, Topic } from '../application/ports/bus.ts';
import { Listeners, nameOf } from '../application/ports/listeners.ts';
import type { Log } from '../application/ports/log.ts';
import { newId } from '../domain/new-id.ts';
import { Peers } from './peers.ts';
import { decodeHint } from './wire-hint.ts';

/** What nodes say of themselves goes under this name. */
const PEERS = 'peers';
const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 2_000;
const ANSWER_WITHIN_MS = 1_000;
/** A connection over which nothing is heard although it is asked so often is given up: it may be half-open. */
const PING_EVERY_MS = 1_000;
const SILENCE_MAX_MS = 2_000;

/** A Redis that others may use, too. */
export type SharedRedis = {
  readonly url: string;
  /** What every name begins with that this platform uses there. */
  readonly prefix: string;
};

/** Nobody waits for what the event target asks of Redis, so nobody but this hears that it failed. */
class UnattendedRedis extends Redis {
  override sendCommand(...args: Parameters<Redis['sendCommand']>): ReturnType<Redis['sendCommand']> {
    const answer = super.sendCommand(...args);
    if (answer instanceof Promise) answer.catch(() => {});
    return answer;
  }
}

/** A hint that cannot be sent now is worth nothing later: what is published while Redis is away is dropped. */
class DroppingRedis extends UnattendedRedis {
  override async publish(channel: string | Buffer, message: string | Buffer): Promise<number> {
    if (this.status !== 'ready') return 0;
    return super.publish(channel, message).catch(() => 0);
  }
}

/**
 * Hints between nodes over Redis's publish and subscribe: at most once, in order per publisher while the connection
 * holds. Redis passes each on to the nodes that listen under its name, which begins with the platform's prefix: names are
 * the server's, whichever of its databases the URL names.
 */
export function createRedisBus({ url, prefix }: SharedRedis, log: Log): Bus {
  const from = newId();
  const placed = (name: string) => `${prefix}:${name}`;
  const options: RedisOptions = {
    lazyConnect: false,
    maxRetriesPerRequest: null,
    socketTimeout: SILENCE_MAX_MS,
    // With a share of chance, so that nodes do not all come back in the same moment.
    retryStrategy: (tries) =>
      Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** Math.min(tries, 10)) * (0.5 + Math.random() / 2),
  };
  const publishClient = new DroppingRedis(url, {
    ...options,
    enableOfflineQueue: false,
    // What is published in one tick is sent in one write.
    enableAutoPipelining: true,
  });
  const subscribeClient = new UnattendedRedis(url, { ...options, autoResubscribe: true });
  const gapListeners = new Set<() => void>();
  const tellOfGap = () => {
    for (const listener of [...gapListeners]) listener();
  };
  let isClosing = false;
  /** Both connections are up: what was subscribed to before is so again, once Redis answers. */
  const connected = async () => {
    await isAnswering(subscribeClient);
    if (!isConnected()) return;
    peers.up();
    tellOfGap();
  };
  const isConnected = () => publishClient.status === 'ready' && subscribeClient.status === 'ready';
  for (const [name, client] of Object.entries({ publish: publishClient, subscribe: subscribeClient })) {
    // Without a listener an unreachable Redis would end the process.
    client.on('error', (error: Error) => log.debug({ err: error, client: name }, 'Redis cannot be reached'));
    client.on('close', () => {
      peers.down();
      if (!isClosing) log.warn({ client: name }, 'the connection to Redis is down; hints do not reach other nodes');
    });
    client.on('ready', () => {
      log.info({ client: name }, 'connected to Redis');
      if (isConnected()) void connected();
    });
  }

  const pinging = setInterval(() => {
    for (const client of [publishClient, subscribeClient]) {
      if (client.status === 'ready') client.ping().catch(() => {});
    }
  }, PING_EVERY_MS).unref();

  const listeners = new Listeners<Hints>(log, {
    onFirst(topic, _key, name) {
      events.addEventListener(placed(name), receive);
      peers.count(topic, 1);
    },
    onLast(topic, _key, name) {
      events.removeEventListener(placed(name), receive);
      peers.count(topic, -1);
    },
  });
  const events = createRedisEventTarget<CustomEvent<unknown>>({
    publishClient,
    subscribeClient,
    serializer: { stringify: (message) => JSON.stringify(message), parse: parseOrNull },
  });

  /** Takes what other nodes published under the name. */
  const receive = ({ type, detail }: CustomEvent<unknown>) => {
    const [topic = '', key = ''] = type.slice(placed('').length).split(':');
    if (!Array.isArray(detail) || detail[0] === from) return;
    const decoded = decodeHint(topic, detail[1]);
    if (decoded) listeners.call(decoded.topic, key, decoded.hint);
  };

  const send = (name: string, body: unknown) => {
    if (publishClient.status !== 'ready') return;
    events.dispatchEvent(new CustomEvent(placed(name), { detail: [from, body] }));
  };
  const peers = new Peers({ id: from, send: (message) => send(PEERS, message), onGap: tellOfGap });
  events.addEventListener(placed(PEERS), ({ detail }) => {
    if (Array.isArray(detail)) peers.take(detail[0], detail[1]);
  });

  /** Whether Redis answers in time. */
  const isAnswering = (client: Redis): Promise<boolean> => {
    if (client.status !== 'ready') return Promise.resolve(false);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), ANSWER_WITHIN_MS);
    client.ping().then(
      () => resolve(true),
      () => resolve(false),
    );
    return promise.finally(() => clearTimeout(timer));
  };

  return {
    publish<Name extends Topic>(topic: Name, key: string, hint: Hints[Name]) {
      if (peers.want(topic)) send(nameOf(topic, key), hint);
    },
    subscribe<Name extends Topic>(topic: Name, key: string, listener: (hint: Hints[Name]) => void) {
      return listeners.add(topic, key, listener);
    },
    async inForce(otherNodes = 0) {
      // Answers come in the order of the commands: SUBSCRIBE was done before this.
      await Promise.all([isAnswering(subscribeClient), peers.inForce(otherNodes)]);
    },
    onGap(listener) {
      gapListeners.add(listener);
      return () => void gapListeners.delete(listener);
    },
    reachableNodes: () => peers.reachable,
    health: () => (isConnected() ? 'ok' : 'down'),
    async close() {
      isClosing = true;
      clearInterval(pinging);
      listeners.clear();
      peers.close();
      // What was said last goes out before the connection ends.
      await isAnswering(publishClient);
      publishClient.disconnect();
      subscribeClient.disconnect();
    },
  };
}

/** Whoever can write to Redis must not be able to end this process with it. */
function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
