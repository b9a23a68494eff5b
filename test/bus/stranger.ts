import { Redis } from 'ioredis';
import pg from 'pg';
import { onTestFinished } from 'vitest';
import { hintsChannelOf } from '../../src/bus/hints-channel.ts';
import { DEFAULT_SCHEMA } from '../../src/postgres/schema-name.ts';

export type Forged = readonly [topic: string, key: string, body: unknown];

/** Somebody who can write to what carries the hints, and reads along. */
export type Stranger = {
  /** As if another node did it. */
  publish(topic: string, key: string, body: unknown): Promise<void>;
  /** All at once. */
  publishAll(hints: readonly Forged[]): Promise<void>;
  /** Whatever comes over the bus, as it stands there. */
  publishRaw(topic: string, key: string, text: string): Promise<void>;
  /** Everything that was published since it came. */
  overheard(): readonly string[];
};

export async function strangerOnPostgres(databaseUrl: string): Promise<Stranger> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  onTestFinished(() => client.end());
  const heard: string[] = [];
  client.on('notification', ({ payload = '' }) => heard.push(payload));
  const channel = hintsChannelOf(DEFAULT_SCHEMA);
  await client.query(`listen ${channel}`);
  const notify = async (texts: readonly string[]) => {
    const text = `select pg_notify('${channel}', payload) from unnest($1::text[]) as p (payload)`;
    await client.query({ text, values: [texts] });
  };
  const payloadOf = (forged: Forged) => JSON.stringify(['a stranger', forged]);
  return {
    publish: (...forged) => notify([payloadOf(forged)]),
    publishAll: (hints) => notify(hints.map(payloadOf)),
    publishRaw: (_topic, _key, text) => notify([text]),
    overheard: () => heard,
  };
}

/** @param prefix what the platform's names begin with */
export async function strangerOnRedis(redisUrl: string, prefix: string): Promise<Stranger> {
  const [speaking, listening] = [new Redis(redisUrl), new Redis(redisUrl)];
  onTestFinished(() => {
    for (const client of [speaking, listening]) client.disconnect();
  });
  const heard: string[] = [];
  listening.on('pmessage', (_pattern, _channel, text: string) => heard.push(text));
  await listening.psubscribe(`${prefix}:*`);
  const publishRaw = async (topic: string, key: string, text: string) => {
    const name = topic === 'peers' || key === '' ? topic : `${topic}:${key}`;
    await speaking.publish(`${prefix}:${name}`, text);
  };
  const publish = (...[topic, key, body]: Forged) => publishRaw(topic, key, JSON.stringify(['a stranger', body]));
  return {
    publish,
    async publishAll(hints) {
      await Promise.all(hints.map((forged) => publish(...forged)));
    },
    publishRaw,
    overheard: () => heard,
  };
}
