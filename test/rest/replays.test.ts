import { afterAll, beforeAll, expect, it } from 'vitest';
import { ClawciergeClient } from '../../agent-sdk/src/index.ts';
import { agentAndSender, openChannel, STANDUP } from '../testkit/actors.ts';
import { mutate, uniqueHandle } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { expectProblem, rest } from './rest-client.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.stop());

async function parties() {
  const { agent, sender } = await agentAndSender(platform);
  await openChannel(platform, agent);
  const key = uniqueHandle('key');
  const submit = (body: object) =>
    rest(platform, 'POST', `/v1/agents/${agent.handle}/requests`, {
      key: sender.apiKey,
      body: { ...STANDUP, ...body },
      headers: { 'idempotency-key': key },
    });
  return { agent, sender, key, submit };
}

it('a sender that repeats itself with another lifetime or another wish for queueing gets the first request, and is told', async () => {
  const { submit } = await parties();
  const first = await submit({ expires_in_seconds: 60 });
  expect(first.headers.get('idempotency-replayed')).toBeNull();
  for (const body of [{ expires_in_seconds: 600 }, { when_offline: 'queue' }, {}]) {
    const again = await submit(body);
    expect(again.status).toBe(202);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body).toMatchObject({ id: first.body.id, expires_at: first.body.expires_at });
  }
});

it('a sender that repeats a rejected request is told that it is the first rejection again', async () => {
  const { submit } = await parties();
  const first = await submit({ params: { title: 5 } });
  expectProblem(first, 422);
  expect(first.headers.get('idempotency-replayed')).toBeNull();
  const again = await submit({ params: { title: 5 }, expires_in_seconds: 600 });
  expectProblem(again, 422);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(again.body).toMatchObject({ request_id: first.body.request_id });
});

it('a sender that asks for something else under the same key is refused', async () => {
  const { submit } = await parties();
  await submit({});
  const other = await submit({ params: { title: 'Retro', duration_minutes: 30 } });
  expectProblem(other, 422);
  expect(other.headers.get('idempotency-replayed')).toBeNull();
});

it('of many senders at once under one key one is told that the request is new', async () => {
  const { submit } = await parties();
  const answers = await Promise.all(Array.from({ length: 20 }, () => submit({})));
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1);
});

it('GraphQL and the SDK say so, too', async () => {
  const { agent, sender, key: idempotencyKey } = await parties();
  const client = new ClawciergeClient({ url: platform.url, apiKey: sender.apiKey });
  const input = { handle: agent.handle, ...STANDUP, idempotencyKey };
  const first = await client.submit(input);
  expect(first.replayed).toBe(false);
  expect(await client.submit({ ...input, expiresInSeconds: 600 })).toMatchObject({ id: first.id, replayed: true });
  const answer = await mutate(
    platform,
    'submitRequest',
    { ...input, whenOffline: 'QUEUE' },
    'replayed request { id }',
    sender,
  );
  expect(answer).toMatchObject({ replayed: true, request: { id: first.id } });
});
