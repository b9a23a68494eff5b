import type { OutcomeReport, UnrecordedOutcome, UnusableOutcome } from '../../application/requests/outcome-report.ts';
import { handedOn } from '../../application/requests/request-traces.ts';
import type { ErrorWireCode } from '../../domain/error-registry.ts';
import { instantText } from '../../domain/instant-text.ts';
import { JsonPart } from '../../domain/json/json-part.ts';
import { JsonSyntaxError, pathText } from '../../domain/json/json-problem.ts';
import { stringifyJson } from '../../domain/json/json-text.ts';
import { paramsToDo, type Request, type RequestProgress } from '../../domain/request.ts';
import { type TraceContext, traceContextOf } from '../../domain/trace-context.ts';
import { outcomeNamedBy } from './named-request.ts';
import { readOutcome } from './read-outcome.ts';

/** The wire messages of the raw agent channel, as schema/agent-protocol.md specifies them. */

/** Why a message could not be taken. */
export type ErrorCode =
  | ErrorWireCode
  | 'invalid_json'
  | 'unknown_type'
  | 'result_too_large'
  | 'invalid_progress'
  | 'internal_error';

export type WireError = {
  readonly code: ErrorCode;
  readonly message: string;
  /** Where in the message it is wrong, dotted. */
  readonly path?: string;
  readonly requestId?: string;
  /** What the message made of its request all the same. */
  readonly status?: 'failed';
};

export type AgentMessage =
  | { readonly type: 'heartbeat' }
  | { readonly type: 'ack'; readonly requestId: string; readonly trace: TraceContext | null }
  | { readonly type: 'progress'; readonly requestId: string; readonly progress: RequestProgress; readonly trace: null }
  | {
      readonly type: 'outcome';
      readonly requestId: string;
      readonly report: OutcomeReport;
      /** What the agent is told when the report is not usable. */
      readonly complaint: Exclude<ErrorCode, 'internal_error'>;
      /** Where in a trace the agent says to have answered. */
      readonly trace: TraceContext | null;
    };

/** A request id that is longer is no request's, and is not sent back. */
const REQUEST_ID_MAX_LENGTH = 64;

export const PING = JSON.stringify({ type: 'ping' });

export const receivedMessage = (request: Request): string =>
  stringifyJson({
    type: 'request.received',
    request_id: request.id,
    action: request.action,
    params: paramsToDo(request),
    sender_id: request.senderId,
    ...(request.contextId !== null && { context_id: request.contextId }),
    attempt: request.attempts,
    expires_at: instantText(request.expiresAt),
    ...traceMembers(request),
  });

function traceMembers(request: Request) {
  const trace = handedOn(request);
  return (
    trace && { traceparent: trace.traceparent, ...(trace.tracestate !== null && { tracestate: trace.tracestate }) }
  );
}

export const cancelMessage = (requestId: string, reason: string): string =>
  JSON.stringify({ type: 'request.cancel', request_id: requestId, reason });

export const errorMessage = ({ code, message, path, requestId, status }: WireError): string =>
  JSON.stringify({ type: 'error', code, message, path, request_id: requestId, status });

/**
 * An outcome in a frame over the limit; null where it is none, or cannot be told whose.
 */
export function readOversize(text: string, maxBytes: number): AgentMessage | null {
  const requestId = outcomeNamedBy(text);
  if (requestId === null) return null;
  const message = `is too large: a message may be ${maxBytes.toLocaleString('en')} bytes long; report a larger result by HTTP`;
  return unusable(requestId, 'result_too_large', { path: 'result', message }, 'result_too_large');
}

/** What is no JSON ends a request all the same when it is that request's outcome. */
function readBroken(text: string, { message }: JsonSyntaxError): AgentMessage | { readonly error: WireError } {
  const requestId = outcomeNamedBy(text);
  return requestId === null
    ? refuse('invalid_json', `The message is not JSON: ${message}.`)
    : unusable(requestId, 'invalid_result', { path: 'message', message: `is not JSON: ${message}` }, 'invalid_json');
}

/** What breaks I-JSON in the result is the result's own matter, and what an error says is taken as far as it can be. */
function readReport(requestId: string, value: Fields, part: JsonPart): AgentMessage {
  const ownMatter = [part.members.get('result'), part.members.get('error')];
  const problem = part.problems.find((each) => !ownMatter.some((member) => member?.holds(each)));
  if (problem) {
    const issue = { path: pathText(problem.path), message: problem.message };
    return unusable(requestId, 'invalid_result', issue, 'invalid_message');
  }
  const trace = traceContextOf(value.traceparent, value.tracestate);
  return { type: 'outcome', requestId, report: readOutcome(value, part), complaint: 'invalid_message', trace };
}

function partOf(text: string): JsonPart | JsonSyntaxError {
  try {
    // However deep, an outcome ends its request; a message is short enough to be read whole.
    return JsonPart.read(text, Number.POSITIVE_INFINITY);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error;
    throw error;
  }
}

const unusable = (
  requestId: string,
  code: UnusableOutcome['code'],
  issue: UnusableOutcome['issue'],
  complaint: Extract<AgentMessage, { type: 'outcome' }>['complaint'],
): AgentMessage => ({
  type: 'outcome',
  requestId,
  report: { status: 'unusable', code, issue },
  complaint,
  trace: null,
});

/** What an agent is told of an outcome that was not recorded as it reported it. */
export function unrecordedError(
  { code, issue: { path, message }, hasEndedRequest }: UnrecordedOutcome,
  complaint: ErrorCode,
  requestId: string,
): WireError {
  const became = hasEndedRequest ? ` The request has ended as failed, with the code ${code}.` : '';
  const { error } = refuse(complaint, `${path} ${message}.${became}`, requestId);
  return { ...error, path, ...(hasEndedRequest && { status: 'failed' as const }) };
}

/** Reads what an agent sent; what cannot be taken is answered as the error to send back. Unknown fields are ignored. */
export function readAgentMessage(text: string): AgentMessage | { readonly error: WireError } {
  const part = partOf(text);
  if (part instanceof JsonSyntaxError) return readBroken(text, part);
  const { value } = part;
  if (!isObject(value)) return refuse('invalid_message', 'A message is a JSON object.');
  const { request_id: requestId } = value;
  // An outcome tells what it is also without its type.
  const type = value.type ?? ('result' in value || 'error' in value ? 'action.result' : undefined);
  if (typeof type !== 'string') return refuse('invalid_message', 'A message has a "type", which is text.');
  const twice = part.problems.find(({ path }) => path[0] === 'request_id' || path[0] === 'type');
  if (twice) return refuse('invalid_message', `${pathText(twice.path)} ${twice.message}.`);
  switch (type) {
    case 'heartbeat':
      return { type };
    case 'ack':
    case 'action.result':
    case 'progress':
      if (typeof requestId !== 'string') {
        return refuse('invalid_message', `A message of type "${type}" has a "request_id", which is text.`);
      }
      if (type === 'action.result') return readReport(requestId, value, part);
      return type === 'ack'
        ? { type, requestId, trace: traceContextOf(value.traceparent, value.tracestate) }
        : readProgress(requestId, value, part);
    default:
      return refuse(
        'unknown_type',
        'An agent sends messages of type "ack", "progress", "action.result" and "heartbeat".',
      );
  }
}

/** Its number and texts are the use case's to judge; here only whether they are some. */
function readProgress(requestId: string, value: Fields, part: JsonPart): AgentMessage | { readonly error: WireError } {
  const { progress, total = null, message = null } = value;
  const [problem] = part.problems;
  if (problem) return refuse('invalid_progress', `${pathText(problem.path)} ${problem.message}.`, requestId);
  if (typeof progress !== 'number') return refuse('invalid_progress', '"progress" is a number.', requestId);
  if (total !== null && typeof total !== 'number') return refuse('invalid_progress', '"total" is a number.', requestId);
  if (message !== null && typeof message !== 'string') {
    return refuse('invalid_progress', '"message" is text.', requestId);
  }
  return { type: 'progress', requestId, progress: { value: progress, total, message }, trace: null };
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
