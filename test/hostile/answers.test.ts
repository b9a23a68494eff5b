import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerSender, type Sender } from '../testkit/actors.ts';
import { send } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';

let platform: TestPlatform;
let sender: Sender;
beforeAll(async () => {
  platform = await startTestPlatform();
  sender = await registerSender(platform);
});
afterAll(async () => {
  expect(platform.log.errors()).toEqual([]);
  await platform.stop();
});

describe('answers of the GraphQL API', () => {
  const query = 'mutation { registerSender(input: { displayName: "x" }) { ... on RegisterSenderSuccess { apiKey } } }';
  const json = { 'content-type': 'application/json' };

  it.each([
    ['as JSON', json],
    ['as a GraphQL response', { ...json, accept: 'application/graphql-response+json' }],
    ['as a stream', { ...json, accept: 'text/event-stream', 'x-graphql-yoga-csrf': '1' }],
  ])('are stored nowhere on their way: %s', async (_form, headers) => {
    const body = JSON.stringify({ query });
    const response = await fetch(`${platform.url}/graphql`, { method: 'POST', headers, body });
    expect(await response.text()).toContain('clw_sender_');
    expect(response.headers.get('cache-control')).toContain('no-');
  });
});

describe('an instant', () => {
  const create = (expiresAt: string) =>
    send(
      platform,
      'mutation ($at: DateTime!) { createApiKey(input: { expiresAt: $at }) { __typename } }',
      { at: expiresAt },
      sender,
    );

  it.each([
    '9999-12-31T23:59:59-00:01',
    '0000-01-01T00:00:00+00:01',
    '2999-02-29T00:00:00Z',
    '2999-04-31T00:00:00Z',
    '2999-13-01T00:00:00Z',
    '2999-01-01T24:00:01Z',
    '2999-01-01T00:00:00+24:00',
    'Infinity',
    '',
  ])('such as %j is refused for what it is', async (at) => {
    expect((await create(at)).errors?.[0]?.message).toContain('DateTime must be an RFC 3339 instant');
  });

  it.each(['9999-12-31T23:59:59Z', '2996-02-29t12:00:00.123456789+23:59'])('such as %j is taken', async (at) => {
    expect((await create(at)).data.createApiKey.__typename).toBe('CreateApiKeySuccess');
  });
});
