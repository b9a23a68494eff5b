import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem, rest } from '../rest/rest-client.ts';
import {
  type Agent,
  acknowledge,
  agentAndSender,
  complete,
  REQUEST_FIELDS,
  type Sender,
  STANDUP,
  submitAccepted,
} from '../testkit/actors.ts';
import { eventually } from '../testkit/eventually.ts';
import { Subscription, uniqueHandle } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { CHANNEL_KINDS } from './either-channel.ts';
import { RawChannel } from './raw-channel.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.stop());

type Parties = { readonly agent: Agent; readonly sender: Sender; readonly idempotencyKey: string };

/** The ways in; each answers the request's id. */
const SUBMITTING = {
  REST: async ({ agent, sender, idempotencyKey }: Parties) => {
    const answer = await rest(platform, 'POST', `/v1/agents/${agent.handle}/requests`, {
      key: sender.apiKey,
      body: STANDUP,
      headers: { 'idempotency-key': idempotencyKey },
    });
    expect(answer.status, answer.text).toBe(202);
    return answer.body.id as string;
  },
  GraphQL: async ({ agent, sender, idempotencyKey }: Parties) =>
    (await submitAccepted(platform, agent, sender, { idempotencyKey })).id as string,
};

/** How the agent answers, whatever it got the request by. */
const ANSWERING = {
  'raw messages': async ({ agent }: Parties, id: string, result: unknown) => {
    const channel = await RawChannel.open(platform, agent);
    channel.ack(id);
    channel.complete(id, result);
  },
  mutations: async ({ agent }: Parties, id: string, result: unknown) => {
    await acknowledge(platform, agent, id);
    await complete(platform, agent, id, result);
  },
};

/** How the sender learns of the outcome; begun before the agent answers. Answers status and result. */
const WATCHING = {
  polling: async ({ sender }: Parties, id: string) =>
    eventually(async () => {
      const { body } = await rest(platform, 'GET', `/v1/requests/${id}`, { key: sender.apiKey });
      expect(body.status).toBe('completed');
      return { status: body.status, result: body.result };
    }),
  'Prefer: wait': async ({ agent, sender, idempotencyKey }: Parties, id: string) => {
    const answer = await rest(platform, 'POST', `/v1/agents/${agent.handle}/requests`, {
      key: sender.apiKey,
      body: STANDUP,
      headers: { 'idempotency-key': idempotencyKey, prefer: 'wait=20' },
    });
    expect(answer.status).toBe(200);
    expect(answer.body.id).toBe(id);
    return { status: answer.body.status, result: answer.body.result };
  },
  requestUpdates: async ({ sender }: Parties, id: string) => {
    const query = `subscription ($id: ID!) { requestUpdates(requestId: $id) { ${REQUEST_FIELDS} } }`;
    const { events } = Subscription.open(platform, query, { id }, sender);
    const final = await events.take(({ status }) => status === 'COMPLETED', 'final status');
    return { status: final.status.toLowerCase(), result: final.result };
  },
};

const rows = Object.entries(SUBMITTING).flatMap(([submitting, submit]) =>
  CHANNEL_KINDS.flatMap(({ name: delivering, open }) =>
    Object.entries(ANSWERING).flatMap(([answering, answer]) =>
      Object.entries(WATCHING).map(([watching, watch]) => ({
        ...{ submitting, delivering, answering, watching },
        ...{ submit, open, answer, watch },
      })),
    ),
  ),
);

describe('two transports, one truth', () => {
  it.each(rows)(
    'submitted by $submitting, delivered over the $delivering, answered by $answering, watched by $watching',
    async ({ submit, open, answer, watch }) => {
      const parties = { ...(await agentAndSender(platform)), idempotencyKey: uniqueHandle('key') };
      const channel = await open(platform, parties.agent);
      const id = await submit(parties);
      expect(await channel.received(id)).toMatchObject({ ...STANDUP, senderId: parties.sender.id, attempt: 1 });
      const watched = watch(parties, id);
      await answer(parties, id, { event_id: 'evt-1' });
      expect(await watched).toEqual({ status: 'completed', result: { event_id: 'evt-1' } });
    },
  );

  it('a handle that is taken over one is taken over the other', async () => {
    const { agent } = await agentAndSender(platform);
    const body = { display_name: 'Second', handle: agent.handle };
    expectProblem(await rest(platform, 'POST', '/v1/agents', { body }), 409, 'handle-taken');
  });
});
