import { describe, expect, it } from 'vitest';
import { agentAndSender, ownerOf, readRequest, registerSender, STANDUP, submitAccepted } from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { databaseClient } from '../testkit/database-client.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask, mutate } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForFile } from '../testkit/platform.ts';

const KEPT = 5;
const clock = createManualClock();
const platform = platformForFile({ clock, env: { REJECTIONS_KEPT_PER_MINUTE: String(KEPT) } });
const inDatabase = databaseClient(() => platform.databaseUrl);

const LARGE = { ...STANDUP.params, title: 'x'.repeat(60_000), duration_minutes: 1 };
const manyOf = <Answer>(count: number, one: () => Promise<Answer>) => Promise.all(Array.from({ length: count }, one));
const REJECTED = '... on RequestRejectedError { stage kind reason requestId kept }';
const rejectedBy = (agent: { handle: string }, sender: { apiKey: string }, more: object = {}) =>
  mutate(
    platform,
    'submitRequest',
    { handle: agent.handle, action: STANDUP.action, params: LARGE, ...more },
    `request { id } } ${REJECTED} ... on SubmitRequestSuccess { replayed`,
    sender,
  );

/** Bytes of what the platform stored of the agent's requests. */
const storedOf = async ({ id }: { id: string }) => {
  const [row] = await inDatabase(
    'select count(*)::int as rows, coalesce(sum(octet_length(params::text)), 0)::int as bytes from requests where agent_id = $1',
    [id],
  );
  return row as { rows: number; bytes: number };
};

const NOT_KEPT = `query ($id: ID!, $since: DateTime!) {
  agent(id: $id) { rejectionsNotKept(since: $since) { senderId stage count } } }`;
const since = new Date(Date.now() - 3_600_000).toISOString();
const notKept = async ({ id }: { id: string }, by: object) =>
  (await ask(platform, NOT_KEPT, { id, since }, by)).agent.rejectionsNotKept;

const OVERVIEW = `query ($from: DateTime!, $to: DateTime!) { overview(from: $from, to: $to, buckets: 1) {
  buckets { byStatus { status count } } rejections { stage reason count } } }`;

const notKeptOverRest = async ({ handle }: { handle: string }, by: { apiKey: string }, query = '') => {
  const headers = { authorization: `Bearer ${by.apiKey}` };
  const answer = await fetch(`${platform.url}/v1/agents/${handle}/rejections-not-kept${query}`, { headers });
  return [answer.status, await answer.json()];
};

describe('a flood of requests that are rejected', () => {
  it('stores so many of one sender in a minute, and only counts the others', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const answers = await clock.standStill(() => manyOf(60, () => rejectedBy(agent, sender)));
    expect(answers.filter(({ kept }) => kept)).toHaveLength(KEPT);
    for (const answer of answers) {
      expect(answer).toMatchObject({
        __typename: 'RequestRejectedError',
        stage: 'capability_sandbox',
        kind: 'INVALID_PARAMS',
      });
    }
    const stored = await storedOf(agent);
    expect(stored.rows).toBe(KEPT);
    expect(stored.bytes).toBeLessThan(KEPT * 61_000);

    const counted = { senderId: sender.id, stage: 'capability_sandbox', count: answers.length - KEPT };
    await eventually(async () => {
      clock.advance(1_000);
      expect(await notKept(agent, agent)).toEqual([counted]);
    });
    expect(await notKeptOverRest(agent, ownerOf(agent))).toEqual([
      200,
      { items: [{ sender_id: sender.id, stage: counted.stage, count: counted.count }] },
    ]);
    // More than the answer's integers can tell, once the minutes are summed.
    await inDatabase(
      `insert into rejections_not_kept (starts_at, agent_id, sender_id, stage, count)
       select starts_at - n * interval '1 minute', agent_id, sender_id, stage, 2147483647
       from rejections_not_kept, generate_series(1, 2) n where agent_id = $1`,
      [agent.id],
    );
    const admin = await logIn(platform);
    const overviewNow = async () => {
      const window = { from: since, to: new Date(clock.now().getTime() + 60_000).toISOString() };
      return (await ask(platform, OVERVIEW, window, admin)).overview;
    };
    expect(await notKept(agent, agent)).toEqual([{ ...counted, count: 2_147_483_647 }]);
    const flooded = await overviewNow();
    expect(flooded.buckets[0].byStatus).toEqual([{ status: 'REJECTED', count: 2_147_483_647 }]);
    expect(flooded.rejections).toContainEqual(expect.objectContaining({ count: 2_147_483_647 }));
    await inDatabase('delete from rejections_not_kept where agent_id = $1 and count = 2147483647', [agent.id]);
    const later = new Date(clock.now().getTime() + 60_000).toISOString();
    expect(await notKeptOverRest(agent, agent, `?since=${later}`)).toEqual([200, { items: [] }]);
    clock.advance(60_000);
    expect(await rejectedBy(agent, sender)).toMatchObject({ kept: true });
    const overview = await overviewNow();
    expect(overview.buckets[0].byStatus).toEqual([{ status: 'REJECTED', count: answers.length + 1 }]);
    expect(overview.rejections).toContainEqual({
      stage: 'capability_sandbox',
      reason: 'Rejected and not kept',
      count: counted.count,
    });
  });

  it('is told which of its requests nothing is found of, whose idempotency key is free', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const keyed = { idempotencyKey: 'once' };
    await clock.standStill(async () => {
      await manyOf(KEPT, () => rejectedBy(agent, sender));
      const gone = await rejectedBy(agent, sender, keyed);
      expect(gone).toMatchObject({ kept: false, kind: 'INVALID_PARAMS' });
      expect(await readRequest(platform, gone.requestId, sender)).toBeNull();
      const answer = await fetch(`${platform.url}/v1/agents/${agent.handle}/requests`, {
        method: 'POST',
        headers: { authorization: `Bearer ${sender.apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ action: STANDUP.action, params: LARGE }),
      });
      expect([answer.status, await answer.json()]).toEqual([422, expect.objectContaining({ kept: false })]);
    });
    await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE', ...keyed });
  });

  it('from many senders stores ten times as many of one agent', async () => {
    const { agent } = await agentAndSender(platform);
    const senders = await manyOf(14, () => registerSender(platform));
    const answers = await clock.standStill(() =>
      Promise.all(senders.map((sender) => manyOf(KEPT, () => rejectedBy(agent, sender)))),
    );
    expect(answers.flat().filter(({ kept }) => kept)).toHaveLength(10 * KEPT);
    expect((await storedOf(agent)).rows).toBe(10 * KEPT);
  });

  it('is told to nobody but those who manage the agent', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const variables = { id: agent.id, since };
    await expect(ask(platform, NOT_KEPT, variables, sender)).rejects.toThrow(/FORBIDDEN/);
    expect(await notKeptOverRest(agent, sender)).toMatchObject([403, {}]);
  });
});
