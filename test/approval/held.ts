import { v7 as newId } from 'uuid';
import { approvalDigest } from '../../src/application/approvals/approval-digest.ts';
import type { ApprovalWithRequest, HoldBounds } from '../../src/application/ports/approval-store.ts';
import type { NewDecision } from '../../src/application/ports/decision-store.ts';
import type { NewRequest } from '../../src/application/ports/request-store.ts';
import type { Approval } from '../../src/domain/approval.ts';
import type { Storage } from '../../src/storage/create-storage.ts';
import { aKey, anAgent, aRequest, later, NOW, SETTINGS, times } from '../storage/fixtures.ts';

export type Held = ApprovalWithRequest;

const PLENTY = { requests: 100_000, bytes: 1_000_000_000 };
/** Nothing that a test holds is kept out. */
export const UNBOUNDED: HoldBounds = {
  ofSenderAtAgent: PLENTY,
  ofSenderAtAgentInAnHour: PLENTY.requests,
  ofAgent: PLENTY,
  ofSender: PLENTY,
  hasRoomInAll: true,
  denyCoolDownSeconds: 0,
  windowMaxSeconds: 86_400,
};

/** Sets how many must approve, as the settings' next version. */
export const setQuorum = (storage: Storage, agentId: string, quorum: number) =>
  storage.approvalSettings.set(newId(), agentId, { ...SETTINGS, quorum }, NOW);

/** An agent whose policies hold everything. */
export async function aHoldingAgent(storage: Storage, quorum = 1): Promise<string> {
  const agent = anAgent();
  await storage.agents.insert(agent, aKey());
  await storage.documents.publishCapabilities(newId(), agent.id, [], NOW);
  await storage.documents.publishPolicies(newId(), agent.id, [], 'REQUIRE_APPROVAL', NOW);
  if (quorum > 1) await setQuorum(storage, agent.id, quorum);
  return agent.id;
}

type Options = Partial<Pick<Approval, 'quorum' | 'lifetimeSeconds'>> & {
  readonly request?: Partial<NewRequest>;
  readonly bounds?: HoldBounds;
};

/** A request of the agent that is held with its open approval, bound to what is in force; null where a bound keeps it out. */
export async function hold(
  storage: Storage,
  agentId: string,
  { quorum = 1, lifetimeSeconds = 300, request: changes = {}, bounds = UNBOUNDED }: Options = {},
): Promise<Held | null> {
  const [contract = null] = await storage.documents.activeContracts([agentId]);
  const [policies = null] = await storage.documents.activePolicySets([agentId]);
  if (contract === null || policies === null) return null;
  const expiresAt = later(86_400_000);
  const request = aRequest({ agentId, status: 'AWAITING_APPROVAL', expiresAt, ...changes });
  const bound = {
    policySetId: policies.id,
    policyVersion: policies.version,
    contractId: contract.id,
    contractVersion: contract.version,
    holdReasons: [{ stage: 'policy_engine', rule: null, reason: 'No policy rule allows this without approval' }],
    findings: [],
    quorum,
    expiresAt: request.expiresAt,
  };
  const asked = { ...request, effectiveParams: null };
  const answer = await storage.approvals.hold(
    request,
    {
      ...bound,
      id: newId(),
      digest: approvalDigest({ ...bound, request: asked }),
      contentDigest: Buffer.from(request.id),
      isEditable: true,
      lifetimeSeconds,
      createdAt: request.createdAt,
    },
    bounds,
  );
  return 'inserted' in answer ? { approval: answer.approval, request: answer.inserted } : null;
}

/** So many of them. */
export async function heldBy(
  storage: Storage,
  agentId: string,
  count: number,
  options: (index: number) => Options = () => ({}),
): Promise<readonly Held[]> {
  const held = await Promise.all(times(count, (index) => hold(storage, agentId, options(index))));
  return held.filter((each) => each !== null);
}

export const decisionOn = (
  { approval, request }: Pick<Held, 'approval' | 'request'>,
  changes: Partial<NewDecision> & Pick<NewDecision, 'verdict'>,
): NewDecision => ({
  approvalId: approval.id,
  agentId: request.agentId,
  by: { kind: 'ADMIN', id: 'admin', keyId: null },
  digest: approval.digest,
  digestOf: (ofApproval, ofRequest) => approvalDigest({ ...ofApproval, request: ofRequest }),
  edit: null,
  comment: null,
  toSender: null,
  via: 'GRAPHQL',
  publication: null,
  at: later(1_000),
  ...changes,
});
