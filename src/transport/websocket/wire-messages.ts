import type { JsonValue } from '../../domain/contract.ts';
import type { ErrorWireCode } from '../../domain/error-registry.ts';
import type { Request } from '../../domain/request.ts';

/** The wire messages of the raw agent channel, as schema/agent-protocol.md specifies them. */

/** Why a message could not be taken. */
export type ErrorCode = ErrorWireCode | 'invalid_json' | 'unknown_type' | 'internal_error';

export type WireError = { readonly code: ErrorCode; readonly message: string; readonly requestId?: string };

export type AgentMessage =
  | { readonly type: 'heartbeat' }
  | { readonly type: 'ack'; readonly requestId: string }
  | { readonly type: 'completed'; readonly requestId: string; readonly result: JsonValue }
  | {
      readonly type: 'failed';
      readonly requestId: string;
      readonly code: string | null;
      readonly message: string;
    };

/** A request id that is longer is no request's, and is not sent back. */
const REQUEST_ID_MAX_LENGTH = 64;
/** For an agent that says that it failed, but not how. */
const UNSAID_FAILURE = 'The agent reported an error.';

export const PING = JSON.stringify({ type: 'ping' });

export const receivedMessage = (request: Request): string =>
  JSON.stringify({
    type: 'request.received',
    request_id: request.id,
    action: request.action,
    params: request.params,
    sender_id: request.senderId,
    attempt: request.attempts,
    expires_at: request.expiresAt.toISOString(),
  });

export const cancelMessage = (requestId: string, reason: string): string =>
  JSON.stringify({ type: 'request.cancel', request_id: requestId, reason });

export const errorMessage = ({ code, message, requestId }: WireError): string =>
  JSON.stringify({ type: 'error', code, message, ...(requestId !== undefined && { request_id: requestId }) });

/** Reads what an agent sent; what cannot be taken is answered as the error to send back. Unknown fields are ignored. */
export function readAgentMessage(text: string): AgentMessage | { readonly error: WireError } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse('invalid_json', 'The message is not JSON.');
  }
  if (!isObject(value)) return refuse('invalid_message', 'A message is a JSON object.');
  const { type, request_id: requestId } = value;
  if (typeof type !== 'string') return refuse('invalid_message', 'A message has a "type", which is text.');
  switch (type) {
    case 'heartbeat':
      return { type };
    case 'ack':
    case 'action.result':
      if (typeof requestId !== 'string') {
        return refuse('invalid_message', `A message of type "${type}" has a "request_id", which is text.`);
      }
      return type === 'ack' ? { type, requestId } : readResult(requestId, value);
    default:
      return refuse('unknown_type', 'An agent sends messages of type "ack", "action.result" and "heartbeat".');
  }
}

function readResult(requestId: string, { status, result, error }: Fields): ReturnType<typeof readAgentMessage> {
  if (status === 'completed') return { type: 'completed', requestId, result: (result ?? null) as JsonValue };
  if (status !== 'error') {
    return refuse('invalid_message', 'The "status" of a result is "completed" or "error".', requestId);
  }
  const failure = readFailure(error);
  if (failure) return { type: 'failed', requestId, ...failure };
  return refuse('invalid_message', 'The "error" of a result is text, or {"code", "message"} of texts.', requestId);
}

function readFailure(error: unknown): { code: string | null; message: string } | null {
  if (error === undefined || error === null) return { code: null, message: UNSAID_FAILURE };
  if (typeof error === 'string') return { code: null, message: error.trim() === '' ? UNSAID_FAILURE : error };
  if (!isObject(error)) return null;
  const { code = null, message } = error;
  if (typeof message !== 'string' || (code !== null && typeof code !== 'string')) return null;
  return { code, message };
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const refuse = (code: ErrorCode, message: string, requestId?: string): { readonly error: WireError } => ({
  error: {
    code,
    message,
    ...(requestId !== undefined && requestId.length <= REQUEST_ID_MAX_LENGTH && { requestId }),
  },
});
