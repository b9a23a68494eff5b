import { type CallToolResult, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { Log } from '../../application/ports/log.ts';
import type { DomainError } from '../../domain/domain-error.ts';
import {
  AgentNotConnectedError,
  AgentNotFoundError,
  ForbiddenError,
  type InputIssue,
  InvalidInputError,
  RequestNotFoundError,
  RequestRejectedError,
  UnauthenticatedError,
} from '../../domain/errors.ts';
import type { DenialKind } from '../../domain/verdict.ts';
import { Defect, retryAfterSecondsOf, tellable } from '../failures.ts';

/** Of a tool's name that nobody has, so much is told back. */
const NAME_TOLD_MAX = 128;
/** Problems that a tool error lists; a model that reads it has enough to begin with. */
const ISSUES_TOLD_MAX = 20;

/** Denials of what there is no tool for. */
const NO_SUCH_TOOL: ReadonlySet<DenialKind | null> = new Set<DenialKind | null>(['UNKNOWN_ACTION', 'NO_CONTRACT']);

/** Texts that name what callers may set, as this door spells it. */
const TEXTS: Readonly<Record<string, string>> = {
  [AgentNotConnectedError.row.code]:
    'The agent is not connected. Try again later, or send "clawcierge/whenOffline": "queue" in _meta to leave the request for it.',
};

/** Fields of use cases, as this door spells them. */
const PATHS: readonly (readonly [RegExp, string])[] = [
  [/^input\.params/, 'arguments'],
  [/^params\b/, 'arguments'],
  [/^input\.(idempotencyKey|expiresInSeconds|whenOffline)/, '_meta["clawcierge/$1"]'],
  [/^input\.requestId/, 'request_id'],
  [/^input\.action/, 'name'],
];

/** A result that says that the call failed, and why, to a model that may correct itself. It never has a structure. */
export const toolError = (text: string, meta: Readonly<Record<string, unknown>> = {}): CallToolResult => ({
  isError: true,
  content: [{ type: 'text', text }],
  ...(Object.keys(meta).length > 0 && { _meta: meta }),
});

/**
 * What a call answers that a use case refused. Throws what is an error of the protocol: that there is no such tool, that
 * the key does not open it any more, and whatever is not to be told.
 */
export function toolErrorOf(
  error: unknown,
  { name, log }: { readonly name: string; readonly log: Log },
): CallToolResult {
  const told = tellable(error, log, 'a call over MCP');
  if (told instanceof Defect) throw internal(told);
  if (told instanceof RequestRejectedError && NO_SUCH_TOOL.has(told.kind)) throw unknownTool(name, told);
  if (isAboutCaller(told)) throw refusal(told);
  const seconds = retryAfterSecondsOf(told);
  return toolError(textOf(told), {
    ...(told instanceof RequestRejectedError && told.kept && { 'clawcierge/requestId': told.requestId }),
    ...(seconds !== undefined && { 'clawcierge/retryAfterSeconds': Math.ceil(seconds) }),
  });
}

/** The same for a method that answers with no tool's result. */
export function protocolErrorOf(error: unknown, log: Log, what: string): ProtocolError {
  if (error instanceof ProtocolError) return error;
  const told = tellable(error, log, what);
  if (told instanceof Defect) return internal(told);
  if (told instanceof RequestNotFoundError || told instanceof InvalidInputError) return invalidParams(textOf(told));
  return refusal(told);
}

export const invalidParams = (message: string): ProtocolError =>
  new ProtocolError(ProtocolErrorCode.InvalidParams, message);

const unknownTool = (name: string, { reason, requestId }: RequestRejectedError): ProtocolError =>
  new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${name.slice(0, NAME_TOLD_MAX)}`, {
    reason,
    requestId,
  });

const internal = ({ message, errorId }: Defect): ProtocolError =>
  new ProtocolError(ProtocolErrorCode.InternalError, message, { errorId });

/** Codes of the protocol's own range are closed to new uses, so it is the status that HTTP has for it. */
const refusal = (error: DomainError): ProtocolError => new ProtocolError(error.row.status, error.message);

const isAboutCaller = (error: DomainError): boolean =>
  error instanceof UnauthenticatedError || error instanceof ForbiddenError || error instanceof AgentNotFoundError;

function textOf(error: DomainError): string {
  const issues = 'issues' in error ? (error.issues as readonly InputIssue[]).map(issueText) : [];
  const [only] = issues;
  if (error instanceof RequestRejectedError) {
    const isTold = issues.length <= 1;
    return [`${error.code}: ${spelled(error.reason)}`, ...(isTold ? [] : issues.slice(0, ISSUES_TOLD_MAX))].join('\n');
  }
  if (only === undefined) return `${error.code}: ${TEXTS[error.code] ?? error.message}`;
  return [`${error.code}:`, ...issues.slice(0, ISSUES_TOLD_MAX)].join(issues.length === 1 ? ' ' : '\n');
}

const issueText = ({ path, message }: InputIssue): string => `${spelled(path)} ${message}`;

function spelled(path: string): string {
  for (const [pattern, own] of PATHS) if (pattern.test(path)) return path.replace(pattern, own);
  return path;
}
