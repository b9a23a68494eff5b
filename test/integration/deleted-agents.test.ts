import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Agent,
  agentAndSender,
  publishCapabilities,
  readRequest,
  registerAgent,
  submit,
  submitAccepted,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask, mutate, mutateSuccessfully } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForTest, startTestPlatform, type TestPlatform } from '../testkit/platform.ts';

const ROUNDS = 8;
const CALLERS = 6;
const SUBMITS_EACH = 5;

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform({ env: { HANDLE_QUARANTINE_DAYS: '0' } });
});
afterAll(async () => {
  expect(platform.log.errors()).toEqual([]);
  await platform.stop();
});

/** Callers submit one after the other; the agent is deleted when so many have been answered. Answers all of them. */
async function submitAround(deletedAfter: number, input: object) {
  const { agent, sender } = await agentAndSender(platform);
  const answers: Awaited<ReturnType<typeof submit>>[] = [];
  const deletions: ReturnType<typeof mutate>[] = [];
  const submitOnAndOn = async () => {
    for (let count = 0; count < SUBMITS_EACH; count += 1) {
      answers.push(await submit(platform, agent, sender, { whenOffline: 'QUEUE', ...input }));
      if (answers.length !== deletedAfter) continue;
      deletions.push(mutate(platform, 'deleteAgent', { agentId: agent.id }, 'agentId', agent));
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, submitOnAndOn));
  expect(await Promise.all(deletions)).toMatchObject([{ __typename: 'DeleteAgentSuccess' }]);
  return { answers, sender };
}

describe('requests that come while their agent is deleted', () => {
  it('are cancelled with it, or find it gone: none stays open', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { answers, sender } = await submitAround(3 * round + 1, {});
      const taken = answers.filter(({ __typename }) => __typename !== 'AgentNotFoundError');
      const requests = await Promise.all(taken.map(({ request }) => readRequest(platform, request.id, sender)));
      expect(requests.map(({ error }) => error?.code)).toEqual(taken.map(() => 'agent_deleted'));
    }
  });

  it('are rejected by its policies, or find it gone', async () => {
    const { answers } = await submitAround(10, { params: { title: 'No duration' } });
    const types = new Set(answers.map(({ __typename }) => __typename));
    expect(types).toEqual(new Set(['RequestRejectedError', 'AgentNotFoundError']));
  });
});

it('requests are listed by their handle after their agent is deleted, beside those of the agent that has it then', async () => {
  const { agent, sender } = await agentAndSender(platform);
  const admin = await logIn(platform);
  const listed = async () => {
    const query = 'query ($handle: String) { requests(handle: $handle) { totalCount edges { node { id } } } }';
    const { requests } = await ask(platform, query, { handle: agent.handle }, admin);
    expect(requests.totalCount).toBe(requests.edges.length);
    return requests.edges.map(({ node }: { node: { id: string } }) => node.id);
  };
  const remove = ({ id, apiKey }: Agent) =>
    mutateSuccessfully(platform, 'deleteAgent', { agentId: id }, 'agentId', { apiKey });
  const ids = [await submitted()];
  await remove(agent);
  expect(await listed()).toEqual(ids);

  // One of which nobody ever asked anything, and then two of which somebody did.
  await remove(await registerAgent(platform, agent.handle));
  expect(await listed()).toEqual(ids);
  for (let count = 0; count < 2; count += 1) {
    const next = await registerAgent(platform, agent.handle);
    await publishCapabilities(platform, next);
    ids.unshift(await submitted());
    expect(await listed()).toEqual(ids);
    await remove(next);
    expect(await listed()).toEqual(ids);
  }

  async function submitted(): Promise<string> {
    return (await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' })).id;
  }
});

it('requests that a node left open because it died while it deleted their agent are cancelled by another', async () => {
  const clock = createManualClock();
  const own = await platformForTest({ clock });
  const { agent, sender } = await agentAndSender(own);
  const { id } = await submitAccepted(own, agent, sender, { whenOffline: 'QUEUE' });
  const database = new pg.Client({ connectionString: own.databaseUrl });
  await database.connect();
  await database.query('delete from agents where id = $1', [agent.id]);
  await database.end();
  await eventually(async () => {
    clock.advance(60_000);
    expect(await readRequest(own, id, sender)).toMatchObject({
      status: 'CANCELLED',
      error: { code: 'agent_deleted' },
    });
  });
});
