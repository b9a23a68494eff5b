import { type Expression, expressionBuilder, sql } from 'kysely';
import { SUSPECT_LOSSES, TRANSITIONS, type Transition } from '../../domain/request.ts';
import { greatest } from '../expressions.ts';
import { isAnySuspended } from '../suspensions/is-suspended.ts';
import type { Tables } from '../tables.ts';

/** Conditions and changes of requests, in statements that call their table `r`. */
export type Requests = Tables & { readonly r: Tables['requests'] };

/** Builds conditions and expressions of a request. */
export const ofRequest = expressionBuilder<Requests, 'r'>();

/** The state machine is the domain's, and only its. */
export const startsFrom = (transition: Transition) => ofRequest('r.status', 'in', TRANSITIONS[transition].from);

export const isOpen = ofRequest('r.finished_at', 'is', null);

/** Open and not past its expiry at that instant. */
export const isOpenAt = (at: Expression<Date>) => isOpen.and('r.expires_at', '>', at);

/** Its channel is known, on whichever node. */
export const hasItsChannel = ofRequest.exists(
  ofRequest.selectFrom('channels as its').whereRef('its.id', '=', 'r.channel_id'),
);

/** Its sender or its agent is suspended. */
export const isSuspended = isAnySuspended(ofRequest.ref('r.sender_id'), ofRequest.ref('r.agent_id'));

/** Its sender is blocked at its agent. */
export const isBlocked = sql<boolean>`(${ofRequest
  .selectFrom('sender_limits as at_agent')
  .select('at_agent.sender_id')
  .whereRef('at_agent.agent_id', '=', 'r.agent_id')
  .whereRef('at_agent.sender_id', '=', 'r.sender_id')
  .where('at_agent.is_blocked', '=', sql.lit(true))
  .limit(1)} is not null)`;

/**
 * Its sender or its agent is suspended, or its sender is blocked at its agent: it waits until that is taken back, or until it
 * expires (docs/decisions/0048). The last condition to be asked for, since it reads other tables for each request.
 */
export const isStopped = sql<boolean>`(${isSuspended} or ${isBlocked})`;

/**
 * Nobody holds it at that instant, and nobody has stopped it: it waits, its lease lapsed unacked, or its channel is gone. Channels of a node that
 * stopped renewing go when the node is forgotten.
 */
export const isClaimableAt = (at: Expression<Date>, lapsedBy = at) =>
  ofRequest.and([
    isOpenAt(at),
    startsFrom('claim'),
    ofRequest.or([
      ofRequest('r.status', '=', 'PENDING'),
      ofRequest('r.status', '=', 'DISPATCHED').and('r.lease_expires_at', '<=', lapsedBy),
      ofRequest.not(hasItsChannel),
    ]),
    ofRequest.not(isStopped),
  ]);

/** It has lost so many channels in a row that it is delivered alone, to see whether it is the cause. */
export const isSuspect = ofRequest('r.losses', '>=', SUSPECT_LOSSES);

/**
 * Claimable, and to be given up instead: nobody acked it often enough, or it lost its channel often enough in a row. What
 * went with a node that died says nothing about the request.
 */
export const isGivenUp = (limits: { readonly unacked: Expression<number>; readonly losses: Expression<number> }) =>
  ofRequest.or([
    ofRequest.and([
      ofRequest('r.status', '=', 'DISPATCHED'),
      ofRequest('r.unacked_deliveries', '>=', limits.unacked),
      hasItsChannel,
    ]),
    ofRequest('r.status', '=', 'PENDING').and('r.losses', '>=', limits.losses),
  ]);

/** What every change does besides: time never goes back, and watchers can order what they see. */
export const touchedAt = (at: Expression<Date>) => ({
  revision: ofRequest('r.revision', '+', 1),
  updated_at: greatest(ofRequest.ref('r.updated_at'), at),
});

export const finishedAt = (at: Expression<Date>) => ({
  finished_at: greatest(ofRequest.ref('r.updated_at'), at),
  ...touchedAt(at),
});
