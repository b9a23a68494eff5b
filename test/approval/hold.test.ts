import { beforeAll, describe, expect, it } from 'vitest';
import { type RestAnswer, rest } from '../rest/rest-client.ts';
import {
  type OwnedAgent,
  openChannel,
  readRequest,
  registerSender,
  type Sender,
  submit,
  submitAccepted,
  untilStatus,
} from '../testkit/actors.ts';
import { holdingAgent } from '../testkit/approvals.ts';
import { databaseClient } from '../testkit/database-client.ts';
import { mutate } from '../testkit/graphql.ts';
import { whileLocked } from '../testkit/locked-table.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForFile, platformForTest, startTestPlatform, type TestPlatform } from '../testkit/platform.ts';

const clock = createManualClock();
const env = {
  WS_HEARTBEAT_TIMEOUT_SECONDS: '86400',
  APPROVALS_PENDING_PER_AGENT_MAX: '7',
  REQUEST_EXPIRY_MAX_SECONDS: '604800',
};
const platform = platformForFile({ clock, env });
const query = databaseClient(() => platform.databaseUrl);
let other: TestPlatform;
beforeAll(async () => {
  other = await startTestPlatform({ clock, env, databaseUrl: platform.databaseUrl });
  return () => other.stop();
});

const submitByRest = (to: TestPlatform, agent: { handle: string }, sender: { apiKey: string }, input: object) =>
  rest(to, 'POST', `/v1/agents/${agent.handle}/requests`, {
    key: sender.apiKey,
    body: { action: 'calendar.schedule', ...input },
  });

const title = (text: string) => ({ params: { title: text, duration_minutes: 30 } });

const requestsOf = async (agentId: string) => {
  const [row] = await query(
    `select count(*)::int as n, count(*) filter (where status = 'AWAITING_APPROVAL')::int as held from requests where agent_id = $1`,
    [agentId],
  );
  return row;
};

const denied = (requestId: string) =>
  query(
    `with approval as (update approvals set status = 'DENIED', resolved_at = $2 where request_id = $1)
     update requests set status = 'REJECTED', finished_at = $2, updated_at = $2 where id = $1`,
    [requestId, clock.now()],
  );

describe('the bounds of what is held', () => {
  it('let three of a thousand of one sender wait, over two nodes, and store nothing of the others', async () => {
    const { agent, sender } = await holdingAgent(platform);
    const answers: RestAnswer[] = [];
    const next = async (worker: number): Promise<void> => {
      const to = worker % 2 === 0 ? platform : other;
      for (let number = worker; number < 1_000; number += 20) {
        answers.push(await submitByRest(to, agent, sender, title(`Meeting ${number}`)));
      }
    };
    await Promise.all(Array.from({ length: 20 }, (_, worker) => next(worker)));
    const taken = answers.filter(({ status }) => status === 202);
    const refused = answers.filter(({ status }) => status === 429);
    expect([taken.length, refused.length]).toEqual([3, 997]);
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(80_000);
    expect(refused[0]?.body.detail).toContain('3 requests to this agent may wait for an approval');
    expect(await requestsOf(agent.id)).toEqual({ n: 3, held: 3 });
  });

  it('let one sender ask ten times within an hour', async () => {
    const { agent, sender } = await holdingAgent(platform);
    for (let number = 0; number < 10; number += 1) {
      const { id } = await submitAccepted(platform, agent, sender, title(`Meeting ${number}`));
      await mutate(platform, 'cancelRequest', { requestId: id }, 'request { id }', sender);
    }
    const refused = await submit(platform, agent, sender, title('One more'));
    expect(refused).toMatchObject({ __typename: 'RateLimitedError' });
    expect(refused.message).toContain('10 approvals of this agent within an hour');
    expect(refused.violatedPolicies).toEqual(['agent']);
    clock.advance(3_600_000);
    await submitAccepted(platform, agent, sender, title('One more'));
  });

  it('let so many wait for one agent, of all senders together', async () => {
    const { agent, sender } = await holdingAgent(platform);
    const senders = [sender, await registerSender(platform), await registerSender(platform)];
    const ask = (number: number) => submit(platform, agent, senders[number % 3] ?? sender, title(`Meeting ${number}`));
    for (let number = 0; number < 7; number += 1) {
      expect((await ask(number)).__typename).toBe('SubmitRequestSuccess');
    }
    const refused = await submit(other, agent, await registerSender(platform), title('One more'));
    expect(refused).toMatchObject({ __typename: 'RateLimitedError', retryAfterSeconds: 60 });
    expect(await requestsOf(agent.id)).toEqual({ n: 7, held: 7 });
  });

  it('let so many wait on the platform, exactly on a node alone, and one more when one is over', async () => {
    const clock = createManualClock();
    const own = await platformForTest({ clock, env: { APPROVALS_PENDING_MAX: '4' } });
    const agents = await Promise.all(Array.from({ length: 4 }, () => holdingAgent(own)));
    const senders = await Promise.all(Array.from({ length: 12 }, () => registerSender(own)));
    const ask = (sender: Sender, number: number, key = `key ${number}`) =>
      submit(own, (agents[number % 4] ?? agents[0])?.agent as OwnedAgent, sender, { idempotencyKey: key });
    const answers = await Promise.all(senders.map((sender, number) => ask(sender, number)));
    const isTaken = (answer: { __typename: string }) => answer.__typename === 'SubmitRequestSuccess';
    expect(answers.filter(isTaken)).toHaveLength(4);
    expect(answers.find((answer) => !isTaken(answer))?.message).toContain(
      'As many requests wait for approvals on this platform as may.',
    );
    // What was remembered of it is over.
    clock.advance(1_001);
    const first = answers.findIndex(isTaken);
    const again = await ask(senders[first] as Sender, first);
    expect(again.request.id).toBe(answers[first].request.id);
    await mutate(own, 'cancelRequest', { requestId: again.request.id }, 'request { id }', senders[first] as Sender);
    const next = await registerSender(own);
    // By then it is counted anew, and nobody is refused by what was.
    clock.advance(5_000);
    expect(isTaken(await ask(next, 0, 'next'))).toBe(true);
  });

  it('ask nobody about what was denied within the hour, and say so', async () => {
    const { agent, sender } = await holdingAgent(platform);
    const { id } = await submitAccepted(platform, agent, sender, title('Buy'));
    await denied(id);
    const again = await submit(other, agent, sender, title('Buy'));
    expect(again).toMatchObject({ __typename: 'RequestRejectedError', stage: 'approval', kind: 'APPROVAL_DENIED' });
    const [stored] = await query('select status, error_code, is_held from requests where id = $1', [again.requestId]);
    expect(stored).toEqual({ status: 'REJECTED', error_code: 'approval_denied', is_held: true });
    expect(await query('select id from approvals where request_id = $1', [again.requestId])).toEqual([]);
    await submitAccepted(platform, agent, sender, title('Buy something else'));
    clock.advance(3_600_000);
    await submitAccepted(platform, agent, sender, title('Buy'));
  });
});

describe('how long it waits', () => {
  it('is the window of the approval, where its sender says nothing', async () => {
    const { agent, sender } = await holdingAgent(platform);
    const request = await submitAccepted(platform, agent, sender);
    expect(Date.parse(request.expiresAt) - Date.parse(request.createdAt)).toBe(86_400_000);
    const [approval] = await query('select lifetime_seconds, expires_at from approvals where request_id = $1', [
      request.id,
    ]);
    expect(approval).toEqual({ lifetime_seconds: 300, expires_at: new Date(request.expiresAt) });
    clock.advance(3_600_000);
    expect((await readRequest(platform, request.id, sender)).status).toBe('AWAITING_APPROVAL');
    clock.advance(82_801_000);
    const expired = await untilStatus(platform, request.id, sender, 'TIMEOUT');
    expect(expired.error).toEqual({ code: 'approval_expired', message: 'Nobody decided in time.' });
    const [over] = await query('select status from approvals where request_id = $1', [request.id]);
    expect(over).toEqual({ status: 'EXPIRED' });
  });

  it('is no longer than its sender says, in all', async () => {
    const { agent, sender } = await holdingAgent(platform);
    const lifetimeOf = async (expiresInSeconds: number) => {
      const request = await submitAccepted(platform, agent, sender, {
        expiresInSeconds,
        ...title(`${expiresInSeconds}`),
      });
      const [approval] = await query('select lifetime_seconds from approvals where request_id = $1', [request.id]);
      return [(Date.parse(request.expiresAt) - Date.parse(request.createdAt)) / 1_000, approval?.lifetime_seconds];
    };
    expect(await lifetimeOf(90)).toEqual([90, null]);
    expect(await lifetimeOf(100_000)).toEqual([86_400, 13_600]);
  });
});

describe('a database that is not there for it', () => {
  it('holds nothing and delivers nothing: the caller is to come again', async () => {
    const own = await platformForTest({ env: { DATABASE_STATEMENT_TIMEOUT_SECONDS: '1' } });
    const { agent, sender } = await holdingAgent(own);
    const channel = await openChannel(own, agent);
    const answer = await whileLocked(own, 'approvals', 'access exclusive', () =>
      submitByRest(own, agent, sender, title('Meeting')),
    );
    expect(answer.status).toBe(503);
    const { body } = await rest(own, 'GET', '/v1/requests', { key: sender.apiKey });
    expect(body.items).toEqual([]);
    expect(channel.events.pending()).toEqual([]);
  });
});
