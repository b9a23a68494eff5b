import { LRUCache } from 'lru-cache';
import type { Approval, HoldReason } from '../../domain/approval.ts';
import type { ApprovalSettings } from '../../domain/approval-settings.ts';
import { RateLimitedError } from '../../domain/errors.ts';
import { createIds } from '../../domain/new-id.ts';
import type { Facts } from '../../domain/verdict.ts';
import type { ApprovalStore, Held, HoldBound } from '../ports/approval-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';
import { contentDigest } from '../requests/content-digest.ts';
import { type Draft, PENDING } from '../requests/draft.ts';
import type { Teller } from '../telling/teller.ts';
import { approvalDigest } from './approval-digest.ts';
import { HeldTotal } from './held-total.ts';
import { type HoldLimits, heldMax, holdBounds, overText } from './hold-bounds.ts';
import type { ApprovalSettingsOf } from './settings-of.ts';

/** That there is no place is remembered for so long, in milliseconds, so that a flood does not queue for the agent's row. */
const REMEMBERED_MS = 1_000;
const REMEMBERED_MAX = 10_000;
/** When to come again where nobody knows when there is a place, in seconds. */
const LATER_SECONDS = 60;

type Dependencies = {
  readonly approvals: Pick<ApprovalStore, 'hold' | 'heldTotal'>;
  readonly approvalSettingsOf: ApprovalSettingsOf;
  readonly teller: Pick<Teller, 'wake'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly settings: HoldLimits;
};

type ToHold = {
  readonly draft: Draft;
  /** In how many seconds its sender says it ends; null where that is left to the platform. */
  readonly expiresInSeconds: number | null;
  /** How long it lives by itself. */
  readonly lifetimeSeconds: number;
  /** What it was decided by. */
  readonly documents: Pick<Facts['request'], 'policies' | 'contract'>;
  readonly holds: readonly HoldReason[];
};

/** A request that waits for people now, or what came of it instead. */
export type HoldRequest = (toHold: ToHold) => Promise<Exclude<Held, { readonly over: HoldBound }>>;

/**
 * Stores a request for people to decide about, within the bounds of what may be held: their attention is what is attacked. Throws
 * RateLimitedError where a bound is met; then nothing is stored.
 */
export function createHoldRequest(deps: Dependencies): HoldRequest {
  const { approvals, approvalSettingsOf, teller, clock, log, metrics, settings } = deps;
  const approvalIdAt = createIds();
  const total = new HeldTotal(heldMax(settings), deps);
  const refusals = new LRUCache<string, { readonly until: number; readonly error: RateLimitedError }>({
    max: REMEMBERED_MAX,
  });

  return async ({ draft, expiresInSeconds, lifetimeSeconds, documents, holds }) => {
    const { agentId, senderId, createdAt } = draft;
    refuseKnown(agentId, senderId);
    const { policies, contract } = documents;
    if (policies === null || contract === null)
      throw new Error('A request is held, and there are no rules or no contract.');
    const [chosen] = await approvalSettingsOf([agentId]);
    if (chosen === undefined) throw new Error('An agent has no approval settings, not even the defaults.');

    const times = timesOf(chosen, createdAt, expiresInSeconds, lifetimeSeconds);
    const bound = {
      holdReasons: holds,
      findings: [],
      policySetId: policies.id,
      policyVersion: policies.version,
      contractId: contract.id,
      contractVersion: contract.version,
      quorum: chosen.quorum,
    };
    const request = { ...draft, ...PENDING, status: 'AWAITING_APPROVAL', expiresAt: times.expiresAt } as const;
    const digestOf = { ...bound, expiresAt: times.expiresAt, request: { ...draft, effectiveParams: null } };
    const bounds = holdBounds(settings, chosen);
    const approval = {
      id: approvalIdAt(createdAt.getTime()),
      ...bound,
      ...times,
      digest: approvalDigest(digestOf),
      contentDigest: contentDigest(draft.handle, draft.action, draft.params.value),
      isEditable: chosen.allowEdits,
      createdAt,
    };
    const held = await total.store(
      draft.params.bytes,
      (hasRoomInAll) => approvals.hold(request, approval, { ...bounds, hasRoomInAll }),
      (done) => 'inserted' in done,
    );
    if ('over' in held) throw refuse(held, draft, bounds);
    if ('inserted' in held) {
      note(held.approval);
      teller.wake();
    }
    return held;
  };

  function refuseKnown(agentId: string, senderId: string): void {
    for (const key of keysOf(agentId, senderId)) {
      const known = refusals.get(key);
      if (known === undefined) continue;
      if (clock.monotonic() < known.until) {
        metrics.refusedPlaces.of('held').add();
        throw known.error;
      }
      refusals.delete(key);
    }
  }

  function refuse(
    { over, freeAt }: Extract<Held, { over: HoldBound }>,
    draft: Draft,
    bounds: ReturnType<typeof holdBounds>,
  ): RateLimitedError {
    const leftMs = freeAt === null ? LATER_SECONDS * 1_000 : freeAt.getTime() - draft.createdAt.getTime();
    // Of these bounds one is about time; the others are about places.
    const violated = over === 'hour' ? ['agent'] : [];
    const error = new RateLimitedError(Math.max(1, Math.ceil(leftMs / 1_000)), overText(over, bounds), violated);
    const [all, agent, sender, pair] = keysOf(draft.agentId, draft.senderId);
    const key = over === 'all' ? all : over === 'agent' ? agent : over === 'sender' ? sender : pair;
    refusals.set(key, { until: clock.monotonic() + REMEMBERED_MS, error });
    metrics.refusedPlaces.of('held').add();
    return error;
  }

  function note({ id, requestId, agentId, senderId, expiresAt }: Approval): void {
    metrics.approvals.of('requested').add();
    log.info({ approvalId: id, requestId, agentId, senderId, expiresAt }, 'a request waits for an approval');
  }
}

const keysOf = (agentId: string, senderId: string) =>
  ['', `agent ${agentId}`, `sender ${senderId}`, `${agentId} ${senderId}`] as const;

/**
 * Until when people may decide, and how long the request lives on once they approved. The end that its sender named is a hard one:
 * what is left of it after the whole window is what there is in any case.
 */
function timesOf(
  { windowSeconds }: ApprovalSettings,
  createdAt: Date,
  expiresInSeconds: number | null,
  lifetimeSeconds: number,
): Pick<Approval, 'expiresAt' | 'lifetimeSeconds'> {
  const after = (seconds: number) => new Date(createdAt.getTime() + seconds * 1_000);
  if (expiresInSeconds === null) return { expiresAt: after(windowSeconds), lifetimeSeconds };
  if (expiresInSeconds <= windowSeconds) return { expiresAt: after(expiresInSeconds), lifetimeSeconds: null };
  return { expiresAt: after(windowSeconds), lifetimeSeconds: expiresInSeconds - windowSeconds };
}
