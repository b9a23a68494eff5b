import type { Answer, Delivery } from './channel.ts';
import { traceParentOf } from './trace-parent.ts';

/** What the platform says on the raw WebSocket, read. */
export type PlatformMessage =
  | { readonly type: 'request.received'; readonly delivery: Delivery }
  | { readonly type: 'request.cancel'; readonly requestId: string; readonly reason: string }
  | { readonly type: 'ping' }
  | { readonly type: 'error'; readonly requestId: string | undefined; readonly answer: Answer };

type Fields = Readonly<Record<string, unknown>>;

/** Reads one message; undefined for what this version of the SDK does not know, which is to be ignored. */
export function platformMessageOf(text: string): PlatformMessage | undefined {
  const message = fieldsOf(text);
  switch (message?.type) {
    case 'request.received': {
      const delivery = deliveryOf(message);
      return delivery && { type: 'request.received', delivery };
    }
    case 'request.cancel': {
      const { request_id: requestId, reason } = message;
      if (typeof requestId !== 'string') return undefined;
      return { type: 'request.cancel', requestId, reason: textOf(reason) };
    }
    case 'ping':
      return { type: 'ping' };
    case 'error': {
      const { request_id: requestId, code, message: text, status, path } = message;
      // It is about progress, and says nothing of the outcome.
      if (code === 'invalid_progress') return undefined;
      // With a status, the request has ended by what was wrong.
      const kind = typeof status === 'string' ? 'finished' : answerKindOf(code);
      const answer: Answer = { kind, message: textOf(text), ...(typeof path === 'string' && { path }) };
      return { type: 'error', requestId: typeof requestId === 'string' ? requestId : undefined, answer };
    }
    default:
      return undefined;
  }
}

/** Only what says that the message itself is wrong refuses it: a good result must not be lost to a passing trouble. */
function answerKindOf(code: unknown): Exclude<Answer['kind'], 'taken'> {
  switch (code) {
    case 'request_finished':
    case 'request_not_found':
      return 'finished';
    case 'invalid_message':
      return 'refused';
    default:
      return 'not-now';
  }
}

function fieldsOf(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function deliveryOf(message: Fields): Delivery | undefined {
  const { request_id: requestId, action, params, sender_id: senderId, attempt, expires_at: expiresAt } = message;
  const trace = traceParentOf(message.traceparent, message.tracestate);
  if (typeof requestId !== 'string' || typeof action !== 'string') return undefined;
  return {
    requestId,
    action,
    params: isFields(params) ? params : {},
    senderId: textOf(senderId),
    ...(typeof message.context_id === 'string' && { contextId: message.context_id }),
    attempt: typeof attempt === 'number' ? attempt : 1,
    expiresAt: textOf(expiresAt),
    ...trace,
  };
}
