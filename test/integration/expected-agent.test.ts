import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectProblem, type RestAnswer, rest } from '../rest/rest-client.ts';
import { type Agent, agentAndSender, registerAgent, type Sender, STANDUP, submit } from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { ask, mutate, uniqueHandle } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';

const platform = platformForFile();

let agent: Agent;
let other: Agent;
let sender: Sender;
let admin: { readonly cookie: string };
beforeAll(async () => {
  ({ agent, sender } = await agentAndSender(platform));
  other = await registerAgent(platform);
  admin = await logIn(platform);
});

/** What a door answers to who names an agent and says which id it is to have. */
type Answer = { readonly is: 'taken' | 'not found' | 'invalid'; readonly message: string };

function toldOverRest({ status, body }: RestAnswer): Answer {
  if (status === 202) return { is: 'taken', message: '' };
  return status === 404
    ? { is: 'not found', message: body.detail }
    : { is: 'invalid', message: JSON.stringify(body.errors) };
}

// biome-ignore lint/suspicious/noExplicitAny: the union that a mutation answers
function toldOverGraphql({ __typename: name, message = '', issues }: any): Answer {
  if (name === 'InvalidInputError') return { is: 'invalid', message: JSON.stringify(issues) };
  return { is: name === 'AgentNotFoundError' ? 'not found' : 'taken', message };
}

type Expect = { readonly handle: string; readonly id: string | null };
type Door = (expected: Expect) => Promise<Answer>;

const DOORS: readonly (readonly [string, string, Door])[] = [
  [
    'submitRequest',
    'input.expectedAgentId',
    async ({ handle, id }) =>
      toldOverGraphql(await submit(platform, { handle }, sender, { expectedAgentId: id, whenOffline: 'QUEUE' })),
  ],
  [
    'submitTestRequest',
    'input.expectedAgentId',
    async ({ handle, id }) => {
      const input = { handle, ...STANDUP, expectedAgentId: id, whenOffline: 'QUEUE' };
      return toldOverGraphql(await mutate(platform, 'submitTestRequest', input, 'request { id }', admin));
    },
  ],
  [
    'POST /v1/agents/{handle}/requests',
    'if_agent_id',
    async ({ handle, id }) => {
      const body = { ...STANDUP, if_agent_id: id, when_offline: 'queue' };
      return toldOverRest(await rest(platform, 'POST', `/v1/agents/${handle}/requests`, { key: sender.apiKey, body }));
    },
  ],
];

const countOf = async ({ apiKey }: Agent): Promise<number> =>
  (await ask(platform, '{ viewer { ... on Agent { requests { totalCount } } } }', {}, { apiKey })).viewer.requests
    .totalCount;

describe.each(DOORS)('the id that an agent is expected to have, to %s', (_name, path, door) => {
  it('lets the request pass where it has it, by whichever name, and where none is expected', async () => {
    for (const expected of [
      { handle: agent.handle, id: agent.id },
      { handle: agent.id, id: agent.id },
      { handle: agent.handle, id: null },
    ]) {
      expect(await door(expected)).toEqual({ is: 'taken', message: '' });
    }
  });

  it('has the request refused where the handle is another agent’s, and nothing is kept', async () => {
    const before = [await countOf(agent), await countOf(other)];
    for (const id of [other.id, randomUUID()]) {
      const message = `There is no agent "${agent.handle}" with the id ${id}.`;
      expect(await door({ handle: agent.handle, id })).toEqual({ is: 'not found', message });
    }
    expect([await countOf(agent), await countOf(other)]).toEqual(before);
  });

  it('is named where no agent has the handle at all', async () => {
    const handle = uniqueHandle();
    const answer = await door({ handle, id: agent.id });
    expect(answer).toEqual({ is: 'not found', message: `There is no agent "${handle}" with the id ${agent.id}.` });
  });

  it.each(['', 'marius.exec', '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f607'])('is refused where it is none: %j', async (id) => {
    const answer = await door({ handle: agent.handle, id });
    expect(answer.is).toBe('invalid');
    expect(answer.message).toContain(`"path":"${path}"`);
  });

  it('is refused in capital letters, in which no id is', async () => {
    const answer = await door({ handle: agent.handle, id: agent.id.toUpperCase() });
    expect(answer.is).toBe('invalid');
    expect(answer.message).toContain('a UUID in lower case');
  });
});

describe('a repetition under an idempotency key', () => {
  it('is answered with the first request, unless that went to another agent than is expected now', async () => {
    const input = { idempotencyKey: randomUUID(), whenOffline: 'QUEUE' };
    const first = await submit(platform, agent, sender, input);
    const again = await submit(platform, agent, sender, { ...input, expectedAgentId: agent.id });
    expect(again.request.id).toBe(first.request.id);
    const elsewhere = await submit(platform, agent, sender, { ...input, expectedAgentId: other.id });
    expect(elsewhere).toMatchObject({ __typename: 'AgentNotFoundError', handle: agent.handle });
  });
});

it('is told as a problem that names the handle', async () => {
  const body = { ...STANDUP, if_agent_id: other.id };
  const answer = await rest(platform, 'POST', `/v1/agents/${agent.handle}/requests`, { key: sender.apiKey, body });
  expectProblem(answer, 404, 'agent-not-found');
  expect(answer.body.handle).toBe(agent.handle);
});
