import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiOperations } from '../rest/api-operations.ts';
import {
  agentAndSender,
  CALENDAR,
  createApprover,
  openChannel,
  ownerOf,
  registerAgent,
  STANDUP,
  submit,
  submitAccepted,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { askingAgent, heldFor } from '../testkit/approvals.ts';
import { FUSE, lit } from '../testkit/burning-contract.ts';
import { eventually } from '../testkit/eventually.ts';
import { type Credential, mutate, mutateSuccessfully, uniqueHandle } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';
import { auditEntries } from './entries.ts';

/** Every change that anybody may ask for is on record: what is new is here by what it does, or by why it is not noted. */

const platform = platformForFile({ env: { QUARANTINE_AFTER_TIMEOUTS: '1', ENFORCEMENT_CPU_BUDGET_MS: '30' } });
const { last, since, ofSubject, query } = auditEntries(platform);

let admin: Credential;
beforeAll(async () => {
  admin = await logIn(platform);
});

const MUTATIONS = [
  ...(/^type Mutation \{(.*?)^\}/ms.exec(readFileSync('schema/schema.graphql', 'utf8'))?.[1] ?? '').matchAll(
    /^ {2}([a-zA-Z]+)[(:]/gm,
  ),
].map(([, name = '']) => name);

/** What is asked of whom, once all that it needs is there. */
type Act = { readonly input: object; readonly by?: Credential; readonly fields?: string };

const queued = async () => {
  const both = await agentAndSender(platform);
  return { ...both, request: await submitAccepted(platform, both.agent, both.sender, { whenOffline: 'QUEUE' }) };
};
const delivered = async () => {
  const both = await queued();
  const channel = await openChannel(platform, both.agent);
  await channel.received(both.request.id);
  return both;
};
const invitation = { uses: 1, expiresAt: new Date(Date.now() + 3_600_000).toISOString() };
const webhook = { name: 'pager', url: 'https://example.com/hook', events: ['APPROVAL_REQUESTED'] };
const newKeyOf = async (holder: Credential) =>
  (await mutateSuccessfully(platform, 'createApiKey', {}, 'key { id }', holder)).key.id;

const NOTED: Readonly<Record<string, { readonly type: string; readonly act: () => Promise<Act> }>> = {
  registerAgent: {
    type: 'agent.registered',
    act: async () => ({ input: { handle: uniqueHandle(), displayName: 'One' }, fields: 'apiKey' }),
  },
  registerSender: {
    type: 'sender.registered',
    act: async () => ({ input: { displayName: 'One' }, fields: 'apiKey' }),
  },
  updateAgent: {
    type: 'agent.changed',
    act: async () => {
      const agent = await registerAgent(platform);
      return { input: { agentId: agent.id, displayName: 'Another' }, by: agent, fields: 'agent { id }' };
    },
  },
  deleteAgent: {
    type: 'agent.deleted',
    act: async () => {
      const agent = await registerAgent(platform);
      return { input: { agentId: agent.id }, by: agent, fields: 'agentId' };
    },
  },
  releaseHandle: {
    type: 'handle.released',
    act: async () => {
      const agent = await registerAgent(platform);
      await mutateSuccessfully(platform, 'deleteAgent', { agentId: agent.id }, 'agentId', agent);
      return { input: { handle: agent.handle }, by: admin, fields: 'handle' };
    },
  },
  publishCapabilities: {
    type: 'capabilities.published',
    act: async () => {
      const agent = await registerAgent(platform);
      return { input: { agentId: agent.id, capabilities: [CALENDAR] }, by: agent, fields: 'contract { id }' };
    },
  },
  publishPolicies: {
    type: 'policies.published',
    act: async () => {
      const agent = await registerAgent(platform);
      return { input: { agentId: agent.id, rules: [] }, by: agent, fields: 'policySet { id }' };
    },
  },
  submitRequest: {
    type: 'request.submitted',
    act: async () => {
      const { agent, sender } = await agentAndSender(platform);
      const input = { handle: agent.handle, ...STANDUP, whenOffline: 'QUEUE' };
      return { input, by: sender, fields: 'request { id }' };
    },
  },
  submitTestRequest: {
    type: 'request.submitted',
    act: async () => {
      const { agent } = await agentAndSender(platform);
      const input = { handle: agent.handle, ...STANDUP, whenOffline: 'QUEUE' };
      return { input, by: admin, fields: 'request { id }' };
    },
  },
  cancelRequest: {
    type: 'request.cancelled',
    act: async () => {
      const { request, sender } = await queued();
      return { input: { requestId: request.id }, by: sender, fields: 'request { id }' };
    },
  },
  completeRequest: {
    type: 'request.finished',
    act: async () => {
      const { request, agent } = await delivered();
      return { input: { requestId: request.id }, by: agent, fields: 'request { id }' };
    },
  },
  failRequest: {
    type: 'request.finished',
    act: async () => {
      const { request, agent } = await delivered();
      return { input: { requestId: request.id, message: 'No' }, by: agent, fields: 'request { id }' };
    },
  },
  decideApproval: {
    type: 'approval.decided',
    act: async () => {
      const asking = await askingAgent(platform);
      const { id, digest } = await heldFor(platform, asking);
      return { input: { approvalId: id, digest, verdict: 'APPROVE' }, by: asking.approver, fields: 'approval { id }' };
    },
  },
  createApprover: {
    type: 'approver.created',
    act: async () => {
      const agent = await registerAgent(platform);
      return { input: { agentIds: [agent.id], displayName: 'One' }, by: ownerOf(agent), fields: 'apiKey' };
    },
  },
  removeApprover: {
    type: 'approver.removed',
    act: async () => {
      const agent = await registerAgent(platform);
      const { id } = await createApprover(platform, agent);
      return { input: { approverId: id }, by: ownerOf(agent), fields: 'approver { id }' };
    },
  },
  setApprovalSettings: {
    type: 'approval_settings.changed',
    act: async () => {
      const agent = await registerAgent(platform);
      return { input: { agentId: agent.id }, by: ownerOf(agent), fields: 'settings { version }' };
    },
  },
  setAgentLimits: {
    type: 'limits.changed',
    act: async () => {
      const agent = await registerAgent(platform);
      return { input: { agentId: agent.id }, by: ownerOf(agent), fields: 'limits { version }' };
    },
  },
  setSenderLimit: {
    type: 'sender_limit.changed',
    act: async () => {
      const { agent, sender } = await agentAndSender(platform);
      const input = { agentId: agent.id, senderId: sender.id, blocked: true };
      return { input, by: ownerOf(agent), fields: 'senderLimit { senderId }' };
    },
  },
  removeSenderLimit: {
    type: 'sender_limit.changed',
    act: async () => {
      const { agent, sender } = await agentAndSender(platform);
      const of = { agentId: agent.id, senderId: sender.id };
      await mutateSuccessfully(platform, 'setSenderLimit', { ...of, blocked: true }, '__typename', ownerOf(agent));
      return { input: of, by: ownerOf(agent), fields: 'senderLimit { senderId }' };
    },
  },
  setWebhook: {
    type: 'webhook.changed',
    act: async () => {
      const agent = await registerAgent(platform);
      return { input: { agentId: agent.id, ...webhook }, by: ownerOf(agent), fields: 'secret' };
    },
  },
  removeWebhook: {
    type: 'webhook.changed',
    act: async () => {
      const agent = await registerAgent(platform);
      await mutateSuccessfully(platform, 'setWebhook', { agentId: agent.id, ...webhook }, 'secret', ownerOf(agent));
      return { input: { agentId: agent.id, name: webhook.name }, by: ownerOf(agent), fields: '__typename' };
    },
  },
  createApiKey: {
    type: 'key.created',
    act: async () => ({ input: {}, by: await registerAgent(platform), fields: 'apiKey' }),
  },
  rotateApiKey: {
    type: 'key.created',
    act: async () => {
      const agent = await registerAgent(platform);
      return { input: { apiKeyId: await newKeyOf(agent) }, by: agent, fields: 'apiKey' };
    },
  },
  revokeApiKey: {
    type: 'key.revoked',
    act: async () => {
      const agent = await registerAgent(platform);
      return { input: { apiKeyId: await newKeyOf(agent) }, by: agent, fields: 'key { id }' };
    },
  },
  issueOwnerKey: {
    type: 'key.created',
    act: async () => ({ input: { agentId: (await registerAgent(platform)).id }, by: admin, fields: 'ownerKey' }),
  },
  suspendAgent: {
    type: 'agent.suspended',
    act: async () => ({
      input: { id: (await registerAgent(platform)).id, reason: 'Why' },
      by: admin,
      fields: 'agent { id }',
    }),
  },
  resumeAgent: {
    type: 'agent.resumed',
    act: async () => {
      const { id } = await registerAgent(platform);
      await mutateSuccessfully(platform, 'suspendAgent', { id, reason: 'Why' }, 'agent { id }', admin);
      return { input: { id }, by: admin, fields: 'agent { id }' };
    },
  },
  liftQuarantine: {
    type: 'agent.quarantine_lifted',
    act: async () => {
      const { agent, sender } = await agentAndSender(platform, [FUSE]);
      await eventually(async () => {
        const input = { action: 'burn', params: lit(30), whenOffline: 'QUEUE' };
        const answer = await submit(platform, agent, sender, input);
        expect(answer.__typename).toBe('AgentQuarantinedError');
      });
      return { input: { agentId: agent.id }, by: ownerOf(agent), fields: 'agent { id }' };
    },
  },
  suspendSender: {
    type: 'sender.suspended',
    act: async () => {
      const { sender } = await agentAndSender(platform);
      return { input: { id: sender.id, reason: 'Why' }, by: admin, fields: 'sender { id }' };
    },
  },
  resumeSender: {
    type: 'sender.resumed',
    act: async () => {
      const { id } = (await agentAndSender(platform)).sender;
      await mutateSuccessfully(platform, 'suspendSender', { id, reason: 'Why' }, 'sender { id }', admin);
      return { input: { id }, by: admin, fields: 'sender { id }' };
    },
  },
  createInvitation: {
    type: 'invitation.created',
    act: async () => ({ input: invitation, by: admin, fields: 'code' }),
  },
  revokeInvitation: {
    type: 'invitation.revoked',
    act: async () => {
      const made = await mutateSuccessfully(platform, 'createInvitation', invitation, 'invitation { id }', admin);
      return { input: { invitationId: made.invitation.id }, by: admin, fields: 'invitation { id }' };
    },
  },
  createAdmin: {
    type: 'admin.created',
    act: async () => ({ input: { name: uniqueHandle() }, by: admin, fields: 'setupUrl' }),
  },
  removeAdmin: {
    type: 'admin.removed',
    act: async () => {
      const made = await mutateSuccessfully(platform, 'createAdmin', { name: uniqueHandle() }, 'admin { id }', admin);
      return { input: { adminId: made.admin.id }, by: admin, fields: 'admin { id }' };
    },
  },
};

/** What writes no entry, and why. */
const NOT_NOTED: Readonly<Record<string, string>> = {
  acknowledgeRequest: 'when the agent took a request is in the entry of its end',
  reportProgress: 'changes nothing that lasts: it may be lost',
  createApprovalLink: 'opens nothing but one approval, whose decision says that it came by a link',
  testWebhook: 'calls it, and changes nothing but what became of the last call',
};

/** Operations of REST that are called otherwise than the mutation that does the same, or that change nothing. */
const REST: Readonly<Record<string, string | null>> = {
  approveRequest: 'decideApproval',
  denyRequest: 'decideApproval',
  reportResult: 'completeRequest',
  createAgentApiKey: 'createApiKey',
  createApproverApiKey: 'createApiKey',
  replayPolicies: null,
  resolveHandle: null,
};

it('every mutation is noted, or there is a reason', () => {
  expect(MUTATIONS.toSorted()).toEqual([...Object.keys(NOTED), ...Object.keys(NOT_NOTED)].toSorted());
});

it('every changing operation of REST does what a mutation does', () => {
  const changing = apiOperations.filter(({ method }) => method !== 'GET').map(({ id }) => id);
  const unknown = changing.filter((id) => !(id in REST) && !MUTATIONS.includes(id));
  expect(unknown).toEqual([]);
  for (const same of Object.values(REST)) if (same !== null) expect(MUTATIONS).toContain(same);
});

describe.each(Object.entries(NOTED))('%s', (name, { type, act }) => {
  it(`is noted as ${type}, by whoever did it and from where`, async () => {
    const { input, by, fields = '__typename' } = await act();
    const before = await last();
    const answer = await mutate(platform, name, input, fields, by);
    expect(answer.__typename, JSON.stringify(answer)).toMatch(/Success$/);
    const entries = (await since(before)).filter((entry) => entry.type === type);
    expect(entries).toHaveLength(1);
    const [entry] = entries;
    const actor = by === undefined ? 'anonymous' : by === admin ? 'admin' : /^(agent|sender|owner|approver)$/;
    expect(entry?.actor_kind).toMatch(actor);
    const key = by !== undefined && 'apiKey' in by;
    if (key)
      expect(await query('select id from api_keys where id = $1', [entry?.key_id])).toHaveLength(
        type === 'agent.deleted' ? 0 : 1,
      );
    if (!type.startsWith('request.')) expect(entry?.details).toMatchObject({ address: expect.any(String) });
    expect(JSON.stringify(entry?.data)).not.toMatch(/Why|clw_|whsec_|https:/);
  });
});

it('a login is noted', async () => {
  const before = await last();
  await logIn(platform);
  expect((await since(before)).filter(({ type }) => type === 'admin.logged_in')).toMatchObject([
    { actor_kind: 'admin', actor_id: null, data: { by: 'password' }, details: { address: expect.any(String) } },
  ]);
});

it('the first use of a key is noted once, and so is its revocation', async () => {
  const agent = await registerAgent(platform);
  const { key, apiKey } = await mutateSuccessfully(platform, 'createApiKey', {}, 'apiKey key { id }', agent);
  for (const displayName of ['One', 'Two']) {
    await mutateSuccessfully(platform, 'updateAgent', { agentId: agent.id, displayName }, 'agent { id }', { apiKey });
    await eventually(async () => {
      const used = (await ofSubject(key.id)).filter(({ type }) => type === 'key.first_used');
      expect(used).toMatchObject([{ actor_kind: 'agent', actor_id: agent.id, key_id: key.id, agent_id: agent.id }]);
    }, 30_000);
  }
  for (let time = 1; time <= 2; time += 1) {
    await mutateSuccessfully(platform, 'revokeApiKey', { apiKeyId: key.id }, 'key { id }', agent);
  }
  expect((await ofSubject(key.id)).map(({ type }) => type)).toEqual(['key.created', 'key.first_used', 'key.revoked']);
});
