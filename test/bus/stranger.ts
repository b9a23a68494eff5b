import { Redis } from 'ioredis';
import pg from 'pg';
import { onTestFinished } from 'vitest';

/** Somebody who can write to what carries the hints, and reads along. */
export type Stranger = {
  /** As if another node did it. */
  publish(topic: string, key: string, body: unknown): Promise<void>;
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
  await client.query('listen clawcierge_hints');
  let last: Promise<unknown> = Promise.resolve();
  const publishRaw = async (text: string) => {
    last = last.then(() => client.query({ text: `select pg_notify('clawcierge_hints', $1)`, values: [text] }));
    await last;
  };
  return {
    publish: (topic, key, body) => publishRaw(JSON.stringify(['a stranger', [topic, key, body]])),
    publishRaw: (_topic, _key, text) => publishRaw(text),
    overheard: () => heard,
  };
}

export async function strangerOnRedis(redisUrl: string): Promise<Stranger> {
  const [speaking, listening] = [new Redis(redisUrl), new Redis(redisUrl)];
  onTestFinished(() => {
    for (const client of [speaking, listening]) client.disconnect();
  });
  const heard: string[] = [];
  listening.on('pmessage', (_pattern, _channel, text: string) => heard.push(text));
  await listening.psubscribe('clawcierge:*');
  const publishRaw = async (topic: string, key: string, text: string) => {
    const name = topic === 'peers' || key === '' ? topic : `${topic}:${key}`;
    await speaking.publish(`clawcierge:${name}`, text);
  };
  return {
    publish: (topic, key, body) => publishRaw(topic, key, JSON.stringify(['a stranger', body])),
    publishRaw,
    overheard: () => heard,
  };
}
