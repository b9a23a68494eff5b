import { afterAll, beforeAll, expect, it } from 'vitest';
import { mintApiKey } from '../../src/application/keys/api-key-format.ts';
import { acknowledge, agentAndSender, submitAccepted, untilStatus } from '../testkit/actors.ts';
import { connected } from '../testkit/backups.ts';
import { ask, send } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.stop());

const inDatabase = (sql: string, values: readonly unknown[]) =>
  connected(platform.databaseUrl, (client) => client.query(sql, [...values]));

const KEYS = '{ viewer { ... on Agent { apiKeys { kind scopes isLimited label } } } }';

it('a key that is limited may do what its scopes say, another all of its kind, whatever is written beside it', async () => {
  const { agent, sender } = await agentAndSender(platform);
  const { text, prefix, hash } = mintApiKey('AGENT');
  await inDatabase(
    `insert into api_keys (id, agent_id, hash, prefix, scopes, created_at, label, is_limited)
    values (gen_random_uuid(), $1, $2, $3, '{channel:open,requests:answer,owner:manage}', now(), 'The worker', true)`,
    [agent.id, hash, prefix],
  );
  // As releases before wrote it.
  await inDatabase(`update api_keys set scopes = '{agent:manage}' where agent_id = $1 and not is_limited`, [agent.id]);
  const worker = { ...agent, apiKey: text };
  const { id } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
  expect(await send(platform, KEYS, {}, worker)).toMatchObject({
    errors: [{ message: 'This key lacks the scope "agent:manage".', extensions: { code: 'FORBIDDEN' } }],
  });
  expect((await acknowledge(platform, worker, id)).__typename).toBe('RequestNotFoundError');
  await untilStatus(platform, id, sender, 'PENDING');
  const { viewer } = await ask(platform, KEYS, {}, agent);
  expect(viewer.apiKeys).toEqual([
    { kind: 'AGENT', scopes: ['channel:open', 'requests:answer'], isLimited: true, label: 'The worker' },
    {
      kind: 'AGENT',
      scopes: ['agent:manage', 'audit:read', 'channel:open', 'requests:answer', 'requests:read', 'requests:submit'],
      isLimited: false,
      label: null,
    },
  ]);
});
