import { CLOSE_CODES } from '../close-codes.ts';

/** The raw agent channel in short, for programs and for the reference; schema/agent-protocol.md is the whole of it. */

/** Where in a trace a message comes from. */
const TRACE = ['traceparent?', 'tracestate?'] as const;

/** Fields of each message, by its type; with a question mark those that may be missing. */
export const FROM_PLATFORM = {
  'request.received': ['request_id', 'action', 'params', 'sender_id', 'context_id?', 'attempt', 'expires_at', ...TRACE],
  'request.cancel': ['request_id', 'reason'],
  ping: [],
  error: ['code', 'message', 'path?', 'request_id?', 'status?: failed'],
} as const;

export const FROM_AGENT = {
  ack: ['request_id', ...TRACE],
  progress: ['request_id', 'progress: number', 'total?: number', 'message?'],
  'action.result': ['request_id', 'status: completed | error', 'result?', 'error?: text | {code, message}', ...TRACE],
  heartbeat: [],
} as const;

export const CHANNEL_ERROR_CODES = {
  invalid_json: 'The message is not JSON. With a status, it ended its request as failed.',
  invalid_message:
    'It is JSON, but not a message, or a field is missing or wrong. With a status, it ended its request as failed.',
  unknown_type: 'There is no message of this type from agents.',
  result_too_large: 'The result is over the limit; its request has ended as failed.',
  invalid_progress: 'The progress is not higher than before, or not as it must be; nothing was changed.',
  forbidden: 'The key of the channel lacks the scope that the message needs: `requests:answer`.',
  request_not_found: 'There is no such request, or it is not this agent’s.',
  request_finished: 'The request is final already; nothing was changed.',
  unavailable: 'The platform cannot take it now: send it again a moment later.',
  overloaded: 'The platform has too much to do just now: send it again a moment later.',
  internal_error: 'A defect of the platform; the message names an id that is in its log. Send it again.',
} as const;

/** By code: what it means, and what to do. Only those of the raw channel. */
export const CHANNEL_CLOSE_CODES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(CLOSE_CODES).flatMap(([code, row]) =>
    'advice' in row ? [[code, `${row.meaning}: ${row.advice}.`]] : [],
  ),
);
