import { expect, it } from 'vitest';
import { type OwnedAgent, ownerOf, registerAgent } from '../testkit/actors.ts';
import { databaseClient } from '../testkit/database-client.ts';
import { ask, type Credential, send } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';

const platform = platformForFile();
const query = databaseClient(() => platform.databaseUrl);

/** What makes a key, each with what it is given. */
const MAKE = {
  createApiKey: async () => ({}),
  rotateApiKey: async (agent: OwnedAgent) => ({ apiKeyId: (await keysOf(agent))[0] }),
  createApprover: async (agent: OwnedAgent) => ({ displayName: 'Ann', agentIds: [agent.id] }),
} as const;

const keysOf = async (agent: OwnedAgent): Promise<string[]> =>
  (await query('select id from api_keys where agent_id = $1', [agent.id])).map(({ id }) => String(id));

/** A node that no hint has reached yet knows a key from its memory. */
const VANISH = {
  'is gone': 'delete from api_keys where owner_id = (select owner_id from agents where id = $1)',
  'was revoked':
    'update api_keys set revoked_at = created_at where owner_id = (select owner_id from agents where id = $1)',
} as const;

const cases = Object.keys(VANISH).flatMap((how) => Object.keys(MAKE).map((mutation) => [how, mutation] as const));

it.each(cases)('a key that %s since the caller was let in with it makes no other one: %s', async (how, mutation) => {
  const agent = await registerAgent(platform);
  const by: Credential = ownerOf(agent);
  await ask(platform, '{ viewer { __typename } }', {}, by);
  const input = await MAKE[mutation as keyof typeof MAKE](agent);
  await query(VANISH[how as keyof typeof VANISH], [agent.id]);
  const before = await query('select count(*)::int as n from api_keys');
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input!`;
  const document = `mutation ($input: ${type}) { ${mutation}(input: $input) { __typename } }`;
  const { data, errors } = await send(platform, document, { input }, by);
  expect({ made: data?.[mutation] ?? null, code: errors?.[0]?.extensions?.code }).toEqual({
    made: null,
    code: 'UNAUTHENTICATED',
  });
  expect(await query('select count(*)::int as n from api_keys')).toEqual(before);
});
