import type { Request, RequestStatus } from '../../domain/request.ts';

const SAYS: Readonly<Record<RequestStatus, string>> = {
  PENDING: 'Waits for the agent.',
  AWAITING_APPROVAL: "Waits for the approval of the agent's owner.",
  DISPATCHED: 'The agent has it.',
  ACKED: 'The agent works on it.',
  COMPLETED: 'It is done.',
  FAILED: 'It failed.',
  REJECTED: 'It was rejected.',
  CANCELLED: 'It was cancelled.',
  TIMEOUT: 'It took too long.',
};

/** Where a request stands, in one sentence; in the agent's own words while it works on it and says something. */
export function stateText({ status, progress }: Pick<Request, 'status' | 'progress'>): string {
  const isWorkedOn = status === 'DISPATCHED' || status === 'ACKED';
  return (isWorkedOn ? progress?.message : null) ?? SAYS[status];
}
