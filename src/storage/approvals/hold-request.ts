import type { ApprovalStore, HoldBound, HoldBounds, NewApproval } from '../../application/ports/approval-store.ts';
import type { NewRequest } from '../../application/ports/request-store.ts';
import type { Amount } from '../../domain/amount.ts';
import { LOCK_AGENT } from '../agents/lock-agent.ts';
import type { Database, Queryable } from '../database.ts';
import { createStoreUnlessTaken, keyNotBefore } from '../requests/request-inserts.ts';
import { submittedWith } from '../requests/request-notes.ts';
import { asStored, toNewRow } from '../requests/request-records.ts';
import { approvalAsStored, toNewApprovalRow } from './approval-records.ts';
import { COUNT_HELD, HOLD } from './hold-statements.ts';

const HOUR_MS = 60 * 60 * 1_000;

/** Holds requests: those of one agent one after the other, so that no place is given twice. */
export const createHold = (database: Database): ApprovalStore['hold'] => {
  const storeUnlessTaken = createStoreUnlessTaken(database);

  return (request, approval, bounds) =>
    storeUnlessTaken(request, () =>
      database.transaction('hold-request', async (connection) => {
        const locked = await connection.run(LOCK_AGENT, { id: request.agentId });
        if (locked.length === 0) return null;
        const counted = await count(connection, request, approval, bounds);
        if (counted === undefined || counted.isRepetition) return null;
        if (counted.wasDenied) return { deniedBefore: true };
        const met = boundMet(counted, request.params.bytes, bounds);
        if (met !== null) return { over: met, freeAt: freeAt(counted, met) };
        const row = toNewRow(request);
        const held = await connection.run(HOLD, {
          request: row,
          approval: toNewApprovalRow(approval, request),
          ...submittedWith(request),
        });
        if (held.length === 0) return null;
        return { inserted: asStored(row), approval: approvalAsStored(approval, request) };
      }),
    );
};

type Counted = NonNullable<Awaited<ReturnType<typeof count>>>;

async function count(connection: Queryable, request: NewRequest, { contentDigest }: NewApproval, bounds: HoldBounds) {
  const { agentId, senderId, idempotencyKey, createdAt } = request;
  const ago = (ms: number) => new Date(createdAt.getTime() - ms);
  const coolDownMs = bounds.denyCoolDownSeconds * 1_000;
  const [counted] = await connection.run(COUNT_HELD, {
    agentId,
    senderId,
    contentDigest,
    idempotencyKey,
    keyNotBefore: keyNotBefore(request),
    hourAgo: ago(HOUR_MS),
    askedSince: ago(coolDownMs + bounds.windowMaxSeconds * 1_000),
    deniedSince: ago(coolDownMs),
    ofAgentMax: bounds.ofAgent.requests,
    inAnHourMax: bounds.ofSenderAtAgentInAnHour,
    ofSenderMax: bounds.ofSender.requests,
  });
  return counted;
}

/** The narrowest bound first: who is over its own is told so. */
function boundMet(counted: Counted, bytes: number, bounds: HoldBounds): HoldBound | null {
  const { atAgent, ofAgent, ofSender, inAnHour } = counted;
  const isOver = (there: Amount, max: Amount) => there.requests >= max.requests || there.bytes + bytes > max.bytes;
  if (isOver(atAgent, bounds.ofSenderAtAgent)) return 'sender-at-agent';
  if (inAnHour >= bounds.ofSenderAtAgentInAnHour) return 'hour';
  if (isOver(ofSender, bounds.ofSender)) return 'sender';
  if (isOver(ofAgent, bounds.ofAgent)) return 'agent';
  return bounds.hasRoomInAll ? null : 'all';
}

function freeAt({ firstEndsAt, oldestInHourAt }: Counted, met: HoldBound): Date | null {
  if (met === 'sender-at-agent') return firstEndsAt;
  return met === 'hour' && oldestInHourAt !== null ? new Date(oldestInHourAt.getTime() + HOUR_MS) : null;
}
