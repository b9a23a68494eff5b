import { v7 as newId } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  CALENDAR,
  openChannel,
  ownerOf,
  publishCapabilities,
  publishPolicies,
  readRequest,
  registerAgent,
  registerSender,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import {
  ASK_ALWAYS,
  type AskingAgent,
  askingAgent,
  decide,
  heldFor,
  type Pending,
  readApproval,
  setApprovalSettings,
} from '../testkit/approvals.ts';
import { databaseClient } from '../testkit/database-client.ts';
import type { Credential } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';

const platform = platformForFile();
const query = databaseClient(() => platform.databaseUrl);
let admin: Credential;
beforeAll(async () => {
  admin = await logIn(platform);
});

type Change = (pending: Pending, world: AskingAgent) => Promise<unknown>;

const onRequest =
  (set: string, ...values: readonly unknown[]): Change =>
  ({ request }) =>
    query(`update requests set ${set} where id = $1`, [request.id, ...values]);
const onApproval =
  (set: string, ...values: readonly unknown[]): Change =>
  ({ id }) =>
    query(`update approvals set ${set} where id = $1`, [id, ...values]);

/** Another agent that offers and asks the same. */
async function anotherAgent() {
  const agent = await registerAgent(platform);
  await publishCapabilities(platform, agent, [CALENDAR, { ...CALENDAR, action: 'calendar.other' }]);
  await publishPolicies(platform, agent, ASK_ALWAYS);
  return agent;
}

/** By somebody who can write to the database, behind the platform's back. */
const BEHIND: Readonly<Record<string, Change>> = {
  action: async (pending, world) => {
    const { agent } = world;
    await publishCapabilities(platform, agent, [CALENDAR, { ...CALENDAR, action: 'calendar.other' }]);
    await onRequest(`action = 'calendar.other'`)(pending, world);
  },
  'a text among the params': onRequest(`params = '{"title":"Standup!","duration_minutes":30}'`),
  'a number among the params': onRequest(`params = '{"title":"Standup","duration_minutes":31}'`),
  'one more param': onRequest(`params = '{"title":"Standup","duration_minutes":30,"a":1}'`),
  'what is done in place of the params': onRequest(`effective_params = '{"title":"Other","duration_minutes":30}'`),
  sender: async (pending, world) => onRequest('sender_id = $2', (await registerSender(platform)).id)(pending, world),
  agent: async (pending, world) => {
    const { id } = await anotherAgent();
    await onRequest('agent_id = $2', id)(pending, world);
  },
  'the sender that the approval names': onApproval('sender_id = $2', newId()),
  'the policy set': onApproval('policy_set_id = $2', newId()),
  'the version of the policies': onApproval('policy_version = policy_version + 1'),
  'the contract': onApproval('contract_id = $2', newId()),
  'the version of the contract': onApproval('contract_version = contract_version + 1'),
  findings: onApproval(`findings = '[{"kind":"secret"}]'`),
  'why it is held': onApproval(`hold_reasons = '[]'`),
  quorum: onApproval('quorum = 2'),
  expiry: onApproval(`expires_at = expires_at + interval '1 second'`),
};

/** As it comes about. */
const IN_THE_OPEN: Readonly<Record<string, Change>> = {
  'a publication of policies': async (_pending, { agent }) =>
    publishPolicies(platform, agent, { rules: [{ ...ASK_ALWAYS.rules[0], reason: 'Ask twice' }] }),
  'a publication of the same policies': async (_pending, { agent }) => publishPolicies(platform, agent, ASK_ALWAYS),
  'a publication that holds nothing': async (_pending, { agent }) => publishPolicies(platform, agent, { rules: [] }),
  'a publication of the contract': async (_pending, { agent }) => publishCapabilities(platform, agent),
  'another quorum': (_pending, { agent }) => setApprovalSettings(platform, agent, { quorum: 2 }),
};

describe('A decision is bound to what was looked at', () => {
  it.each(Object.entries({ ...BEHIND, ...IN_THE_OPEN }))(
    'and so counts for nothing after a change of %s',
    async (_, change) => {
      const world = await askingAgent(platform);
      const channel = await openChannel(platform, world.agent);
      const pending = await heldFor(platform, world);
      await change(pending, world);
      const answer = await decide(platform, pending, admin);
      expect(answer).toMatchObject({ __typename: 'ApprovalChangedError' });
      // Of what was changed behind the platform's back some is as it was by that.
      const now = await readApproval(platform, pending.id, admin);
      expect(now).toMatchObject({ status: 'PENDING', digest: answer.digest, decisions: [] });
      // Whoever looks again decides about what is there.
      const decided = await decide(platform, now, admin);
      expect(decided).toMatchObject({ approval: { status: now.quorum === 1 ? 'APPROVED' : 'PENDING' } });
      channel.close();
    },
  );

  it('whatever digest somebody makes up', async () => {
    const world = await askingAgent(platform);
    const pending = await heldFor(platform, world);
    for (const digest of ['', 'made up', pending.digest.toUpperCase(), `${pending.digest} `]) {
      const answer = await decide(platform, { ...pending, digest }, world.approver);
      expect(answer).toMatchObject({ __typename: 'ApprovalChangedError', digest: pending.digest });
    }
  });

  it('and drops the voices that were for something else', async () => {
    const world = await askingAgent(platform);
    await setApprovalSettings(platform, world.agent, { quorum: 2 });
    const pending = await heldFor(platform, world);
    await decide(platform, pending, world.approver);
    await publishPolicies(platform, world.agent, ASK_ALWAYS);
    const answer = await decide(platform, pending, ownerOf(world.agent));
    expect(answer).toMatchObject({ __typename: 'ApprovalChangedError' });
    const anew = { ...pending, digest: answer.digest };
    expect(await decide(platform, anew, ownerOf(world.agent))).toMatchObject({ approval: { status: 'PENDING' } });
    expect(await decide(platform, anew, world.approver)).toMatchObject({ approval: { status: 'APPROVED' } });
    expect((await readRequest(platform, pending.request.id, world.sender)).status).toBe('PENDING');
  });
});
