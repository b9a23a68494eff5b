import { beforeAll, describe, expect, it } from 'vitest';
import { TEST_SENDER_ID } from '../../src/application/admin/try-requests.ts';
import {
  type Agent,
  acknowledge,
  agentAndSender,
  openChannel,
  readRequest,
  registerSender,
  STANDUP,
  submit,
  submitAccepted,
  untilStatus,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask, type Credential, mutate, mutateSuccessfully, Subscription, send } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForFile } from '../testkit/platform.ts';
import { RawChannel } from '../websocket/raw-channel.ts';

const REASON = 'Sends the same thing to everybody';

const clock = createManualClock();
const platform = platformForFile({ clock });
let admin: Credential;
beforeAll(async () => {
  admin = await logIn(platform);
});

const act = (field: string, id: string, input: object = {}) =>
  mutateSuccessfully(
    platform,
    field,
    { id, ...input },
    field.endsWith('Sender') ? 'sender { id }' : 'agent { id }',
    admin,
  );
const suspendSender = (id: string) => act('suspendSender', id, { reason: REASON });
const suspendAgent = (id: string) => act('suspendAgent', id, { reason: REASON });

const QUEUED = { whenOffline: 'QUEUE' } as const;
const refused = (who: 'sender' | 'agent') => ({
  __typename: 'SuspendedError',
  message: `An administrator has suspended the ${who}.`,
});

const statusOf = async (agent: Agent) =>
  (await ask(platform, 'query ($id: ID!) { agent(id: $id) { status } }', { id: agent.id })).agent.status;

describe('a suspended sender', () => {
  it('submits nothing, is not told why, and goes on reading and cancelling', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { id } = await submitAccepted(platform, agent, sender, QUEUED);
    await suspendSender(sender.id);

    expect(await submit(platform, agent, sender, QUEUED)).toEqual(refused('sender'));
    expect(await readRequest(platform, id, sender)).toMatchObject({ status: 'PENDING' });
    const cancelled = await mutate(platform, 'cancelRequest', { requestId: id }, 'request { status }', sender);
    expect(cancelled.request).toEqual({ status: 'CANCELLED' });
  });

  it('gets the same answer over REST', async () => {
    const { agent, sender } = await agentAndSender(platform);
    await suspendSender(sender.id);
    const response = await fetch(`${platform.url}/v1/agents/${agent.handle}/requests`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sender.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(STANDUP),
    });
    const body = await response.text();
    expect(response.status, body).toBe(403);
    expect(JSON.parse(body)).toMatchObject({ type: '/docs#problem-suspended', detail: refused('sender').message });
    expect(body).not.toContain(REASON);
  });

  it('submits nothing over a socket that was open before', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const document = `mutation ($input: SubmitRequestInput!) { submitRequest(input: $input) { __typename } }`;
    const { id } = await submitAccepted(platform, agent, sender, QUEUED);
    const updates = 'subscription ($id: ID!) { requestUpdates(requestId: $id) { status } }';
    const socket = Subscription.open(platform, updates, { id }, sender);
    await socket.events.take();
    await suspendSender(sender.id);
    const answer = socket.also(document, { input: { handle: agent.handle, ...STANDUP, ...QUEUED } });
    expect(await answer.take()).toEqual({ __typename: 'SuspendedError' });
  });

  it('has what waits delivered once it is resumed, and not before', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const honest = await registerSender(platform);
    const waiting = await submitAccepted(platform, agent, sender, QUEUED);
    await suspendSender(sender.id);
    const channel = await openChannel(platform, agent);
    const other = await submitAccepted(platform, agent, honest);
    await channel.received(other.id);
    expect(await readRequest(platform, waiting.id, sender)).toMatchObject({ status: 'PENDING', attempts: 0 });

    await act('resumeSender', sender.id, { reason: 'It was a mistake' });
    await channel.received(waiting.id);
    await submitAccepted(platform, agent, sender);
  });

  it('has what an agent was given already finished', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const { id } = await submitAccepted(platform, agent, sender);
    await channel.received(id);
    await acknowledge(platform, agent, id);
    await suspendSender(sender.id);
    await mutateSuccessfully(platform, 'completeRequest', { requestId: id, result: {} }, 'request { status }', agent);
  });

  it('is one that nobody else can tell from others', async () => {
    const { agent, sender } = await agentAndSender(platform);
    await suspendSender(sender.id);
    const viewer = '{ viewer { ... on Sender { suspension { reason } } } }';
    const { errors } = await send(platform, viewer, {}, sender);
    expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    const { errors: ofAgent } = await send(
      platform,
      '{ viewer { ... on Agent { suspension { reason } } } }',
      {},
      agent,
    );
    expect(ofAgent?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });
});

describe('a suspended agent', () => {
  it('loses its channels over either transport with 4201, and opens none', async () => {
    const { agent } = await agentAndSender(platform);
    const overGraphql = await openChannel(platform, agent);
    const raw = await RawChannel.open(platform, agent);
    await suspendAgent(agent.id);
    expect(await overGraphql.events.ended()).toMatchObject({ error: { code: 4201 } });
    expect(await raw.closeCode()).toBe(4201);
    await eventually(async () => expect(await statusOf(agent)).toBe('INACTIVE'));

    const again = Subscription.open(platform, 'subscription { agentChannel { __typename } }', {}, agent);
    expect(await again.events.ended()).toMatchObject({ errors: [{ extensions: { code: 'SUSPENDED' } }] });
    const rawAgain = await RawChannel.open(platform, agent);
    expect(await rawAgain.closeCode()).toBe(4201);
    expect(await statusOf(agent)).toBe('INACTIVE');
  });

  it('is asked nothing, asks nothing and answers nothing until it is resumed', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { agent: other } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const { id } = await submitAccepted(platform, agent, sender);
    await channel.received(id);
    await acknowledge(platform, agent, id);
    await suspendAgent(agent.handle);

    expect(await submit(platform, agent, sender, QUEUED)).toEqual(refused('agent'));
    expect(await submit(platform, other, agent, QUEUED)).toEqual(refused('sender'));
    const complete = () => mutate(platform, 'completeRequest', { requestId: id }, 'request { status }', agent);
    expect(await complete()).toEqual(refused('agent'));
    expect(await acknowledge(platform, agent, id)).toEqual(refused('agent'));
    await untilStatus(platform, id, sender, 'PENDING');

    await act('resumeAgent', agent.id);
    const next = await openChannel(platform, agent);
    await next.received(id);
    expect((await complete()).request).toEqual({ status: 'COMPLETED' });
  });

  it('still publishes and reads', async () => {
    const { agent } = await agentAndSender(platform);
    await suspendAgent(agent.id);
    await mutateSuccessfully(platform, 'publishPolicies', { agentId: agent.id, rules: [] }, '__typename', agent);
    expect((await ask(platform, '{ requests { totalCount } }', {}, agent)).requests.totalCount).toBe(0);
  });
});

describe('what waits for who is suspended', () => {
  it.each(['sender', 'agent'] as const)('is told so when it expires meanwhile: %s', async (who) => {
    const { agent, sender } = await agentAndSender(platform);
    const { id } = await submitAccepted(platform, agent, sender, { ...QUEUED, expiresInSeconds: 60 });
    await (who === 'sender' ? suspendSender(sender.id) : suspendAgent(agent.id));
    clock.advance(60_000);
    const { error } = await untilStatus(platform, id, sender, 'TIMEOUT');
    expect(error).toEqual({
      code: 'suspended',
      message: 'The request expired while its sender or its agent was suspended.',
    });
  });
});

describe('administrators', () => {
  const SUSPENSION = 'suspension { reason by at }';

  it('see why, by whom and since when, and give another reason by suspending again', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const read = async () => {
      const document = `query ($sender: ID!, $agent: ID!) {
        sender(id: $sender) { id displayName ${SUSPENSION} } agent(id: $agent) { ${SUSPENSION} } }`;
      return ask(platform, document, { sender: sender.id, agent: agent.id }, admin);
    };
    expect(await read()).toMatchObject({ sender: { id: sender.id, suspension: null }, agent: { suspension: null } });
    await suspendSender(sender.id);
    await act('suspendSender', sender.id, { reason: 'Another' });
    await suspendAgent(agent.id);
    expect(await read()).toMatchObject({
      sender: { suspension: { reason: 'Another', by: 'admin' } },
      agent: { suspension: { reason: REASON, by: 'admin' } },
    });
    await act('resumeSender', sender.id);
    await act('resumeSender', sender.id);
    await act('resumeAgent', agent.id);
    await act('resumeAgent', agent.id);
    expect(await read()).toMatchObject({ sender: { suspension: null }, agent: { suspension: null } });
  });

  it('are told of an unknown id, of one of the other kind, and of a reason that is none', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const answer = async (field: string, input: object) =>
      (await mutate(platform, field, input, '__typename', admin)).__typename;
    expect(await answer('suspendSender', { id: agent.id, reason: 'a' })).toBe('SenderNotFoundError');
    expect(await answer('suspendAgent', { id: sender.id, reason: 'a' })).toBe('AgentNotFoundError');
    expect(await answer('resumeSender', { id: 'nobody' })).toBe('SenderNotFoundError');
    expect(await answer('resumeAgent', { id: 'nobody' })).toBe('AgentNotFoundError');
    for (const reason of ['', ' ', 'a'.repeat(501), 'a\u0000']) {
      expect(await answer('suspendSender', { id: sender.id, reason })).toBe('InvalidInputError');
    }
    expect(await answer('resumeSender', { id: sender.id, reason: 'a'.repeat(501) })).toBe('InvalidInputError');
  });

  it('stop their own test sender, too', async () => {
    const { agent } = await agentAndSender(platform);
    const test = () =>
      mutate(platform, 'submitTestRequest', { handle: agent.handle, ...STANDUP, ...QUEUED }, 'request { id }', admin);
    expect((await test()).__typename).toBe('SubmitTestRequestSuccess');
    await suspendSender(TEST_SENDER_ID);
    expect(await test()).toEqual(refused('sender'));
    await act('resumeSender', TEST_SENDER_ID);
    expect((await test()).__typename).toBe('SubmitTestRequestSuccess');
  });

  it('find senders by name, by id and by whether they are suspended, with their keys', async () => {
    const register = async (displayName: string) =>
      (await mutateSuccessfully(platform, 'registerSender', { displayName }, 'sender { id }')).sender.id;
    const ids = [await register('Umbrella 50% Works'), await register('umbrella works'), await register('Acme')];
    const list = async (args: string) => {
      const { senders } = await ask(
        platform,
        `{ senders(${args}) { edges { node { id apiKeys { prefix } } } totalCount isTotalCountExact pageInfo { hasNextPage endCursor } } }`,
        {},
        admin,
      );
      return { ids: senders.edges.map(({ node }: { node: { id: string } }) => node.id), ...senders };
    };
    expect((await list('search: "WORKS umbrella"')).ids).toEqual([ids[1], ids[0]]);
    expect((await list('search: "50%"')).ids).toEqual([ids[0]]);
    expect((await list(`search: "${ids[2]?.toUpperCase()}"`)).ids).toEqual([ids[2]]);
    expect((await list('search: "\\u0000"')).ids).toEqual([]);
    expect((await list('first: 2')).ids).toEqual([ids[2], ids[1]]);

    await suspendSender(ids[0]);
    expect(await list('search: "umbrella", suspended: true')).toMatchObject({ ids: [ids[0]], totalCount: 1 });
    expect((await list('search: "umbrella", suspended: false')).ids).toEqual([ids[1]]);
    const page = await list('search: "umbrella", first: 1');
    expect(page).toMatchObject({
      ids: [ids[1]],
      totalCount: 2,
      isTotalCountExact: true,
      pageInfo: { hasNextPage: true },
    });
    expect((await list(`search: "umbrella", after: "${page.pageInfo.endCursor}"`)).ids).toEqual([ids[0]]);
    expect(page.edges[0].node.apiKeys).toEqual([{ prefix: expect.stringMatching(/^clw_sender_/) }]);
    expect((await ask(platform, 'query ($id: ID!) { sender(id: $id) { id } }', { id: 'nobody' }, admin)).sender).toBe(
      null,
    );
  });
});
