import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { agentAndSender, publishPolicies, registerSender, submit } from '../testkit/actors.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForFile } from '../testkit/platform.ts';
import { readsDuring } from '../testkit/statements.ts';

const clock = createManualClock();
const platform = platformForFile({ env: { APP_ENV: 'development', LOG_LEVEL: 'debug' }, clock });

/** How much a request reads once the node knows its agent and sender, while none of that gets old. */
const readsOf = (ask: () => Promise<unknown>) =>
  clock.standStill(async () => {
    await ask();
    return (await readsDuring(platform, ask)).length;
  });

const INPUT = { action: 'do', params: {}, whenOffline: 'QUEUE' };
const pair = async (cel: string) => {
  const { agent, sender } = await agentAndSender(platform, [{ action: 'do' }]);
  await publishPolicies(platform, agent, { rules: [{ cel, action: 'REJECT', reason: 'Too many' }] });
  const ask = () => submit(platform, agent, sender, INPUT);
  return { agent, sender, ask };
};

it('rules that name nothing that has to be read cost no read', async () => {
  const { ask } = await pair('now.getFullYear() < 2000 || sender.kind == "robot" || agent.handle == "x"');
  const plain = await readsOf(ask);
  const counting = await pair('sender.requests_last_day > 100 && sender.registered_at > now');
  // One statement for all counts, one for the registration.
  expect((await readsOf(counting.ask)) - plain).toBe(2);
});

it('what all senders asked of an agent within a minute is one read, and counts what others sent and what was rejected', async () => {
  const { agent, ask } = await pair('agent.requests_last_minute > 4');
  const other = await registerSender(platform);
  const asOther = () => submit(platform, agent, other, INPUT);
  const plain = await pair('sender.kind == "robot"');
  for (const each of [ask, asOther, plain.ask]) {
    expect(await each()).toMatchObject({ __typename: 'SubmitRequestSuccess' });
  }
  expect((await readsOf(ask)) - (await readsOf(plain.ask))).toBe(1);
  for (const each of [ask, asOther, ask]) expect(await each()).toMatchObject({ kind: 'POLICY', reason: 'Too many' });
});

async function query(text: string, values: readonly unknown[] = []): Promise<void> {
  const client = new pg.Client({ connectionString: platform.databaseUrl });
  await client.connect();
  await client.query(text, [...values]);
  await client.end();
}

it('a sender with more requests than are counted is denied, not let through', async () => {
  const { agent, sender, ask } = await pair('sender.requests_last_day > 20000');
  expect(await ask()).toMatchObject({ __typename: 'SubmitRequestSuccess' });
  await query(
    `insert into requests select (json_populate_record(r, json_build_object('id', gen_random_uuid()))).*
     from requests r, generate_series(1, 10100) where r.sender_id = $1 and r.agent_id = $2`,
    [sender.id, agent.id],
  );
  expect(await ask()).toMatchObject({
    kind: 'POLICY',
    reason: 'Policy rule 1 could not be evaluated for this request',
  });
});

it('what cannot be read denies', async () => {
  const { ask } = await pair('sender.registered_at > now');
  expect(await ask()).toMatchObject({ __typename: 'SubmitRequestSuccess' });
  await query('alter table senders rename column created_at to created_at_away');
  onTestFinished(() => query('alter table senders rename column created_at_away to created_at'));
  expect(await ask()).toMatchObject({
    kind: 'POLICY',
    reason: 'Policy rule 1 could not be evaluated for this request',
  });
});
