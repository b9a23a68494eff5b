import type { RequestFailure } from '../../domain/request.ts';

/** How an open request ends whose agent is deleted. */
export const AGENT_DELETED: RequestFailure = { code: 'agent_deleted', message: 'The agent was deleted.' };
