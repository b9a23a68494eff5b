import { TRANSITIONS, type Transition } from '../../domain/request.ts';

/** The states a transition starts from, as SQL: the state machine is the domain's, and only its. */
export const startsFrom = (transition: Transition): string =>
  `r.status in (${TRANSITIONS[transition].from.map((status) => `'${status}'`).join(', ')})`;

export const endsIn = (transition: Transition): string => `'${TRANSITIONS[transition].to}'`;

/** Open and not past its expiry at that instant (an SQL expression). */
export const isOpenAt = (at: string): string => `r.finished_at is null and r.expires_at > ${at}`;

/**
 * Nobody holds it at that instant: it waits, its lease lapsed unacked, or its channel is gone. Channels of a node that
 * stopped renewing go when the node is forgotten.
 */
export const isClaimableAt = (at: string): string => `${isOpenAt(at)} and ${startsFrom('claim')} and (
    r.status = 'PENDING'
    or (r.status = 'DISPATCHED' and r.lease_expires_at <= ${at})
    or not exists (select from channels c where c.id = r.channel_id)
  )`;

/** What every change does besides: time never goes back, and watchers can order what they see. */
export const touchedAt = (at: string): string =>
  `revision = r.revision + 1, updated_at = greatest(r.updated_at, ${at})`;

export const finishedAt = (at: string): string => `finished_at = greatest(r.updated_at, ${at}), ${touchedAt(at)}`;
