import type { Act } from '../../domain/actor.ts';
import type { Approval, HoldReason } from '../../domain/approval.ts';
import { ApprovalChangedError, InvalidInputError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json/json.ts';
import type { JsonText } from '../../domain/json/json-text.ts';
import { valuesIn } from '../../domain/json/values-in.ts';
import { paramsToDo } from '../../domain/request.ts';
import { DEFAULT_ACTION, type Decision, type LoggedStage, type StageResult } from '../../domain/verdict.ts';
import type { AgentDocuments } from '../agents/directory.ts';
import type { Changes } from '../changes/changes.ts';
import type { ApprovalVerdict, DecisionBasis, DecisionStore, DigestOfRows } from '../ports/decision-store.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Enforcement } from '../ports/enforcement.ts';
import type { Log } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';
import { announce } from '../requests/announce.ts';
import type { FactsOf } from '../requests/facts.ts';
import { rejectedError } from '../requests/rejected-error.ts';
import { approvalDigest, digestText } from './approval-digest.ts';
import { isWithoutVerdict } from './without-verdict.ts';

type Dependencies = {
  readonly decisions: Pick<DecisionStore, 'refuse' | 'rebind'>;
  readonly documents: Pick<DocumentStore, 'activeContracts' | 'activePolicySets'>;
  readonly enforcement: Pick<Enforcement, 'decide'>;
  readonly factsOf: FactsOf;
  readonly changes: Changes;
  readonly log: Log;
  readonly metrics: Metrics;
};

type InForce = Pick<AgentDocuments, 'contract' | 'policies'>;

/** What somebody looked at, what they say to it, and what they want to be done in place of it; null for just that. */
type Looked = {
  readonly verdict: ApprovalVerdict;
  readonly digest: string;
  readonly edit: JsonText<JsonObject> | null;
  readonly at: Date;
  readonly act: Act;
};

/** Nothing holds it by now; it was held all the same, so people decide. */
const HELD_BEFORE: HoldReason = {
  stage: 'approval',
  rule: null,
  reason: 'The rules that are in force now would not hold it; those that it was sent under did.',
};

const BLOCKED: StageResult = {
  stage: 'approval',
  passed: false,
  kind: 'BLOCKED',
  reason: 'The sender is blocked',
  durationMs: 0,
};

/**
 * Looks at what is held once more, by the documents in force and not by what a node remembers of them, before anything is
 * decided about it. Answers whether it stands as it was shown; false where it has to be read again. Throws
 * ApprovalChangedError with what it is bound to from now on, and RequestRejectedError where something says no by
 * now. Where the pipeline gives no verdict, what was looked at may be denied all the same: that lets nothing pass. Whoever approves
 * gets WITHOUT_VERDICT then, so that nothing is decided.
 */
export function createLookAgain(deps: Dependencies) {
  const { decisions, documents, enforcement, factsOf, changes, log, metrics } = deps;
  return async (basis: DecisionBasis, looked: Looked): Promise<boolean> => {
    const { approval, request } = basis;
    const isUntouched = isItself(basis);
    const shown = digestText(approval.digest);
    if (isUntouched && looked.digest !== shown) throw new ApprovalChangedError(shown);
    requireNobodySuspended(basis);
    if (basis.isSenderBlocked) return refuse(basis, [...request.pipelineLog, BLOCKED], looked);
    const inForce = await documentsInForce(request.agentId);
    const isBound = inForce.policies?.id === approval.policySetId && inForce.contract?.id === approval.contractId;
    // Rules are known by their places, which mean nothing in another version.
    const approved = isUntouched && isBound ? approvedRulesOf(approval) : null;
    const isAsBound = isUntouched && isBound && approval.quorum === basis.quorum;
    if (isAsBound && looked.edit !== null) return requireFitting(basis, inForce, approved, looked.edit);
    const decision = await evaluate(basis, inForce, approved, paramsToDo(request)).catch((error: unknown) => {
      if (looked.verdict === 'DENY' && looked.digest === shown && isWithoutVerdict(error)) return null;
      throw error;
    });
    if (decision === null) return true;
    if (decision.outcome === 'DENIED') return refuse(basis, decision.log, looked);
    if (isAsBound && decision.outcome === 'PASSED') return true;
    return rebind(basis, inForce, holdsBy(decision, approved && approval), looked);
  };

  async function documentsInForce(agentId: string): Promise<InForce> {
    const [[contract = null], [policies = null]] = await Promise.all([
      documents.activeContracts([agentId]),
      documents.activePolicySets([agentId]),
    ]);
    return { contract: valuesIn(contract), policies };
  }

  async function evaluate(
    { request, senderKind }: DecisionBasis,
    inForce: InForce,
    approved: ReadonlySet<number> | null,
    params: JsonText<JsonObject>,
  ): Promise<Decision> {
    const { agentId, handle, senderId, action } = request;
    const asked = { senderId, senderKind, action, params: params.value };
    const given = { ...asked, documents: inForce, approved, isStored: true };
    const facts = await factsOf({ id: agentId, handle }, given);
    return enforcement.decide('request', facts);
  }

  /** What is changed has to pass as it is; that it does not is the mistake of whoever changed it, and ends nothing. */
  async function requireFitting(
    basis: DecisionBasis,
    inForce: InForce,
    approved: ReadonlySet<number> | null,
    edit: JsonText<JsonObject>,
  ): Promise<true> {
    const decision = await evaluate(basis, inForce, approved, edit);
    if (decision.outcome === 'PASSED') return true;
    if (decision.outcome === 'HELD') {
      const { reason } = decision.holds.find((hold) => !isApproved(hold, approved)) ?? decision;
      throw new InvalidInputError([{ path: 'input.params', message: `would be held for another reason: ${reason}` }]);
    }
    const issues = decision.log.at(-1)?.issues ?? [];
    throw new InvalidInputError(
      issues.length > 0
        ? issues.map(({ path, message }) => ({ path: `input.${path}`, message }))
        : [{ path: 'input.params', message: decision.reason }],
    );
  }

  /** Whatever was decided: what says no now comes first. Answers false where it was over, or has changed, meanwhile. */
  async function refuse(
    { approval, request }: DecisionBasis,
    pipelineLog: readonly LoggedStage[],
    { at }: Looked,
  ): Promise<false> {
    const reason = pipelineLog.findLast(({ passed }) => !passed)?.reason ?? 'The request was rejected.';
    const refused = await decisions.refuse({
      approvalId: approval.id,
      agentId: request.agentId,
      seenRevision: approval.revision,
      reason,
      pipelineLog,
      at,
    });
    if (refused === null) return false;
    announce(changes, refused);
    metrics.approvals.of('rejected').add();
    const { id: requestId, agentId, senderId } = refused;
    log.info({ approvalId: approval.id, requestId, agentId, senderId, outcome: 'rejected' }, 'an approval is over');
    throw rejectedError(refused);
  }

  /** Binds it to what is in force, which is to be looked at before anybody decides about it. */
  async function rebind(
    { approval, request, quorum }: DecisionBasis,
    { policies, contract }: InForce,
    holdReasons: Approval['holdReasons'],
    { at, act }: Looked,
  ): Promise<false> {
    // Without a contract the pipeline denies, and nobody takes all rules away: such rows were not written by us.
    if (policies === null || contract === null) throw new ApprovalChangedError(digestText(approval.digest));
    const rebound = await decisions.rebind({
      approvalId: approval.id,
      agentId: request.agentId,
      seenRevision: approval.revision,
      digestOf: digestOfRows,
      bound: {
        policySetId: policies.id,
        policyVersion: policies.version,
        contractId: contract.id,
        contractVersion: contract.version,
        holdReasons,
        findings: [],
        quorum,
      },
      at,
      act,
    });
    if (rebound === null) return false;
    // Whoever looks at it is to look again.
    announce(changes, request);
    throw new ApprovalChangedError(digestText(rebound.digest));
  }
}

export const digestOfRows: DigestOfRows = (approval, request) => approvalDigest({ ...approval, request });

/** Whether the rows are what the digest on them says. */
const isItself = ({ approval, request }: DecisionBasis): boolean =>
  approval.agentId === request.agentId &&
  approval.senderId === request.senderId &&
  digestOfRows(approval, request).equals(approval.digest);

/** A suspension can be taken back, so it denies nobody for good. */
function requireNobodySuspended({ isSenderSuspended, isAgentSuspended }: DecisionBasis): void {
  const issues = [
    ...(isSenderSuspended ? [{ path: 'input.approvalId', message: 'its sender is suspended' }] : []),
    ...(isAgentSuspended ? [{ path: 'input.approvalId', message: 'its agent is suspended' }] : []),
  ];
  if (issues.length > 0) throw new InvalidInputError(issues);
}

const isApproved = ({ stage, rule }: HoldReason, approved: ReadonlySet<number> | null): boolean =>
  stage === 'policy_engine' && (approved?.has(rule ?? DEFAULT_ACTION) ?? false);

/** What people were asked about, of the rules that it is bound to. */
const approvedRulesOf = ({ holdReasons }: Approval): ReadonlySet<number> =>
  new Set(holdReasons.flatMap(({ stage, rule }) => (stage === 'policy_engine' ? [rule ?? DEFAULT_ACTION] : [])));

/** Why it is to be approved; of what nothing else holds, why people were asked. */
function holdsBy(
  decision: Exclude<Decision, { outcome: 'DENIED' }>,
  askedBefore: Approval | null,
): readonly HoldReason[] {
  if (decision.outcome === 'HELD') return decision.holds;
  return askedBefore === null ? [HELD_BEFORE] : askedBefore.holdReasons;
}
