import { expect, it } from 'vitest';
import {
  agentAndSender,
  openChannel,
  registerSender,
  type Sender,
  STANDUP,
  submit,
  submitAccepted,
} from '../testkit/actors.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForFile } from '../testkit/platform.ts';
import { readsDuring } from '../testkit/statements.ts';

/** Time stands still: however long it takes, a count lasts. */
const clock = createManualClock();
const platform = platformForFile({ clock, env: { APP_ENV: 'development', LOG_LEVEL: 'debug' } });

/** Of 1,000 places in the queue of an agent that is away. */
const SHARE = 125;
const QUEUED = { whenOffline: 'QUEUE' };

const answersOf = (count: number, agent: { handle: string }, sender: Sender) =>
  Promise.all(Array.from({ length: count }, () => submit(platform, agent, sender, QUEUED)));

it('of 1,000 places one sender gets 125, is told so, and takes none from others', async () => {
  const { agent, sender } = await agentAndSender(platform);
  const answers = await answersOf(SHARE + 20, agent, sender);
  const refused = answers.filter(({ __typename }) => __typename === 'RateLimitedError');
  expect(refused).toHaveLength(20);
  for (const { message, retryAfterSeconds } of refused) {
    expect(message).toBe(
      `Of one sender ${SHARE} requests may wait for this agent, with params of 4194304 bytes in all. Try again in 5 s.`,
    );
    expect(retryAfterSeconds).toBe(5);
  }
  const other = await registerSender(platform);
  expect(await submit(platform, agent, other, QUEUED)).toMatchObject({ __typename: 'SubmitRequestSuccess' });
  // Whoever is refused at one agent is not at another.
  const elsewhere = await agentAndSender(platform);
  expect(await submit(platform, elsewhere.agent, sender, QUEUED)).toMatchObject({
    __typename: 'SubmitRequestSuccess',
  });
});

it('REST tells the same, with when to come again', async () => {
  const { agent, sender } = await agentAndSender(platform);
  await answersOf(SHARE, agent, sender);
  const answer = await fetch(`${platform.url}/v1/agents/${agent.handle}/requests`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sender.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...STANDUP, when_offline: 'queue' }),
  });
  expect(answer.status).toBe(429);
  expect(answer.headers.get('retry-after')).toBe('5');
  expect(await answer.json()).toMatchObject({ detail: expect.stringContaining(`Of one sender ${SHARE} requests`) });
});

it('is one count for many requests that wait, and none for those that a channel takes', async () => {
  const { agent, sender } = await agentAndSender(platform);
  const countsDuring = async (work: () => Promise<unknown>) =>
    (await readsDuring(platform, work)).filter((line) => JSON.parse(line).sql.includes('group by "w"."sender_id"'))
      .length;
  const counts = await countsDuring(() => answersOf(20, agent, sender));
  expect(counts).toBeGreaterThanOrEqual(1);
  expect(counts).toBeLessThanOrEqual(2);
  const connected = await agentAndSender(platform);
  const channel = await openChannel(platform, connected.agent);
  const lifecycle = async () => {
    const { id } = await submitAccepted(platform, connected.agent, connected.sender);
    await channel.received(id);
  };
  expect(await countsDuring(lifecycle)).toBe(0);
});
