import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Agent,
  acknowledge,
  agentAndSender,
  complete,
  openChannel,
  registerSender,
  submitAccepted,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { EventStream } from '../testkit/event-stream.ts';
import { eventually } from '../testkit/eventually.ts';
import { type Credential, mutateSuccessfully, Subscription } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { RawSocket } from '../testkit/raw-socket.ts';

const UPDATES = 'subscription ($id: ID!) { requestUpdates(requestId: $id) { id status params result error { code } } }';
const ACTIVITY = `subscription { platformActivity { __typename
  ... on RequestStatusChanged { request { id status params } } ... on AgentStatusChanged { agent { id status } } } }`;
const QUEUED = { whenOffline: 'QUEUE', expiresInSeconds: 86_400 };

const clock = createManualClock();
let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform({
    clock,
    env: { STREAMS_PER_ADDRESS_MAX: '20', WS_HEARTBEAT_TIMEOUT_SECONDS: '86400' },
  });
});
afterAll(async () => {
  expect(platform.log.errors()).toEqual([]);
  await platform.stop();
});

const follow = (id: string, by: Credential) => Subscription.open(platform, UPDATES, { id }, by).events;

async function takeStatuses(events: ReturnType<typeof follow>, count: number): Promise<string[]> {
  const statuses: string[] = [];
  while (statuses.length < count) statuses.push((await events.take()).status);
  return statuses;
}

describe('requestUpdates', () => {
  it('answers the request now, then every status that it has, and ends with the final one', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { id } = await submitAccepted(platform, agent, sender, QUEUED);
    const events = follow(id, sender);
    expect(await takeStatuses(events, 1)).toEqual(['PENDING']);
    const channel = await openChannel(platform, agent);
    await channel.received(id);
    await acknowledge(platform, agent, id);
    await complete(platform, agent, id, { done: true });
    expect(await takeStatuses(events, 2)).toEqual(['DISPATCHED', 'ACKED']);
    expect(await events.take()).toMatchObject({ status: 'COMPLETED', result: { done: true } });
    expect(await events.ended()).toEqual({ complete: true });
  });

  it('answers a finished request once, and ends', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { id } = await submitAccepted(platform, agent, sender, QUEUED);
    await mutateSuccessfully(platform, 'cancelRequest', { requestId: id }, 'request { id }', sender);
    const events = follow(id, sender);
    expect(await events.take()).toMatchObject({ status: 'CANCELLED', error: { code: 'cancelled' } });
    expect(await events.ended()).toEqual({ complete: true });
    expect(events.pending()).toEqual([]);
  });

  it('tells of the end that time brings', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { id } = await submitAccepted(platform, agent, sender, { ...QUEUED, expiresInSeconds: 60 });
    const events = follow(id, sender);
    await events.take();
    clock.advance(61_000);
    expect(await takeStatuses(events, 1)).toEqual(['TIMEOUT']);
  });

  it('is open to both parties and to administrators, and not to a stranger', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { id } = await submitAccepted(platform, agent, sender, QUEUED);
    for (const party of [agent, sender, await logIn(platform)]) {
      expect(await takeStatuses(follow(id, party), 1)).toEqual(['PENDING']);
    }
    const stranger = follow(id, await registerSender(platform));
    expect(await stranger.ended()).toMatchObject({ errors: [{ extensions: { code: 'REQUEST_NOT_FOUND' } }] });
  });

  it("never gives Alice one of Bob's events, while both of theirs come at once", async () => {
    const { agent, sender: alice } = await agentAndSender(platform);
    const bob = await registerSender(platform);
    await openChannel(platform, agent);
    const owners = await Promise.all(
      Array.from({ length: 40 }, async (_, n) => {
        const sender = n % 2 === 0 ? alice : bob;
        const { id } = await submitAccepted(platform, agent, sender, {
          params: { title: `${n}`, duration_minutes: 30 },
        });
        return { n, id, events: follow(id, sender) };
      }),
    );
    await Promise.all(owners.map(({ events }) => events.take()));
    await Promise.all(owners.map(({ id }) => complete(platform, agent, id)));
    for (const { n, id, events } of owners) {
      const last = await events.take(({ status }) => status === 'COMPLETED');
      expect(last).toMatchObject({ id, params: { title: `${n}` } });
      expect(events.pending((event) => event.id !== id)).toEqual([]);
    }
  });

  it('ends when the key that opened it is revoked, on a socket and as a stream', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { id } = await submitAccepted(platform, agent, sender, QUEUED);
    const second = await mutateSuccessfully(platform, 'createApiKey', {}, 'apiKey key { id }', sender);
    const [revoked, kept] = [follow(id, second), follow(id, sender)];
    const stream = await EventStream.open(platform, UPDATES, { id }, second);
    await Promise.all([revoked.take(), kept.take(), stream.events.take()]);
    await mutateSuccessfully(platform, 'revokeApiKey', { apiKeyId: second.key.id }, 'key { id }', sender);
    expect(await revoked.ended()).toMatchObject({ error: { code: 4001 } });
    await eventually(() => clock.advance(1_001));
    await stream.events.ended();
    await mutateSuccessfully(platform, 'cancelRequest', { requestId: id }, 'request { id }', sender);
    expect(await takeStatuses(kept, 1)).toEqual(['CANCELLED']);
    expect(stream.events.pending(({ data }) => data?.requestUpdates?.status === 'CANCELLED')).toEqual([]);
  });
});

describe('server-sent events', () => {
  it('carry requestUpdates to its end', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { id } = await submitAccepted(platform, agent, sender, QUEUED);
    const stream = await EventStream.open(platform, UPDATES, { id }, sender);
    expect((await stream.events.take()).data.requestUpdates.status).toBe('PENDING');
    await mutateSuccessfully(platform, 'cancelRequest', { requestId: id }, 'request { id }', sender);
    expect((await stream.events.take()).data.requestUpdates.status).toBe('CANCELLED');
    expect(await stream.events.ended()).toEqual({ end: true });
  });

  it('are bounded by address, and a place is free again when one ends', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { id } = await submitAccepted(platform, agent, sender, QUEUED);
    const open = () => EventStream.open(platform, UPDATES, { id }, sender);
    const streams = await eventually(async () => {
      const all = await Promise.all(Array.from({ length: 25 }, open));
      const refused = all.filter(({ status }) => status === 503);
      for (const stream of all) if (refused.length !== 5) stream.close();
      expect(refused).toHaveLength(5);
      return all;
    });
    const refused = streams.find(({ status }) => status === 503);
    expect(await refused?.events.take()).toMatchObject({ errors: [{ extensions: { code: 'TOO_MANY_STREAMS' } }] });
    for (const stream of streams) stream.close();
    await eventually(async () => expect((await open()).status).toBe(200));
  });

  it('that are open do not hold up the end of the platform', async () => {
    const other = await startTestPlatform();
    const { agent, sender } = await agentAndSender(other);
    const { id } = await submitAccepted(other, agent, sender, QUEUED);
    const stream = await EventStream.open(other, UPDATES, { id }, sender);
    await stream.events.take();
    await other.stop();
    await stream.events.ended();
  });
});

describe('a subscriber that stops reading while more than 1,024 events come', () => {
  const BIG = {
    params: { title: 'x'.repeat(30_000), duration_minutes: 30 },
    expiresInSeconds: 86_400,
    whenOffline: 'QUEUE',
  };

  /** Two events of everybody's each: submitted and cancelled. */
  async function makeEvents(agent: Agent, sender: Credential & { apiKey: string }, rounds: number) {
    for (let round = 0; round < rounds; round++) {
      await Promise.all(
        Array.from({ length: 25 }, async () => {
          const { id } = await submitAccepted(platform, agent, sender, BIG);
          await mutateSuccessfully(platform, 'cancelRequest', { requestId: id }, 'request { id }', sender);
        }),
      );
    }
  }

  it('is ended alone: the process lives, and others get every event', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { cookie } = await logIn(platform);
    const deaf = await RawSocket.open(platform, null, { headers: { cookie } });
    deaf.subscribe('1', ACTIVITY);
    const { id } = await submitAccepted(platform, agent, sender, QUEUED);
    await deaf.next('1');
    const others = follow(id, sender);
    await others.take();
    deaf.pause();
    await makeEvents(agent, sender, 24);
    deaf.resume();
    const isError = ({ type }: { type: string }) => type === 'error';
    expect((await deaf.messages.take(isError, 'error')).payload[0].extensions.code).toBe('TOO_SLOW');
    await mutateSuccessfully(platform, 'cancelRequest', { requestId: id }, 'request { id }', sender);
    expect(await takeStatuses(others, 1)).toEqual(['CANCELLED']);
  });

  it('over server-sent events is ended alone, too', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const deaf = await EventStream.open(platform, ACTIVITY, {}, await logIn(platform), { reads: false });
    expect(deaf.status).toBe(200);
    await makeEvents(agent, sender, 24);
    const { id } = await submitAccepted(platform, agent, sender, QUEUED);
    const others = await EventStream.open(platform, UPDATES, { id }, sender);
    await mutateSuccessfully(platform, 'cancelRequest', { requestId: id }, 'request { id }', sender);
    await others.events.take(({ data }) => data.requestUpdates.status === 'CANCELLED');
  });
});
