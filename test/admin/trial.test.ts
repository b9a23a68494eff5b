import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentAndSender, openChannel, publishPolicies, STANDUP } from '../testkit/actors.ts';
import { ask, mutate } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { adminCookie } from './admin-forms.ts';

let platform: TestPlatform;
let admin: { cookie: string };
beforeAll(async () => {
  platform = await startTestPlatform();
  admin = { cookie: await adminCookie(platform) };
});
afterAll(() => platform.stop());

const DRY_RUN = `query ($input: DryRunInput!) { dryRun(input: $input) { __typename
  ... on DryRunSuccess { outcome stages { stage passed reason durationMs } }
  ... on DomainError { message } ... on InvalidInputError { issues { path } } } }`;

const dryRun = async (input: object) => (await ask(platform, DRY_RUN, { input }, admin)).dryRun;
const requestsTo = async (handle: string) =>
  (await ask(platform, 'query ($handle: String!) { requests(handle: $handle) { totalCount } }', { handle }, admin))
    .requests.totalCount;

describe('a dry run', () => {
  it('says what each stage says, and leaves nothing', async () => {
    const { agent } = await agentAndSender(platform);
    const accepted = await dryRun({ handle: agent.handle, ...STANDUP });
    expect(accepted).toMatchObject({ __typename: 'DryRunSuccess', outcome: 'PASSED' });
    expect(accepted.stages.map(({ stage }: { stage: string }) => stage)).toEqual([
      'policy_engine',
      'capability_sandbox',
    ]);
    const denied = await dryRun({ handle: agent.handle, ...STANDUP, params: { title: 'Long', duration_minutes: 999 } });
    expect(denied.outcome).toBe('DENIED');
    expect(denied.stages.at(-1)).toMatchObject({ stage: 'capability_sandbox', passed: false });
    expect(await requestsTo(agent.handle)).toBe(0);
  });

  it('can pretend to be a certain sender', async () => {
    const { agent, sender } = await agentAndSender(platform);
    await publishPolicies(platform, agent, {
      rules: [{ condition: `sender_id == '${sender.id}'`, action: 'REJECT', reason: 'Not you' }],
    });
    expect((await dryRun({ handle: agent.handle, ...STANDUP })).outcome).toBe('PASSED');
    expect(await dryRun({ handle: agent.handle, ...STANDUP, senderId: sender.id })).toMatchObject({
      outcome: 'DENIED',
      stages: [{ stage: 'policy_engine', reason: expect.stringContaining('Not you') }],
    });
  });

  it('tells an unknown agent and bad input', async () => {
    expect(await dryRun({ handle: 'nobody.here', action: 'x' })).toMatchObject({ __typename: 'AgentNotFoundError' });
    const { agent } = await agentAndSender(platform);
    const bad = await dryRun({ handle: agent.handle, action: '', senderId: 'x' });
    expect(bad.issues.map(({ path }: { path: string }) => path)).toEqual(['input.action', 'input.senderId']);
  });
});

describe('a test request', () => {
  const submitTest = (input: object) =>
    mutate(platform, 'submitTestRequest', input, 'request { id status senderId senderName }', admin);

  it('is a real request of the test sender', async () => {
    const { agent } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const answers = await Promise.all([1, 2, 3].map(() => submitTest({ handle: agent.handle, ...STANDUP })));
    for (const { request } of answers) {
      expect(request.senderName).toMatch(/test sender/);
      await channel.received(request.id);
    }
    expect(new Set(answers.map(({ request }) => request.senderId)).size).toBe(1);
  });

  it('is refused as any other', async () => {
    const { agent } = await agentAndSender(platform);
    expect(await submitTest({ handle: agent.handle, ...STANDUP })).toMatchObject({
      __typename: 'AgentNotConnectedError',
    });
    expect(await submitTest({ handle: agent.handle, action: 'none' })).toMatchObject({
      __typename: 'RequestRejectedError',
      stage: 'capability_sandbox',
    });
  });
});
