import { describe, expect, it } from 'vitest';
import { rest } from '../rest/rest-client.ts';
import { type Agent, agentAndSender, registerSender, type Sender } from '../testkit/actors.ts';
import { FUSE, lit } from '../testkit/burning-contract.ts';
import { mutate } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';

const LIT = lit(30);

const CHEAP = { action: 'note', paramsSchema: { properties: { text: { type: 'string' } } } };

const platform = platformForFile({
  env: {
    ENFORCEMENT_CPU_BUDGET_MS: '200',
    RATE_LIMIT_COMPUTING_MS_PER_MINUTE: '150',
    RATE_LIMIT_OWNER_COMPUTING_MS_PER_MINUTE: '150',
  },
});

const submit = (agent: Agent, { apiKey }: Sender, action: string, params: object) =>
  rest(platform, 'POST', `/v1/agents/${agent.handle}/requests`, {
    key: apiKey,
    body: { action, params, when_offline: 'queue' },
  });

const OF_OWNER = '"message":"a budget of computing is used up","limit":"computing","whose":"owner"';

describe('computing', () => {
  it('is charged to whoever asks: who has used theirs up is told so, and still has what costs nothing', async () => {
    const { agent, sender } = await agentAndSender(platform, [FUSE, CHEAP]);
    // The verdict, which cost more than there was.
    expect(await submit(agent, sender, 'burn', LIT)).toMatchObject({ status: 422, body: { kind: 'invalid_params' } });
    const refused = await submit(agent, sender, 'burn', LIT);
    expect(refused).toMatchObject({ status: 429, body: { 'violated-policies': ['computing'] } });
    const [, seconds] = /Try again in (\d+) s/.exec(refused.body.detail) ?? [];
    expect(refused.headers.get('retry-after')).toBe(seconds);
    expect(refused.headers.get('ratelimit')).toContain(`"computing";r=0;t=${seconds}`);
    expect(refused.headers.get('ratelimit-policy')).toContain('"computing";q=150;w=60');
    expect(await submit(agent, sender, 'note', { text: 'cheap' })).toMatchObject({ status: 202 });
    const another = await registerSender(platform);
    expect(await submit(agent, another, 'burn', LIT)).toMatchObject({ status: 422 });
  });

  it('is charged to the owner of the contract: what theirs is used up for comes last, and is decided all the same', async () => {
    const { agent, sender } = await agentAndSender(platform, [FUSE]);
    await submit(agent, sender, 'burn', LIT);
    const before = platform.log.lines.filter((line) => line.includes(OF_OWNER)).length;
    const another = await registerSender(platform);
    expect(await submit(agent, another, 'burn', { n: {} })).toMatchObject({ status: 202 });
    expect(platform.log.lines.filter((line) => line.includes(OF_OWNER))).toHaveLength(before + 1);
  });

  it('is charged to whoever publishes', async () => {
    const { agent } = await agentAndSender(platform, [CHEAP]);
    const capabilities = Array.from({ length: 60 }, (_, at) => ({
      action: `costs.${at}`,
      paramsSchema: {
        properties: Object.fromEntries(
          Array.from({ length: 60 }, (_, name) => [`p${name}`, { pattern: `^[a-${at % 2 ? 'y' : 'z'}]{1,9}${name}$` }]),
        ),
      },
    }));
    const input = { agentId: agent.id, capabilities };
    const publish = () => mutate(platform, 'publishCapabilities', input, 'contract { version }', agent);
    let answer = await publish();
    for (let tries = 0; answer.__typename === 'PublishCapabilitiesSuccess' && tries < 20; tries += 1)
      answer = await publish();
    expect(answer).toMatchObject({ __typename: 'RateLimitedError', violatedPolicies: ['computing'] });
  });
});
