/** The raw agent channel in short, for programs and for the reference; schema/agent-protocol.md is the whole of it. */

/** Fields of each message, by its type. */
export const FROM_PLATFORM = {
  'request.received': ['request_id', 'action', 'params', 'sender_id', 'attempt', 'expires_at'],
  'request.cancel': ['request_id', 'reason'],
  ping: [],
  error: ['code', 'message', 'request_id?'],
} as const;

export const FROM_AGENT = {
  ack: ['request_id'],
  'action.result': ['request_id', 'status: completed | error', 'result', 'error: text | {code, message}'],
  heartbeat: [],
} as const;

export const CHANNEL_ERROR_CODES = {
  invalid_json: 'The message is not JSON.',
  invalid_message: 'It is JSON, but not a message, or a field is missing or wrong.',
  unknown_type: 'There is no message of this type from agents.',
  request_not_found: 'There is no such request, or it is not this agent’s.',
  request_finished: 'The request is final already; nothing was changed.',
  unavailable: 'The platform cannot take it now: send it again a moment later.',
  internal_error: 'A defect of the platform; the message names an id that is in its log. Send it again.',
} as const;

export const CLOSE_CODES = {
  1001: 'The node is shutting down: connect again at once.',
  1009: 'A message was over the limit: connect again, send smaller ones.',
  4001: 'The key was revoked or has expired, or the agent was deleted: stop.',
  4008: 'No sign of life for too long: connect again.',
  4009: 'More channels than one agent may hold: close one first.',
  4029: 'The agent reads too slowly: connect again, and read faster.',
} as const;
