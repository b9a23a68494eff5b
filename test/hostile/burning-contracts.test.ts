import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { rest } from '../rest/rest-client.ts';
import { type Agent, agentAndSender, openChannel, type Sender } from '../testkit/actors.ts';
import { FUSE, lit } from '../testkit/burning-contract.ts';
import { ask } from '../testkit/graphql.ts';
import { platformForTest } from '../testkit/platform.ts';

const LIT = lit(30);

/** What is evaluated in the same threads, and costs next to nothing there. */
const HONEST = { action: 'plan', paramsSchema: { properties: { next: { $ref: '#' } } } };

const BURNING_AGENTS = 36;
const ROUNDS = 2;
const HONEST_REQUESTS = 30;

it('36 agents whose contracts burn their budget make nobody else’s request end as rejected', async () => {
  const platform = await platformForTest({
    env: { PIPELINE_STAGE_TIMEOUT_SECONDS: '2', ENFORCEMENT_CPU_BUDGET_MS: '50' },
  });
  const submit = (agent: Agent, sender: Sender, body: object, key: string) =>
    rest(platform, 'POST', `/v1/agents/${agent.handle}/requests`, {
      key: sender.apiKey,
      headers: { 'idempotency-key': key },
      body: { ...body, when_offline: 'queue' },
    });
  const honest = await agentAndSender(platform, [HONEST]);
  const burning = await Promise.all(Array.from({ length: BURNING_AGENTS }, () => agentAndSender(platform, [FUSE])));
  await openChannel(platform, honest.agent);

  const answersToBurning: string[] = [];
  const burns = burning.map(async ({ agent, sender }, at) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { status, body } = await submit(agent, sender, { action: 'burn', params: LIT }, `${at} ${round}`);
      answersToBurning.push(status === 202 ? 'taken' : String(body.type).replace(/.*#problem-/, ''));
    }
  });
  const taken = async (at: number): Promise<string> => {
    const body = { action: 'plan', params: { next: { next: { at } } } };
    for (;;) {
      const answer = await submit(honest.agent, honest.sender, body, `honest ${at}`);
      if (answer.status === 202) return answer.body.id;
      expect([answer.status, answer.body.type]).toEqual([503, '/docs#problem-overloaded']);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      await pause(Number(answer.headers.get('retry-after')) * 1_000);
    }
  };
  const ids = await Promise.all(Array.from({ length: HONEST_REQUESTS }, (_, at) => taken(at)));
  await Promise.all(burns);

  // Each is there once: what was answered 503 was not kept, and took no idempotency key.
  expect(new Set(ids).size).toBe(HONEST_REQUESTS);
  const { requests } = await ask(
    platform,
    '{ requests(first: 100) { totalCount edges { node { id status } } } }',
    {},
    honest.sender,
  );
  expect(requests.totalCount).toBe(HONEST_REQUESTS);
  expect(requests.edges.filter(({ node }: { node: { status: string } }) => node.status === 'REJECTED')).toEqual([]);
  // None of theirs passes either.
  expect(answersToBurning).not.toContain('taken');
  expect(answersToBurning.length).toBeGreaterThan(0);
});
