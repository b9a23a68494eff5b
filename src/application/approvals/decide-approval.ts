import { Type } from 'typebox';
import type { Approval } from '../../domain/approval.ts';
import {
  AgentQuarantinedError,
  ApprovalChangedError,
  ApprovalDecidedError,
  ApprovalNotFoundError,
  InvalidInputError,
  OverloadedError,
  RateLimitedError,
  RequestRejectedError,
  UnavailableError,
} from '../../domain/errors.ts';
import { complete, type InputValueOf, id, jsonObject, nullable, oneOf } from '../../domain/fields.ts';
import type { JsonObject } from '../../domain/json/json.ts';
import type { JsonText } from '../../domain/json/json-text.ts';
import type { Principal } from '../../domain/principal.ts';
import { REMEMBER, type RememberInput } from '../../domain/remember.ts';
import { paramsToDo, type Request } from '../../domain/request.ts';
import { requireOwnerOrAdmin } from '../access.ts';
import { logActOfAdmin } from '../admin/log-act.ts';
import { announceAgentChange } from '../agents/announce-agent-change.ts';
import type { Directory } from '../agents/directory.ts';
import { actOf } from '../audit/act.ts';
import type { Changes } from '../changes/changes.ts';
import type { Dispatcher } from '../channel/dispatcher.ts';
import type { RequireEveryNodeKnows } from '../cluster/require-known.ts';
import { InputIssues } from '../input-issues.ts';
import { refundPoint, takePoint } from '../limits/take-point.ts';
import type { ApproverStore } from '../ports/approver-store.ts';
import { noteInCall } from '../ports/call.ts';
import type { Clock } from '../ports/clock.ts';
import type {
  ApprovalRoute,
  ApprovalVerdict,
  DecisionBasis,
  DecisionOutcome,
  DecisionStore,
  NewDecision,
} from '../ports/decision-store.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Enforcement } from '../ports/enforcement.ts';
import type { Log } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import { announce } from '../requests/announce.ts';
import type { FactsOf } from '../requests/facts.ts';
import { createLookAgain, digestOfRows } from './look-again.ts';
import { type DecidingPrincipal, deciderOf, isEditable, mayDecide, requireDecider } from './may-decide.ts';
import { type createRemember, type Remembered, rememberedIn } from './remember.ts';

const VERDICTS = ['APPROVE', 'DENY'] as const satisfies readonly ApprovalVerdict[];

export const DECIDE_APPROVAL = Type.Object({
  approvalId: id("The approval's id."),
  digest: Type.String({
    maxLength: 100,
    description: 'Of what was looked at, as the approval has it: whoever decides about anything else is told so.',
  }),
  verdict: oneOf(VERDICTS, { description: 'Whether it is to be done.' }),
  comment: nullable(
    Type.String({ minLength: 1, maxLength: 500, multiline: true, description: "Why; for the agent's owner." }),
  ),
  toSender: nullable(
    Type.String({ minLength: 1, maxLength: 500, multiline: true, description: 'What the sender is told.' }),
  ),
  params: nullable(
    jsonObject({
      description:
        'What is to be done in place of the params that were asked for, where the agent’s settings allow it: checked as any other, and the only ones that the agent gets. Null for what was looked at.',
    }),
  ),
  remember: Type.Unsafe<RememberInput | null>({
    ...REMEMBER,
    type: ['object', 'null'],
    description:
      'Makes a rule that lets the same pass from now on without anybody being asked, and publishes it with the decision that approves it. For the agent’s owner and administrators; null for no such rule.',
  }),
});
export type DecideApprovalInput = InputValueOf<typeof DECIDE_APPROVAL>;

type Remembering = ReturnType<typeof createRemember>;

type Dependencies = {
  readonly decisions: DecisionStore;
  readonly approvers: Pick<ApproverStore, 'byIds'>;
  readonly documents: Pick<DocumentStore, 'activeContracts' | 'activePolicySets'>;
  readonly enforcement: Enforcement;
  readonly remember: Remembering;
  readonly directory: Directory;
  readonly factsOf: FactsOf;
  readonly requireEveryNodeKnows: RequireEveryNodeKnows;
  readonly dispatcher: Pick<Dispatcher, 'wakeEverywhere'>;
  readonly rateLimiter: RateLimiter;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
};

/** What deciding throws. With RequestRejectedError the request is over: something else says no by now. */
export const DECIDE_APPROVAL_ERRORS = [
  ApprovalNotFoundError,
  ApprovalChangedError,
  ApprovalDecidedError,
  RequestRejectedError,
  InvalidInputError,
  RateLimitedError,
  AgentQuarantinedError,
] as const;

/** What is in force may change while it is decided by: then everything is looked at again, so often at most. */
const LOOKS_MAX = 3;
const RETRY_AFTER_SECONDS = 2;

/** The approval as it is then, and the rule that was made of it; null where none was. */
export type DecidedApproval = { readonly approval: Approval; readonly remembered: Remembered | null };

export type DecideApproval = ReturnType<typeof createDecideApproval>;

/**
 * Decides about what is held for approval, or counts one voice of several. Everything that could say no is asked again,
 * by the documents that are in force now, so that nobody's yes is worth more than the rules are; and the decision is bound
 * to what was looked at (docs/decisions/0050). Throws DECIDE_APPROVAL_ERRORS.
 */
export function createDecideApproval(deps: Dependencies) {
  const { decisions, approvers, requireEveryNodeKnows, dispatcher, rateLimiter, changes, clock, log, metrics } = deps;
  const { remember: remembering, directory } = deps;
  const lookAgain = createLookAgain(deps);

  /** `route` is the door that it comes by. */
  return async (
    principal: Principal | null,
    input: DecideApprovalInput,
    route: Exclude<ApprovalRoute, 'CONSOLE'>,
  ): Promise<DecidedApproval> => {
    const known = requireDecider(principal);
    const issues = new InputIssues();
    issues.texts(DECIDE_APPROVAL, input);
    if (input.params != null) {
      if (input.verdict === 'DENY') issues.add('params', 'are for whoever approves');
      issues.payload('params', input.params, deps.enforcement);
    }
    if (input.remember != null) {
      if (input.verdict === 'DENY') issues.add('remember', 'is for whoever approves');
      remembering.check(issues, known, input.remember);
    }
    issues.throwIfAny();
    // Whoever remembers publishes, and so needs what publishing needs.
    if (input.remember != null) requireOwnerOrAdmin(known);
    // A node of the release before would send what was asked for.
    if (input.params != null) await requireEveryNodeKnows('0011-governed');
    const by = deciderOf(known);
    // Whoever has a link to one of them keeps the approver from deciding no other.
    const door = route === 'LINK' ? ` by a link to ${input.approvalId}` : '';
    const decider = `${by.kind} ${by.id}${door}`;
    await takePoint(rateLimiter, 'decisions', decider);
    try {
      return await decideOnceLooked(known, input, route);
    } catch (error) {
      if (error instanceof OverloadedError || error instanceof AgentQuarantinedError)
        await refundPoint(rateLimiter, 'decisions', decider).catch(() => {});
      throw error;
    }
  };

  async function decideOnceLooked(
    known: DecidingPrincipal,
    input: DecideApprovalInput,
    route: Exclude<ApprovalRoute, 'CONSOLE'>,
  ): Promise<DecidedApproval> {
    for (let look = 1; look <= LOOKS_MAX; look += 1) {
      const basis = await basisFor(known, input.approvalId);
      if (input.remember != null && look === 1) await takePoint(rateLimiter, 'publications', basis.request.agentId);
      const decided = await decide(known, basis, input, route);
      if (decided !== null) return decided;
    }
    throw new UnavailableError(
      'What the approval is bound to changes all the time. Try again in a moment.',
      RETRY_AFTER_SECONDS,
    );
  }

  async function basisFor(principal: DecidingPrincipal, approvalId: string): Promise<DecisionBasis> {
    const [basis = null] = await decisions.basesOf([approvalId]);
    const [approver = null] = principal.kind === 'approver' ? await approvers.byIds([principal.approverId]) : [];
    if (basis === null || !mayDecide(principal, approver, basis)) throw new ApprovalNotFoundError();
    noteInCall({ agentId: basis.request.agentId, requestId: basis.request.id });
    return basis;
  }

  /** Null where it is to be looked at again. */
  async function decide(
    principal: DecidingPrincipal,
    basis: DecisionBasis,
    input: DecideApprovalInput,
    route: ApprovalRoute,
  ): Promise<DecidedApproval | null> {
    const { approval, request } = basis;
    const at = clock.now();
    const asked = complete(DECIDE_APPROVAL, input);
    const isOver = approval.resolvedAt !== null || approval.expiresAt <= at;
    // A link is no key.
    const by = { ...deciderOf(principal), ...(route === 'LINK' && { keyId: null }) };
    const noted = actOf(principal, at, { comment: asked.comment });
    const act = { ...noted, by: { ...noted.by, keyId: by.keyId } };
    const decision: NewDecision = {
      approvalId: approval.id,
      agentId: request.agentId,
      by,
      verdict: asked.verdict,
      digest: approval.digest,
      digestOf: digestOfRows,
      edit: editOf(basis, asked.params, isOver),
      comment: asked.comment,
      toSender: asked.toSender,
      via: principal.sessionId === null ? route : 'CONSOLE',
      publication: null,
      at,
      act,
    };
    const edit = decision.edit?.params ?? null;
    if (!isOver && !(await lookAgain(basis, { verdict: asked.verdict, digest: asked.digest, edit, at, act })))
      return null;
    if (isOver || asked.remember === null) return settle(principal, await decisions.decide(decision), asked);
    const publication = await remembering.publicationOf(basis, edit ?? paramsToDo(request), asked.remember);
    if (publication === null) return null;
    return settle(principal, await decisions.decide({ ...decision, publication }), asked);
  }

  /** Every node evaluates by what was published from now on, as after any publication. */
  function tellOfPublication(principal: DecidingPrincipal, { agentId, handle }: Request): void {
    announceAgentChange({ directory, changes }, { id: agentId, handle });
    logActOfAdmin(log, principal, 'publish a document', { agentId, document: 'policies' });
  }

  function note(principal: DecidingPrincipal, approval: Approval): void {
    const { id: approvalId, requestId, agentId, senderId, status, createdAt, resolvedAt } = approval;
    const outcome = status === 'APPROVED' ? 'approved' : 'denied';
    metrics.approvals.of(outcome).add();
    if (resolvedAt !== null) metrics.timeToDecision.observe((resolvedAt.getTime() - createdAt.getTime()) / 1_000);
    const by = deciderOf(principal);
    log.info(
      { approvalId, requestId, agentId, senderId, outcome, decider: by.kind, deciderId: by.id },
      'an approval is over',
    );
    logActOfAdmin(log, principal, 'decide about an approval', { approvalId, requestId, outcome });
  }

  async function settle(
    principal: DecidingPrincipal,
    result: DecisionOutcome,
    { remember }: Pick<DecideApprovalInput, 'remember'>,
  ): Promise<DecidedApproval | null> {
    switch (result.outcome) {
      case 'stale':
        return null;
      case 'gone':
        throw new ApprovalNotFoundError();
      case 'over':
        throw new ApprovalDecidedError(result.approval.status);
      case 'decided': {
        const { approval, request, published } = result;
        if (published !== null) tellOfPublication(principal, request);
        announce(changes, request);
        if (request.status === 'PENDING') dispatcher.wakeEverywhere(request.agentId);
        note(principal, approval);
        return { approval, remembered: published && rememberedIn(published, approval.id) };
      }
      case 'counted':
        announce(changes, result.request);
        return { approval: result.approval, remembered: null };
      case 'again': {
        const { approval } = result;
        const remembered = remember == null ? null : await remembering.inForce(result, remember);
        // It was approved without, or something else was remembered, or that was taken back since.
        if (remember != null && remembered === null && approval.resolvedAt !== null) {
          throw new ApprovalDecidedError(approval.status);
        }
        return { approval, remembered };
      }
    }
  }
}

/** What is to be done in place of what was looked at, or of what was decided where it is over; null where that is the same. */
function editOf(basis: DecisionBasis, params: JsonText<JsonObject> | null, isOver: boolean): NewDecision['edit'] {
  if (params === null) return null;
  const { approval, request } = basis;
  const digest = digestOfRows(approval, { ...request, effectiveParams: params });
  if (digest.equals(approval.digest)) return null;
  if (isOver || isEditable(basis)) return { params, digest };
  throw new InvalidInputError([
    {
      path: 'input.params',
      message: 'cannot be changed: the approval settings of the agent do not allow it (allowEdits)',
    },
  ]);
}
