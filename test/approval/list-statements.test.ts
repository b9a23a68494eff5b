import { beforeAll, describe, expect, it } from 'vitest';
import { rest } from '../rest/rest-client.ts';
import { type OwnedAgent, ownerOf, registerSender, submitAccepted } from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { type AskingAgent, askingAgent } from '../testkit/approvals.ts';
import { databaseClient } from '../testkit/database-client.ts';
import { ask, type Credential } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';
import { readsDuring } from '../testkit/statements.ts';

const APPROVALS = 50;

const platform = platformForFile({ env: { APP_ENV: 'development', LOG_LEVEL: 'debug' } });
const query = databaseClient(() => platform.databaseUrl);

/** All that can be asked of an approval that is read somewhere else. */
const EVERYTHING = `query ($first: Int!, $agentId: ID) {
  approvals(first: $first, agentId: $agentId) {
    edges { node {
      id digest mayDecide mayEdit effectiveParams suggestedRule { condition }
      agent { id handle status }
      sender { id displayName history { completed } }
      request { id status approval { status approval { id } } agent { id } }
      decisions { verdict comment by { __typename ... on Approver { id } ... on Owner { id } ... on Admin { name } } }
    } }
    totalCount
  }
}`;

let world: AskingAgent;
beforeAll(async () => {
  world = await askingAgent(platform);
  const { agent, approver } = world;
  for (let count = 0; count < APPROVALS; count += 1)
    await submitAccepted(platform, agent, await registerSender(platform));
  // As an approver, the owner and an administrator who was removed since have said it.
  await query(
    `insert into approval_decisions (id, approval_id, decider_kind, decider_id, key_id, verdict, digest, comment, via, at)
     select gen_random_uuid(), a.id, d.kind, d.id, null, 'APPROVE', a.digest, 'fine', 'CONSOLE', now()
     from approvals a, (values ('APPROVER', $1::text), ('OWNER', (select owner_id::text from agents where id = $2::uuid)),
       ('ADMIN', gen_random_uuid()::text)) as d (kind, id)
     where a.agent_id = $2::uuid`,
    [approver.id, agent.id],
  );
});

/** How many reads a page of so many takes. */
const readsOf = async (first: number, by: Credential, agent: OwnedAgent) => {
  const reads = await readsDuring(platform, async () => {
    const { approvals } = await ask(platform, EVERYTHING, { first, agentId: agent.id }, by);
    expect(approvals.edges).toHaveLength(first);
    expect(approvals.edges[0].node.decisions).toHaveLength(3);
  });
  return reads.length;
};

describe('a page of fifty approvals', () => {
  it.each(['owner', 'approver', 'administrator'] as const)('takes as many reads as one of two: %s', async (who) => {
    const { agent, approver } = world;
    const by = { owner: ownerOf(agent), approver, administrator: await logIn(platform) }[who];
    await readsOf(2, by, agent);
    expect(await readsOf(APPROVALS, by, agent)).toBeLessThanOrEqual(await readsOf(2, by, agent));
  });

  it('takes as many over REST, too', async () => {
    const { agent } = world;
    const reads = async (limit: number) => {
      const of = await readsDuring(platform, async () => {
        const { body } = await rest(platform, 'GET', `/v1/approvals?limit=${limit}`, { key: agent.ownerKey });
        expect(body.items).toHaveLength(limit);
      });
      return of.length;
    };
    await reads(2);
    expect(await reads(APPROVALS)).toBeLessThanOrEqual(await reads(2));
  });
});
