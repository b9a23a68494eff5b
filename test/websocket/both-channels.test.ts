import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  type Agent,
  agentAndSender,
  publishPolicies,
  readRequest,
  registerAgent,
  STANDUP,
  submitAccepted,
  untilChannels,
  untilStatus,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { connected as connectedTo } from '../testkit/backups.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask, mutateSuccessfully } from '../testkit/graphql.ts';
import { platformForTest, startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { CHANNEL_KINDS } from './either-channel.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(async () => {
  expect(platform.log.errors()).toEqual([]);
  await platform.stop();
});

const untilAgentIs = (agent: Agent, status: string) =>
  eventually(async () => {
    const data = await ask(platform, 'query ($id: ID!) { agent(id: $id) { status } }', { id: agent.id });
    expect(data.agent.status).toBe(status);
  });

describe.each(CHANNEL_KINDS)('a channel over the $name', ({ name, open }) => {
  async function connected() {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await open(platform, agent);
    const submit = (input?: object) => submitAccepted(platform, agent, sender, input);
    return { agent, sender, channel, submit };
  }

  it('makes its agent active while it is open', async () => {
    const { agent, channel } = await connected();
    await untilAgentIs(agent, 'ACTIVE');
    await channel.close();
    await untilAgentIs(agent, 'INACTIVE');
  });

  it('delivers a request whole', async () => {
    const { channel, sender, submit } = await connected();
    const { id, expiresAt } = await submit();
    expect(await channel.received(id)).toEqual({
      requestId: id,
      ...STANDUP,
      senderId: sender.id,
      attempt: 1,
      expiresAt,
    });
  });

  it('delivers what who approved it made of the params, also the second time, and shows what was asked for', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { id } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    const edited = { title: 'Standup', duration_minutes: 15 };
    const { rows } = await connectedTo(platform.databaseUrl, (client) =>
      client.query('update requests set effective_params = $2 where id = $1 returning is_held, bytes', [
        id,
        JSON.stringify(edited),
      ]),
    );
    expect(rows).toEqual([{ is_held: null, bytes: JSON.stringify(STANDUP.params).length }]);
    const first = await open(platform, agent);
    expect(await first.received(id)).toMatchObject({ params: edited, attempt: 1 });
    await first.close();
    const second = await open(platform, agent);
    expect(await second.received(id)).toMatchObject({ params: edited, attempt: 2 });
    await second.ack(id);
    await second.complete(id, {});
    expect(await untilStatus(platform, id, sender, 'COMPLETED')).toMatchObject({ params: STANDUP.params });
  });

  it('takes an ack, twice as well as once, and then the result', async () => {
    const { channel, sender, submit } = await connected();
    const { id } = await submit();
    await channel.received(id);
    await channel.ack(id);
    await channel.ack(id);
    await untilStatus(platform, id, sender, 'ACKED');
    await channel.complete(id, { event: 'evt-1' });
    expect((await untilStatus(platform, id, sender, 'COMPLETED')).result).toEqual({ event: 'evt-1' });
  });

  it('takes ack and result in one breath, in their order', async () => {
    const { channel, sender, submit } = await connected();
    const { id } = await submit();
    await channel.received(id);
    const acked = channel.ack(id);
    const completed = channel.complete(id, 'done');
    await Promise.all([acked, completed]);
    expect((await untilStatus(platform, id, sender, 'COMPLETED')).result).toBe('done');
  });

  it('takes a result without an ack', async () => {
    const { channel, sender, submit } = await connected();
    const { id } = await submit();
    await channel.received(id);
    await channel.complete(id);
    expect((await untilStatus(platform, id, sender, 'COMPLETED')).result).toBe(null);
  });

  it('takes an error with its code and message', async () => {
    const { channel, sender, submit } = await connected();
    const { id } = await submit();
    await channel.received(id);
    const error = { code: 'no_room', message: 'No room is free.' };
    await channel.fail(id, error);
    expect((await untilStatus(platform, id, sender, 'FAILED')).error).toEqual(error);
  });

  it('refuses a second outcome and an ack for what is finished, and changes nothing', async () => {
    const { channel, sender, submit } = await connected();
    const { id } = await submit();
    await channel.received(id);
    await channel.complete(id, 'first');
    const completed = await untilStatus(platform, id, sender, 'COMPLETED');
    expect(await channel.refusal(channel.complete(id, 'second'))).toBe('finished');
    expect(await channel.refusal(channel.fail(id, { code: 'late', message: 'late' }))).toBe('finished');
    expect(await channel.refusal(channel.ack(id))).toBe('finished');
    expect(await readRequest(platform, id, sender)).toEqual(completed);
  });

  it('knows nothing of a request that waits for approval, nor may it acknowledge it', async () => {
    const { agent, submit, sender, channel } = await connected();
    const rules = [{ condition: 'params_duration_minutes >= 30', action: 'REQUIRE_APPROVAL', reason: 'Long' }];
    await publishPolicies(platform, agent, { defaultAction: 'ALLOW', rules });
    const { id } = await submit();
    expect(await channel.refusal(channel.ack(id))).toBe('not-found');
    expect(await channel.refusal(channel.complete(id))).toBe('not-found');
    expect(await readRequest(platform, id, sender)).toMatchObject({ status: 'AWAITING_APPROVAL' });
  });

  it('knows nothing of requests of other agents, and of none that never were', async () => {
    const { sender, submit, channel } = await connected();
    const { id } = await submit();
    await channel.received(id);
    const thief = await open(platform, await registerAgent(platform));
    for (const each of [id, '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071', 'no-id', '']) {
      expect(await thief.refusal(thief.ack(each))).toBe('not-found');
      expect(await thief.refusal(thief.complete(each, 'stolen'))).toBe('not-found');
    }
    expect(await readRequest(platform, id, sender)).toMatchObject({ status: 'DISPATCHED', result: null });
  });

  // The raw WebSocket takes each outcome: see no-outcome-strands.test.ts.
  it.runIf(name === 'GraphQL subscription')(
    'refuses an outcome that is out of bounds, and takes a better one afterwards',
    async () => {
      const { channel, sender, submit } = await connected();
      const { id } = await submit();
      await channel.received(id);
      expect(await channel.refusal(channel.fail(id, { code: 'x'.repeat(65), message: 'm' }))).toBe('invalid');
      await channel.fail(id, { code: 'x', message: 'm' });
      await untilStatus(platform, id, sender, 'FAILED');
    },
  );

  it('tells that a request was cancelled, and why', async () => {
    const { channel, sender, submit } = await connected();
    const { id } = await submit();
    await channel.received(id);
    await mutateSuccessfully(platform, 'cancelRequest', { requestId: id, reason: 'No need' }, 'request { id }', sender);
    expect(await channel.cancelled(id)).toBe('No need');
    expect(await channel.refusal(channel.complete(id, 'late'))).toBe('finished');
  });

  it('releases what it held when it ends, with the next attempt', async () => {
    const { agent, channel, submit } = await connected();
    const { id } = await submit();
    await channel.received(id);
    await channel.close();
    const fresh = await open(platform, agent);
    expect((await fresh.received(id)).attempt).toBe(2);
  });

  it('gets what waited first, oldest first', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) {
      ids.push((await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' })).id);
    }
    const channel = await open(platform, agent);
    for (const id of ids) await channel.received(id);
    expect(channel.pending()).toEqual([]);
  });

  it('shares requests with another one of either kind', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channels = await Promise.all([
      open(platform, agent),
      ...CHANNEL_KINDS.map((kind) => kind.open(platform, agent)),
    ]);
    await untilChannels(platform, agent, 3, await logIn(platform));
    for (let n = 0; n < 6; n++) await submitAccepted(platform, agent, sender);
    await eventually(() => expect(channels.map((each) => each.pending().length)).toEqual([2, 2, 2]));
  });

  it('is closed with 4001 when its agent is deleted', async () => {
    const { agent, channel } = await connected();
    await mutateSuccessfully(platform, 'deleteAgent', { agentId: agent.id }, 'agentId', agent);
    expect(await channel.closeCode()).toBe(4001);
  });

  it('is closed with 4001 when the key that opened it is revoked, and takes nothing more', async () => {
    const { agent, sender, submit } = await connected();
    const { apiKey, key } = await mutateSuccessfully(platform, 'createApiKey', {}, 'apiKey key { id }', agent);
    const channel = await open(platform, { ...agent, apiKey });
    const { id } = await submit();
    await mutateSuccessfully(platform, 'revokeApiKey', { apiKeyId: key.id }, 'key { id }', agent);
    expect(await channel.closeCode()).toBe(4001);
    expect((await readRequest(platform, id, sender)).result).toBe(null);
  });

  it('is closed with 1001 when the node stops, and what it did not ack is there for the next node', async () => {
    const database = await createTestDatabase();
    onTestFinished(() => database.drop());
    const first = await platformForTest({ databaseUrl: database.url, env: { SHUTDOWN_GRACE_SECONDS: '0' } });
    const { agent, sender } = await agentAndSender(first);
    const channel = await open(first, agent);
    const { id } = await submitAccepted(first, agent, sender);
    await channel.received(id);
    const second = await platformForTest({ databaseUrl: database.url });
    const [code] = await Promise.all([channel.closeCode(), first.stop()]);
    expect(code).toBe(1001);
    const fresh = await open(second, agent);
    expect((await fresh.received(id)).attempt).toBe(2);
  });
});
