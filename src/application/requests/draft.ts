import type { NewRequest } from '../ports/request-store.ts';

/** A request that the pipeline has decided about, before it is known in which state it is stored. */
export type Draft = Omit<NewRequest, 'status' | 'error' | 'delivery' | 'leaseExpiresAt'> &
  Required<Pick<NewRequest, 'by' | 'policySetId'>>;

/** Stored as it is: for whoever asks for it. */
export const PENDING = { status: 'PENDING', error: null, delivery: null, leaseExpiresAt: null } as const;
