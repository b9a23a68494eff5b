import { expect, it } from 'vitest';
import { agentAndSender, publishCapabilities, readRequest, submit, submitAccepted } from '../testkit/actors.ts';
import { eventually } from '../testkit/eventually.ts';
import { mutate, mutateSuccessfully } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForTest } from '../testkit/platform.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

it('forgets requests that were finished long ago, and none that are open', async () => {
  const clock = createManualClock();
  const env = { REQUEST_RETENTION_DAYS: '2', REQUEST_EXPIRY_MAX_SECONDS: '864000' };
  const platform = await platformForTest({ clock, env });
  const { agent, sender } = await agentAndSender(platform);
  const rejected = await submit(platform, agent, sender, { action: 'email.send' });
  const open = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE', expiresInSeconds: 864_000 });
  const cancelled = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
  await mutateSuccessfully(platform, 'cancelRequest', { requestId: cancelled.id }, 'request { id }', sender);

  clock.advance(1 * DAY_MS);
  expect(await readRequest(platform, cancelled.id, sender)).toMatchObject({ status: 'CANCELLED' });
  clock.advance(1.5 * DAY_MS);
  for (const id of [rejected.requestId, cancelled.id]) {
    await eventually(async () => {
      clock.advance(60_000);
      expect(await readRequest(platform, id, sender)).toBeNull();
    });
  }
  expect(await readRequest(platform, open.id, sender)).toMatchObject({ status: 'PENDING' });
});

it('takes only so many contracts and policy sets of an agent in a minute', async () => {
  const platform = await platformForTest({ env: { RATE_LIMIT_PUBLICATIONS_PER_MINUTE: '3' } });
  const { agent } = await agentAndSender(platform);
  await publishCapabilities(platform, agent);
  await mutateSuccessfully(platform, 'publishPolicies', { agentId: agent.id, rules: [] }, 'policySet { id }', agent);
  const input = { agentId: agent.id, capabilities: [] };
  expect(await mutate(platform, 'publishCapabilities', input, 'contract { id }', agent)).toMatchObject({
    __typename: 'RateLimitedError',
  });
  const body = JSON.stringify({ capabilities: [] });
  const headers = { authorization: `Bearer ${agent.apiKey}`, 'content-type': 'application/json' };
  const answer = await fetch(`${platform.url}/v1/agents/${agent.id}/capabilities`, { method: 'PUT', headers, body });
  expect(answer.status).toBe(429);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
});
