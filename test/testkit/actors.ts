import { expect } from 'vitest';
import { eventually } from './eventually.ts';
import { ask, type Credential, mutate, mutateSuccessfully, Subscription, uniqueHandle } from './graphql.ts';
import type { TestPlatform } from './platform.ts';

type At = Pick<TestPlatform, 'url' | 'socketUrl'>;

export type Agent = { readonly id: string; readonly handle: string; readonly apiKey: string };
export type OwnedAgent = Agent & { readonly ownerKey: string };
type Approver = { readonly apiKey: string };
export type Sender = { readonly id: string; readonly apiKey: string };

/** The calendar capability of the documented walkthrough. */
export const CALENDAR = {
  action: 'calendar.schedule',
  description: 'Schedules a meeting',
  paramsSchema: {
    type: 'object',
    required: ['title', 'duration_minutes'],
    properties: { title: { type: 'string' }, duration_minutes: { type: 'integer', minimum: 15 } },
  },
  constraints: { max_duration_minutes: 120 },
} as const;

export const STANDUP = { action: 'calendar.schedule', params: { title: 'Standup', duration_minutes: 30 } } as const;

/** The agent is somebody's of its own, whose key is `ownerKey`. */
export async function registerAgent(platform: At, handle = uniqueHandle()): Promise<OwnedAgent> {
  const input = { handle, displayName: 'Test Agent' };
  const fields = 'apiKey ownerKey agent { id handle }';
  const { agent, ...keys } = await mutateSuccessfully(platform, 'registerAgent', input, fields);
  return { ...agent, ...keys };
}

/** Whoever owns the agent. */
export const ownerOf = ({ ownerKey }: { readonly ownerKey: string }): Approver => ({ apiKey: ownerKey });

/** Somebody who decides what is held of the agent, for its owner unless `by` is somebody else. */
export async function createApprover(
  platform: At,
  agent: OwnedAgent,
  input: object = {},
  by: Credential = ownerOf(agent),
): Promise<Approver & { readonly id: string }> {
  const whole = { agentIds: [agent.id], displayName: 'Test Approver', ...input };
  const { approver, apiKey } = await mutateSuccessfully(
    platform,
    'createApprover',
    whole,
    'apiKey approver { id }',
    by,
  );
  return { ...approver, apiKey };
}

export async function registerSender(platform: At): Promise<Sender> {
  const input = { displayName: 'Test Sender' };
  const { sender, apiKey } = await mutateSuccessfully(platform, 'registerSender', input, 'apiKey sender { id }');
  return { ...sender, apiKey };
}

export const publishCapabilities = (platform: At, agent: Agent, capabilities: readonly object[] = [CALENDAR]) =>
  mutateSuccessfully(
    platform,
    'publishCapabilities',
    { agentId: agent.id, capabilities },
    'contract { id version isActive capabilities { action } }',
    agent,
  );

export const publishPolicies = (platform: At, agent: Agent, policies: object) =>
  mutateSuccessfully(platform, 'publishPolicies', { agentId: agent.id, ...policies }, 'policySet { version }', agent);

/** An agent with the calendar contract, and a sender; nobody is connected. */
export async function agentAndSender(platform: At, capabilities?: readonly object[]) {
  const [agent, sender] = [await registerAgent(platform), await registerSender(platform)];
  await publishCapabilities(platform, agent, capabilities);
  return { agent, sender };
}

export const REQUEST_FIELDS = `id status action params handle senderId result error { code message } attempts
  pipelineLog { stage passed kind reason durationMs } createdAt updatedAt expiresAt`;

export const submit = (platform: At, agent: { handle: string }, sender: { apiKey: string }, input: object = {}) =>
  mutate(
    platform,
    'submitRequest',
    { handle: agent.handle, ...STANDUP, ...input },
    `request { ${REQUEST_FIELDS} }`,
    sender,
  );

/** Submits what must be taken, and answers the request. */
export async function submitAccepted(
  platform: At,
  agent: { handle: string },
  sender: { apiKey: string },
  input: object = {},
) {
  const answer = await submit(platform, agent, sender, input);
  expect(answer.__typename, JSON.stringify(answer)).toBe('SubmitRequestSuccess');
  return answer.request;
}

export const readRequest = async (platform: At, id: string, by: { apiKey: string }) =>
  (await ask(platform, `query ($id: ID!) { request(id: $id) { ${REQUEST_FIELDS} } }`, { id }, by)).request;

/** Waits until the request has the status, and answers it. */
export const untilStatus = (platform: At, id: string, by: { apiKey: string }, status: string, ms?: number) =>
  eventually(async () => {
    const request = await readRequest(platform, id, by);
    expect(request?.status).toBe(status);
    return request;
  }, ms);

const AGENT_CHANNEL = `subscription { agentChannel { __typename
  ... on RequestReceived { requestId action params senderId attempt expiresAt }
  ... on RequestCancel { requestId reason } } }`;

/** An open channel over graphql-ws; closed when the test is over. */
export async function openChannel(platform: At, agent: Agent) {
  const subscription = Subscription.open(platform, AGENT_CHANNEL, {}, agent);
  await eventually(async () => {
    const data = await ask(platform, 'query ($id: ID!) { agent(id: $id) { status } }', { id: agent.id });
    expect(data.agent.status).toBe('ACTIVE');
  });
  return {
    events: subscription.events,
    close: () => subscription.close(),
    received: (id: string, ms?: number) =>
      subscription.events.take(
        (event) => event.__typename === 'RequestReceived' && event.requestId === id,
        `delivery of ${id}`,
        ms,
      ),
    cancelled: (id: string, ms?: number) =>
      subscription.events.take(
        (event) => event.__typename === 'RequestCancel' && event.requestId === id,
        `cancel of ${id}`,
        ms,
      ),
  };
}

/** Waits until the agent holds so many channels: `openChannel` cannot tell its own from an earlier one. */
export const untilChannels = (platform: At, agent: Agent, count: number, admin: Credential) =>
  eventually(async () => {
    const data = await ask(
      platform,
      'query ($id: ID!) { agent(id: $id) { channels { id } } }',
      { id: agent.id },
      admin,
    );
    expect(data.agent.channels).toHaveLength(count);
  });

export const acknowledge = (platform: At, agent: Agent, requestId: string) =>
  mutate(platform, 'acknowledgeRequest', { requestId }, `request { ${REQUEST_FIELDS} }`, agent);

export const complete = (platform: At, agent: Agent, requestId: string, result: unknown = null) =>
  mutate(platform, 'completeRequest', { requestId, result }, `request { ${REQUEST_FIELDS} }`, agent);
