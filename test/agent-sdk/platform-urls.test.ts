import { describe, expect, it, onTestFinished } from 'vitest';
import {
  ClawciergeAgent,
  ClawciergeClient,
  type ClawciergeClientOptions,
  ConnectionError,
  type Fetch,
  registerSender,
} from '../../agent-sdk/src/index.ts';
import { startFakePlatform } from '../../agent-sdk/src/testing/index.ts';
import { freePort } from '../testkit/free-port.ts';

/** Nobody listens there. */
const NOBODY = `http://127.0.0.1:${await freePort()}`;

/** A platform behind the second of two URLs, and a client that knows both. */
async function secondOfTwo(options: Partial<ClawciergeClientOptions> = {}) {
  const platform = await startFakePlatform();
  onTestFinished(() => platform.stop());
  const asked: string[] = [];
  const { fetch = globalThis.fetch } = options;
  const counting: Fetch = (url, init) => {
    asked.push(new URL(url).port === new URL(platform.url).port ? 'second' : 'first');
    return fetch(url, init);
  };
  const url = [NOBODY, platform.url];
  const client = new ClawciergeClient({
    url,
    apiKey: platform.sender.apiKey,
    maxTries: 1,
    ...options,
    fetch: counting,
  });
  onTestFinished(() => client.close());
  return {
    platform,
    client,
    asked,
    url,
    input: { handle: platform.agent.handle, action: 'work.do', whenOffline: 'QUEUE' } as const,
  };
}

describe('a client with several URLs', () => {
  it('asks the next where one does not answer, and stays there', async () => {
    const { client, platform, asked, input } = await secondOfTwo();
    await client.resolve(platform.agent.handle);
    await client.submit(input);
    await client.resolve(platform.agent.handle);
    expect(asked).toEqual(['first', 'second', 'second', 'second']);
  });

  it('waits where it asks', async () => {
    const { client, platform, input } = await secondOfTwo();
    const submitted = await client.submit(input);
    const finished = client.wait(submitted.id);
    platform.requests[0]?.cancel('Over.');
    expect(await finished).toMatchObject({ status: 'CANCELLED', error: { message: 'Over.' } });
  });

  it('sends what was perhaps taken to another only where it may be asked twice', async () => {
    const fetch: Fetch = async (url, init) => {
      if (url.startsWith(NOBODY)) throw new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } });
      return globalThis.fetch(url, init);
    };
    const once = await secondOfTwo({ fetch });
    await expect(once.client.submit(once.input)).rejects.toBeInstanceOf(ConnectionError);
    expect(once.asked).toEqual(['first']);
    // The next call does not begin where the last one failed.
    await once.client.submit(once.input);
    expect(once.asked).toEqual(['first', 'second']);

    const twice = await secondOfTwo({ fetch });
    await twice.client.submit({ ...twice.input, idempotencyKey: 'k' });
    expect(twice.asked).toEqual(['first', 'second']);
    const query = await secondOfTwo({ fetch });
    await query.client.resolve(query.platform.agent.handle);
    expect(query.asked).toEqual(['first', 'second']);
  });

  it('says so where none answers, after one try of each', async () => {
    const { client, asked } = await secondOfTwo({
      fetch: () => Promise.reject(new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } })),
    });
    await expect(client.resolve('a.b')).rejects.toBeInstanceOf(ConnectionError);
    expect(asked).toEqual(['first', 'second']);
  });

  it('sets things up by whichever answers', async () => {
    const { url } = await secondOfTwo();
    expect((await registerSender({ url, displayName: 'Sally' })).sender.displayName).toBe('Sally');
  });
});

it.each([
  [[], /at least one/],
  [['http://a', 'nonsense'], /http/],
  [Array.from({ length: 33 }, (_, n) => `http://node-${n}`), /at most 32/],
  [['ws://a/v1/agents/one/ws', 'ws://b/v1/agents/two/ws'], /one agent/],
  // As of an environment that does not say it.
  [undefined, /^url must be an http/],
  [null, /^url must be an http/],
  [{}, /^url must be an http/],
  [[undefined], /^url must be an http/],
])('refuses %j', (url, message) => {
  expect(() => new ClawciergeAgent({ url: url as string, apiKey: 'k' })).toThrow(message);
});
