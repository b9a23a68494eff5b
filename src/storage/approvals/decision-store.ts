import type {
  Decider,
  DecisionBasis,
  DecisionOutcome,
  DecisionStore,
  NewDecision,
} from '../../application/ports/decision-store.ts';
import { type Act, ownAct } from '../../domain/actor.ts';
import type { Approval } from '../../domain/approval.ts';
import { APPROVAL_CHOICES } from '../../domain/approval-settings.ts';
import type { NewAuditEntry } from '../../domain/audit-entry.ts';
import { complete } from '../../domain/fields.ts';
import { instantText } from '../../domain/instant-text.ts';
import { JsonText } from '../../domain/json/json-text.ts';
import { newId } from '../../domain/new-id.ts';
import { type Request, type RequestFailure, TRANSITIONS } from '../../domain/request.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { LoggedStage, StageResult } from '../../domain/verdict.ts';
import { LOCK_AGENT } from '../agents/lock-agent.ts';
import { entryBy } from '../audit/entry-by.ts';
import { toGiven } from '../audit/note-entries.ts';
import type { Database, Queryable } from '../database.ts';
import { publishPolicySet } from '../documents/publish-policy-set.ts';
import { createReader } from '../reader.ts';
import { actorColumns } from '../requests/request-notes.ts';
import { toRequest } from '../requests/request-records.ts';
import type { RowIn } from '../tables.ts';
import { toApproval } from './approval-records.ts';
import {
  ASKED,
  DECISION_BASES,
  DECISIONS_OF,
  HELD,
  LOCK_APPROVAL,
  LOCK_HELD_REQUEST,
  MOVE_HELD,
  REBIND,
  RECORD_DECISION,
  REFUSE_HELD,
} from './decide-statements.ts';

/** A reason that is always the same: rejections are summed up by it. What the sender is told besides is the error's. */
const DENIED: StageResult = {
  stage: 'approval',
  passed: false,
  kind: 'APPROVAL_DENIED',
  reason: 'The request was not approved',
  durationMs: 0,
};

/** What is so where nobody has set anything. */
const DEFAULTS = complete(APPROVAL_CHOICES, {});

/** What a verdict makes of an approval. */
const ENDS_AS = { APPROVE: 'APPROVED', DENY: 'DENIED' } as const;

export const createDecisionStore = (database: Database): DecisionStore => ({
  basesOf: createReader<DecisionBasis>(
    async (ids) => (await database.run(DECISION_BASES, { ids: ids.filter(isUuid) })).map(toBasis),
    ({ approval }) => approval.id,
  ),

  decide: (decision) => database.transaction('decide-approval', (connection) => decide(connection, decision)),

  refuse: ({ reason, pipelineLog, at, ...seen }) =>
    database.transaction('refuse-approval', async (connection) => {
      const locked = await lock(connection, seen);
      if (locked === null || !isAsSeen(locked, seen)) return null;
      return refuse(connection, locked.request, { code: 'rejected', message: reason }, pipelineLog, at);
    }),

  decisionsOf: async (approvalIds) => {
    const rows = await database.run(DECISIONS_OF, { ids: approvalIds.filter(isUuid) });
    const byApproval = Map.groupBy(rows, ({ approvalId }) => approvalId);
    return approvalIds.map((id) => byApproval.get(id) ?? []);
  },

  rebind: ({ bound, digestOf, at, act = ownAct(at), ...seen }) =>
    database.transaction('rebind-approval', async (connection) => {
      const locked = await lock(connection, seen);
      if (locked === null || !isAsSeen(locked, seen)) return null;
      const digest = digestOf({ ...locked.approval, ...bound }, locked.request);
      const { approvalId: id, seenRevision } = seen;
      const { agentId, senderId } = locked.request;
      const binding = { ...bound, agentId, senderId, digest, approvedBy: [] };
      const [row] = await connection.run(REBIND, { id, seenRevision, binding, at, ...actorColumns(act.by) });
      return row === undefined ? null : toApproval(row);
    }),
});

const toBasis = (row: RowIn<typeof DECISION_BASES>): DecisionBasis => ({
  approval: toApproval(ASKED.in(row)),
  request: toRequest(HELD.in(row)),
  agentOwnerId: row.agentOwnerId,
  senderOwnerId: row.senderOwnerId,
  senderKind: row.senderKind,
  isSenderBlocked: row.isSenderBlocked,
  isSenderSuspended: row.isSenderSuspended,
  isAgentSuspended: row.isAgentSuspended,
  quorum: row.quorumInForce ?? DEFAULTS.quorum,
  allowsEdits: row.allowsEdits ?? DEFAULTS.allowEdits,
  preventsSelfApproval: row.preventsSelfApproval ?? DEFAULTS.preventSelfApproval,
});

type Locked = {
  readonly approval: Approval;
  readonly request: Request;
  readonly row: RowIn<typeof LOCK_APPROVAL>;
};

/** The agent, then the request, then the approval: the order in which everybody locks them. */
async function lock(
  connection: Queryable,
  { approvalId, agentId, by }: { readonly approvalId: string; readonly agentId: string; readonly by?: Decider },
): Promise<Locked | null> {
  if ((await connection.run(LOCK_AGENT, { id: agentId })).length === 0) return null;
  const [request] = await connection.run(LOCK_HELD_REQUEST, { approvalId, agentId });
  if (request === undefined) return null;
  const { kind, id: deciderId } = by ?? { kind: '', id: '' };
  const approverId = kind === 'APPROVER' ? deciderId : null;
  const [row] = await connection.run(LOCK_APPROVAL, { id: approvalId, kind, deciderId, approverId });
  return row === undefined ? null : { approval: toApproval(ASKED.in(row)), request: toRequest(request), row };
}

const isAsSeen = ({ approval }: Locked, { seenRevision }: { readonly seenRevision: number }): boolean =>
  approval.resolvedAt === null && approval.revision === seenRevision;

async function decide(connection: Queryable, decision: NewDecision): Promise<DecisionOutcome> {
  const { by, verdict, edit, at } = decision;
  const locked = await lock(connection, decision);
  if (locked === null || !locked.row.isDeciderThere) return { outcome: 'gone' };
  const { approval, request, row } = locked;
  if (approval.resolvedAt !== null) {
    const isSame = edit === null || edit.digest.equals(approval.digest);
    const isSaidAgain = isSame && row.lastVerdict === verdict && approval.status === ENDS_AS[verdict];
    return isSaidAgain ? { outcome: 'again', approval, request } : { outcome: 'over', approval };
  }
  // Over, although no sweep has written it yet.
  if (approval.expiresAt <= at) return { outcome: 'over', approval: { ...approval, status: 'EXPIRED' } };
  if (!isInForce(locked, decision)) return { outcome: 'stale' };
  const others = row.livingVotes.filter(({ kind, id }) => kind !== by.kind || id !== by.id);
  const isSaidAgain = verdict === 'APPROVE' && edit === null && others.length < row.livingVotes.length;
  if (isSaidAgain) return { outcome: 'again', approval, request };

  // Whoever approved before did not approve of what it is changed to now.
  const agreeing = edit === null ? others : [];
  const approvedBy = verdict === 'DENY' ? others : [...agreeing, { ...by, at: instantText(at) }];
  const isDecided = verdict === 'DENY' || approvedBy.length >= approval.quorum;
  const recorded = await record(connection, decision, approval, approvedBy, isDecided);
  const moved = await move(connection, decision, recorded, request);
  if (!isDecided) return { outcome: 'counted', approval: recorded, request: moved };
  const { agentId, publication } = decision;
  // Under the agent's lock, and right after the version that was in force when it was decided.
  const published =
    publication !== null && verdict === 'APPROVE'
      ? await publishPolicySet(connection, agentId, publication, decision.act ?? ownAct(at))
      : null;
  return { outcome: 'decided', approval: recorded, request: moved, published };
}

/** Whether the rows are what was shown, and what they are bound to is in force; what was shown may be denied all the same. */
function isInForce({ approval, request, row }: Locked, { digest: shown, digestOf, verdict }: NewDecision): boolean {
  if (!approval.digest.equals(shown) || !digestOf(approval, request).equals(shown) || row.isStopped) return false;
  return (
    verdict === 'DENY' ||
    (approval.policySetId === row.activePolicySetId &&
      approval.contractId === row.activeContractId &&
      approval.quorum === (row.quorumInForce ?? DEFAULTS.quorum))
  );
}

async function record(
  connection: Queryable,
  { approvalId, by, verdict, comment, toSender, via, at, act = ownAct(at), ...shown }: NewDecision,
  approval: Approval,
  approvedBy: Approval['approvedBy'],
  isDecided: boolean,
): Promise<Approval> {
  const digest = shown.edit?.digest ?? shown.digest;
  const [row] = await connection.run(RECORD_DECISION, {
    id: approvalId,
    seenRevision: approval.revision,
    approval: {
      status: isDecided ? ENDS_AS[verdict] : 'PENDING',
      approvedBy,
      digest,
      // What one who approved has to say is nothing that goes with a denial.
      toSender: verdict === 'DENY' ? toSender : (toSender ?? approval.toSender),
      resolvedAt: isDecided ? at : null,
    },
    decision: {
      id: newId(),
      approvalId,
      deciderKind: by.kind,
      deciderId: by.id,
      keyId: by.keyId,
      verdict,
      digest,
      comment,
      via,
      at,
    },
    entries: [toGiven(entryOf(approval, { verdict, via, act, digest, votes: approvedBy.length, isDecided }))],
  });
  if (row === undefined) throw new Error('An approval that is locked has changed.');
  return toApproval(row);
}

/** What the audit trail says of it: to the agent's side alone, since a sender is never told who decided. */
const entryOf = (
  { id, requestId, agentId, quorum }: Approval,
  said: Pick<NewDecision, 'verdict' | 'via' | 'digest'> & {
    readonly act: Act;
    readonly votes: number;
    readonly isDecided: boolean;
  },
): NewAuditEntry<'approval.decided'> => ({
  type: 'approval.decided',
  ...entryBy(said.act),
  subject: { kind: 'approval', id },
  agentId,
  requestId,
  data: {
    verdict: said.verdict,
    via: said.via,
    digest: said.digest.toString('base64'),
    votes: said.votes,
    quorum,
    status: said.isDecided ? ENDS_AS[said.verdict] : 'PENDING',
  },
});

/** What becomes of the request by it: it goes to its agent, ends, or goes on waiting with other params. */
async function move(
  connection: Queryable,
  { edit, at }: NewDecision,
  { status, lifetimeSeconds, toSender, contractId }: Approval,
  request: Request,
): Promise<Request> {
  if (status === 'DENIED') {
    const error = { code: 'approval_denied', message: toSender ?? 'The request was not approved.' };
    return refuse(connection, request, error, [...request.pipelineLog, DENIED], at);
  }
  if (status === 'PENDING' && edit === null) return request;
  const isApproved = status === 'APPROVED';
  const lifetimeMs = isApproved && lifetimeSeconds !== null ? lifetimeSeconds * 1_000 : null;
  const [row] = await connection.run(MOVE_HELD, {
    id: request.id,
    at,
    request: {
      status: isApproved ? TRANSITIONS.approve.to : 'AWAITING_APPROVAL',
      isHeld: !isApproved,
      effectiveParams: edit?.params ?? request.effectiveParams,
      pipelineLog: JsonText.of(request.pipelineLog),
      errorCode: null,
      errorMessage: null,
      expiresAt: lifetimeMs === null ? request.expiresAt : new Date(at.getTime() + lifetimeMs),
      contractId,
    },
  });
  return movedOf(row);
}

async function refuse(
  connection: Queryable,
  request: Request,
  error: RequestFailure,
  pipelineLog: readonly LoggedStage[],
  at: Date,
): Promise<Request> {
  const { id, effectiveParams, expiresAt, contractId } = request;
  const [row] = await connection.run(REFUSE_HELD, {
    id,
    at,
    request: {
      status: TRANSITIONS.refuse.to,
      isHeld: true,
      effectiveParams,
      pipelineLog: JsonText.of(pipelineLog),
      errorCode: error.code,
      errorMessage: error.message,
      expiresAt,
      contractId,
    },
  });
  return movedOf(row);
}

function movedOf(row: RowIn<typeof MOVE_HELD> | undefined): Request {
  if (row === undefined) throw new Error('A held request that is locked has changed.');
  return toRequest(row);
}
