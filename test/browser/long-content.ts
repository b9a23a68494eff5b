import { inviteAdmin } from '../admin/authenticator.ts';
import {
  type Agent,
  acknowledge,
  CALENDAR,
  complete,
  type OwnedAgent,
  ownerOf,
  publishCapabilities,
  publishPolicies,
  submit,
  submitAccepted,
  untilStatus,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { setApprovalSettings } from '../testkit/approvals.ts';
import { ask, type Credential, mutateSuccessfully, Subscription } from '../testkit/graphql.ts';
import type { TestPlatform } from '../testkit/platform.ts';

/** Texts of the greatest length that is taken, without a place where a line could be broken. */
const NAME = 'W'.repeat(200);
const REASON = 'R'.repeat(500);
const FIELD = 'w'.repeat(100);
const actionOf = (number: number): string => `calendar.${String(number).padStart(3, '0')}.${'w'.repeat(115)}`;

const ACTIONS = 256;
const RULES = 14;
const KEYS = 40;
const LIVE_KEYS_AT_ONCE = 19;

export type LongContent = {
  /** One with a channel, whose params may be changed. */
  readonly agent: OwnedAgent;
  /** Suspended, for a long reason. */
  readonly sender: { readonly id: string };
  /** The key of an approver of the agent. */
  readonly approverKey: string;
  /** Of the request that is held. */
  readonly approvalId: string;
  /** The id of a request in each status. */
  readonly requests: Readonly<Record<string, string>>;
  /** Ends the channel. */
  close(): Promise<void>;
};

/** Agents, a sender, keys, an administrator and requests whose texts are as long, and as many, as the platform takes. */
export async function longContent(platform: TestPlatform): Promise<LongContent> {
  const agent = await register(platform, 'w'.repeat(64));
  const idle = await register(platform, 'm'.repeat(63), ownerOf(agent));
  await publishCapabilities(platform, agent, [{ ...CALENDAR, action: 'calendar.first' }]);
  await publishLong(platform, agent);
  await publishCapabilities(platform, idle, [{ ...CALENDAR, action: actionOf(0), paramsSchema: {} }]);
  await makeKeys(platform, agent);
  const admin = await logIn(platform);
  await inviteAdmin(platform, 'w'.repeat(64), admin);
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  await mutateSuccessfully(platform, 'createInvitation', { uses: 10_000, expiresAt }, 'code', admin);
  await setWebhooks(platform, agent, admin);
  const approverKey = await makeApprovers(platform, [agent, idle], admin);
  await setApprovalSettings(platform, agent, { allowEdits: true });
  await mutateSuccessfully(platform, 'createApiKey', { label: 'L'.repeat(100) }, 'apiKey', ownerOf(agent));
  await leaveHandle(platform, 'x'.repeat(64));
  const fields = 'apiKey sender { id }';
  const { apiKey, sender } = await mutateSuccessfully(platform, 'registerSender', { displayName: NAME }, fields);
  const waiting = await askTheIdle(platform, idle, { apiKey });
  const channel = new Subscription(
    platform,
    'subscription { agentChannel { __typename ... on RequestReceived { requestId } } }',
    {},
    agent,
  );
  const answered = await askTheConnected(platform, agent, { apiKey });
  const blocked = { agentId: agent.id, senderId: sender.id, blocked: true, reason: REASON };
  await mutateSuccessfully(platform, 'setSenderLimit', blocked, 'senderLimit { senderId }', admin);
  await mutateSuccessfully(platform, 'suspendSender', { id: sender.id, reason: REASON }, 'sender { id }', admin);
  const query = 'query ($id: ID!) { approvals(agentId: $id) { edges { node { id } } } }';
  const { approvals } = await ask(platform, query, { id: agent.id }, admin);
  const approvalId = approvals.edges[0].node.id as string;
  return {
    agent,
    sender,
    approverKey,
    approvalId,
    requests: { ...waiting, ...answered },
    close: () => channel.close(),
  };
}

async function register(platform: TestPlatform, handle: string, by: Credential = {}): Promise<OwnedAgent> {
  const input = { handle, displayName: NAME, description: NAME.repeat(5) };
  const fields = 'apiKey ownerKey agent { id handle }';
  const { agent, ...keys } = await mutateSuccessfully(platform, 'registerAgent', input, fields, by);
  return { ...agent, ...keys };
}

/** Registers an agent and deletes it: its handle rests. */
async function leaveHandle(platform: TestPlatform, handle: string): Promise<void> {
  const agent = await register(platform, handle);
  await mutateSuccessfully(platform, 'deleteAgent', { agentId: agent.id }, 'agentId', ownerOf(agent));
}

async function publishLong(platform: TestPlatform, agent: Agent): Promise<void> {
  const short = Array.from({ length: 14 }, (_, index) => [`${'f'.repeat(60)}_${index}`, { type: 'integer' }]);
  const properties = { [FIELD]: { type: 'string', description: NAME, enum: [NAME, `${NAME}2`] } };
  const first = {
    action: actionOf(0),
    title: NAME,
    description: NAME.repeat(5),
    hints: { readOnly: false, destructive: true, idempotent: false, openWorld: true },
    resultFormat: 'CONTENT',
    resultSchema: { type: 'object', properties },
    textParam: FIELD,
    paramsSchema: { type: 'object', properties: { ...properties, ...Object.fromEntries(short) } },
    constraints: { [`max_${short[0]?.[0]}`]: 1_000_000 },
  };
  const others = Array.from({ length: ACTIONS - 1 }, (_, index) => ({ ...CALENDAR, action: actionOf(index + 1) }));
  await publishCapabilities(platform, agent, [first, ...others]);
  const rule = (action: string, number: number) => ({
    action,
    reason: REASON,
    condition: `action == '${actionOf(number)}' or action == '${'N'.repeat(300)}'`,
  });
  const rules = Array.from({ length: RULES }, (_, index) =>
    rule(index === 0 ? 'REQUIRE_APPROVAL' : 'REJECT', index + 1),
  );
  await publishPolicies(platform, agent, { rules, defaultAction: 'ALLOW' });
}

/** Most of them are revoked: only so many may be valid at once. */
async function makeKeys(platform: TestPlatform, agent: Agent): Promise<void> {
  const live: string[] = [];
  for (let count = 1; count < KEYS; count++) {
    const { key } = await mutateSuccessfully(platform, 'createApiKey', {}, 'key { id }', agent);
    live.push(key.id);
    const oldest = live.length >= LIVE_KEYS_AT_ONCE ? live.shift() : undefined;
    if (oldest) await mutateSuccessfully(platform, 'revokeApiKey', { apiKeyId: oldest }, 'key { id }', agent);
  }
}

async function setWebhooks(platform: TestPlatform, { id: agentId }: Agent, admin: Credential): Promise<void> {
  const url = `https://hooks.example/${'u'.repeat(2_000)}`;
  for (const name of ['w'.repeat(64), `m${'w'.repeat(63)}`]) {
    const input = { agentId, name, url, events: ['APPROVAL_REQUESTED', 'APPROVAL_RESOLVED'], includesParams: true };
    await mutateSuccessfully(platform, 'setWebhook', input, 'secret', admin);
  }
}

/** Answers the key of one. */
async function makeApprovers(platform: TestPlatform, agents: readonly Agent[], admin: Credential): Promise<string> {
  const agentIds = agents.map(({ id }) => id);
  const email = `${'e'.repeat(64)}@${'h'.repeat(60)}.${'h'.repeat(60)}.example`;
  const few = { agentIds, displayName: NAME, email, actions: [actionOf(0), actionOf(1)] };
  await mutateSuccessfully(platform, 'createApprover', { agentIds, displayName: NAME }, 'apiKey', admin);
  return (await mutateSuccessfully(platform, 'createApprover', few, 'apiKey', admin)).apiKey;
}

type Sender = { readonly apiKey: string };

async function askTheIdle(platform: TestPlatform, idle: Agent, sender: Sender) {
  const ask = (more: object = {}) =>
    submitAccepted(platform, idle, sender, { action: actionOf(0), params: {}, whenOffline: 'QUEUE', ...more });
  const [pending, cancelled, late] = [await ask(), await ask(), await ask({ expiresInSeconds: 1 })];
  const cancel = { requestId: cancelled.id, reason: REASON };
  await mutateSuccessfully(platform, 'cancelRequest', cancel, 'request { id }', sender);
  await untilStatus(platform, late.id, sender, 'TIMEOUT');
  return { PENDING: pending.id, CANCELLED: cancelled.id, TIMEOUT: late.id };
}

async function askTheConnected(platform: TestPlatform, agent: Agent, sender: Sender) {
  const params = { [FIELD]: NAME };
  const ask = (action: number) =>
    submitAccepted(platform, agent, sender, { action: actionOf(action), params, whenOffline: 'QUEUE' });
  const delivered = async () => {
    const request = await ask(0);
    await untilStatus(platform, request.id, sender, 'DISPATCHED');
    return request.id;
  };
  const [dispatched, acked, completed, failed] = [
    await delivered(),
    await delivered(),
    await delivered(),
    await delivered(),
  ];
  for (const id of [acked, completed, failed]) await acknowledge(platform, agent, id);
  await complete(platform, agent, completed, {
    content: [
      { type: 'text', text: REASON },
      { type: 'audio', data: '', mediaType: `audio/${'m'.repeat(200)}`, name: REASON },
      { type: 'link', uri: `https://${'u'.repeat(1_000)}`, name: REASON, description: REASON },
      { type: 'resource', uri: `file:///${'u'.repeat(1_000)}`, name: REASON, text: REASON },
    ],
    structured: { [FIELD]: NAME },
  });
  const failure = { requestId: failed, code: 'c'.repeat(64), message: REASON };
  await mutateSuccessfully(platform, 'failRequest', failure, 'request { id }', agent);
  const rejected = await submit(platform, agent, sender, { action: actionOf(2), params: {} });
  const held = await submitAccepted(platform, agent, sender, {
    action: actionOf(1),
    params: { title: 'T', duration_minutes: 30 },
  });
  return {
    DISPATCHED: dispatched,
    ACKED: acked,
    COMPLETED: completed,
    FAILED: failed,
    REJECTED: rejected.requestId as string,
    AWAITING_APPROVAL: held.id as string,
  };
}
