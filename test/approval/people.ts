import { expect } from 'vitest';
import {
  type Agent,
  createApprover,
  type OwnedAgent,
  ownerOf,
  publishCapabilities,
  publishPolicies,
  registerAgent,
  registerSender,
  type Sender,
  submitAccepted,
} from '../testkit/actors.ts';
import { ask, type Credential, mutate } from '../testkit/graphql.ts';
import type { TestPlatform } from '../testkit/platform.ts';

type At = Pick<TestPlatform, 'url' | 'socketUrl'>;

/** People are asked about everything. */
export const ASK_ALWAYS = { rules: [{ condition: 'true', action: 'REQUIRE_APPROVAL', reason: 'Ask first' }] };

export type AskingAgent = { readonly agent: OwnedAgent; readonly sender: Sender; readonly approver: Credential };

/** An agent of which everything is held, with an approver, and a sender. */
export async function askingAgent(platform: At): Promise<AskingAgent> {
  const [agent, sender] = [await registerAgent(platform), await registerSender(platform)];
  await publishCapabilities(platform, agent);
  await publishPolicies(platform, agent, ASK_ALWAYS);
  return { agent, sender, approver: await createApprover(platform, agent) };
}

export type Pending = { readonly id: string; readonly digest: string; readonly request: { readonly id: string } };

const FIELDS = `id status digest quorum expiresAt resolvedAt policyVersion contractVersion effectiveParams
  holdReasons { stage rule reason } request { id status }
  decisions { verdict comment via by { __typename ... on Approver { id } ... on Owner { id } ... on Admin { name } } }`;

export const readApproval = async (platform: At, id: string, by: Credential) =>
  (await ask(platform, `query ($id: ID!) { approval(id: $id) { ${FIELDS} } }`, { id }, by)).approval;

/** Submits what is held, and answers what people are asked about it. */
export async function heldFor(
  platform: At,
  { agent, sender }: { agent: Agent & { ownerKey: string }; sender: Sender },
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
