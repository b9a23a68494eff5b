import type { Tool } from '@modelcontextprotocol/server';
import { hasScope } from '../../application/access.ts';
import type { SubmittingPrincipal } from '../../domain/principal.ts';
import type { Exchange, McpSettings } from './exchange.ts';

/**
 * Tools of the platform's own, beside those of an agent: most hosts know no tasks, and without these nobody who uses them
 * could fetch what takes longer than a call may.
 */
export const READ_TOOL = 'clawcierge_request';
export const CANCEL_TOOL = 'clawcierge_cancel';

const REQUEST_ID: Tool['inputSchema'] = {
  type: 'object',
  properties: {
    request_id: {
      type: 'string',
      description: 'The id of the request, as the answer to the call that made it named it.',
    },
  },
  required: ['request_id'],
  additionalProperties: false,
};

export const COMPANION_TOOLS: readonly Tool[] = [
  {
    name: READ_TOOL,
    title: 'Fetch the result of a request',
    description:
      'Answers with the result of a request that was not finished when its call was answered. Waits a while for it where it is still open.',
    inputSchema: REQUEST_ID,
    annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
  },
  {
    name: CANCEL_TOOL,
    title: 'Cancel a request',
    description: 'Cancels a request that is not finished. The agent that works on it is told to stop.',
    inputSchema: REQUEST_ID,
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  },
];

/** Whether somebody is offered them: not a key that may only ask. */
export const offersCompanions = (
  { principal }: Pick<Exchange, 'principal'>,
  { companionTools }: Pick<McpSettings, 'companionTools'>,
): boolean => companionTools && mayRead(principal);

/** Whether a key may read later what became of what it asked. */
export const mayRead = (principal: SubmittingPrincipal): boolean => hasScope(principal, 'requests:read');

/** No action may be called as one of these. */
export const COMPANION_NAMES: ReadonlySet<string> = new Set([READ_TOOL, CANCEL_TOOL]);
