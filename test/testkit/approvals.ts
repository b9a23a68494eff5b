import { expect } from 'vitest';
import {
  agentAndSender,
  createApprover,
  type OwnedAgent,
  ownerOf,
  publishPolicies,
  registerSender,
  type Sender,
  submitAccepted,
} from './actors.ts';
import { ask, type Credential, mutate, mutateSuccessfully } from './graphql.ts';
import type { TestPlatform } from './platform.ts';

type At = Pick<TestPlatform, 'url' | 'socketUrl'>;

/** People are asked about everything. */
export const ASK_ALWAYS = { rules: [{ condition: 'true', action: 'REQUIRE_APPROVAL', reason: 'Ask first' }] };

/** An agent of which everything is held, and a sender. */
export async function holdingAgent(platform: At, capabilities?: readonly object[]) {
  const both = await agentAndSender(platform, capabilities);
  await publishPolicies(platform, both.agent, ASK_ALWAYS);
  return both;
}

export type AskingAgent = {
  readonly agent: OwnedAgent;
  readonly sender: Sender;
  readonly approver: Awaited<ReturnType<typeof createApprover>>;
};

/** The same with an approver. */
export async function askingAgent(platform: At): Promise<AskingAgent> {
  const both = await holdingAgent(platform);
  return { ...both, approver: await createApprover(platform, both.agent) };
}

/** What the agent's owner says of its approvals, all of it anew. */
export const setApprovalSettings = (platform: At, agent: OwnedAgent, input: object) =>
  mutateSuccessfully(
    platform,
    'setApprovalSettings',
    { agentId: agent.id, ...input },
    'settings { version }',
    ownerOf(agent),
  );

export type Pending = { readonly id: string; readonly digest: string; readonly request: { readonly id: string } };

const FIELDS = `id status digest quorum expiresAt resolvedAt policyVersion contractVersion effectiveParams
  holdReasons { stage rule reason } request { id status }
  decisions { verdict comment via by { __typename ... on Approver { id } ... on Owner { id } ... on Admin { name } } }`;

export const readApproval = async (platform: At, id: string, by: Credential) =>
  (await ask(platform, `query ($id: ID!) { approval(id: $id) { ${FIELDS} } }`, { id }, by)).approval;

/** Submits what is held, and answers what people are asked about it. */
export async function heldFor(
  platform: At,
  { agent, sender }: Pick<AskingAgent, 'agent' | 'sender'>,
  input: object = {},
): Promise<Pending> {
  const request = await submitAccepted(platform, agent, sender, input);
  expect(request.status).toBe('AWAITING_APPROVAL');
  const { approvals } = await ask(
    platform,
    `query ($agentId: ID!) { approvals(status: [PENDING], agentId: $agentId) { edges { node { id digest quorum request { id } } } } }`,
    { agentId: agent.id },
    ownerOf(agent),
  );
  const found = approvals.edges.find(({ node }: { node: Pending }) => node.request.id === request.id);
  expect(found, 'it is among what is pending').toBeDefined();
  return found.node;
}

/** The same of a sender that asks for nothing else, and what cancels it. */
export async function heldOfAnother(platform: At, agent: OwnedAgent, input: object = {}) {
  const sender = await registerSender(platform);
  const pending = await heldFor(platform, { agent, sender }, input);
  const cancel = (at: At = platform) =>
    mutateSuccessfully(at, 'cancelRequest', { requestId: pending.request.id }, 'request { id }', sender);
  return { ...pending, sender, cancel };
}

/** Decides with the digest that was read, unless told. */
export const decide = (
  platform: At,
  { id: approvalId, digest }: Pick<Pending, 'id' | 'digest'>,
  by: Credential,
  input: object = {},
) =>
  mutate(
    platform,
    'decideApproval',
    { approvalId, digest, verdict: 'APPROVE', ...input },
    `approval { ${FIELDS} }`,
    by,
  );
