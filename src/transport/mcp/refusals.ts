import type { FastifyReply, FastifyRequest } from 'fastify';
import { inCall } from '../../application/ports/call.ts';
import type { Log } from '../../application/ports/log.ts';
import { Defect, retryAfter, retryAfterSecondsOf, tellable } from '../failures.ts';
import { MalformedBodyError } from '../json-body.ts';
import { challengeHeaders } from './challenge.ts';
import { MCP_ERRORS } from './error-catalogue.ts';

/** What this door itself refuses, before the protocol's own code hears of it or after. */
type RefusalKind =
  | 'not_json'
  | 'not_json_rpc'
  | 'foreign_origin'
  | 'body_too_large'
  | 'content_type'
  | 'answer_too_large';

/** An exchange that ends before it began, or whose answer is not given, with the id of its message where that could be read. */
export class RefusedExchange extends Error {
  readonly kind: RefusalKind;
  readonly id: string | number | null;

  constructor(kind: RefusalKind, message: string, id: string | number | null = null) {
    super(message);
    this.kind = kind;
    this.id = id;
  }
}

type Refusal = {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
  readonly id?: string | number | null;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Answers what was refused as an error of JSON-RPC, with the status that HTTP has for it. */
export function createSendRefusal(log: Log) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const wasKeySent = request.headers.authorization !== undefined;
    // Of a body that cannot be read we hear outside of its request.
    const { status, headers = {}, id = null, ...told } = inCall(request.call, () => refusalOf(error, log, wasKeySent));
    const body = { jsonrpc: '2.0', error: told, id };
    reply.code(status).headers({ 'cache-control': 'no-store', ...headers });
    return reply.type('application/json; charset=utf-8').send(JSON.stringify(body));
  };
}

function refusalOf(error: unknown, log: Log, wasKeySent: boolean): Refusal {
  if (error instanceof RefusedExchange) return refusalAs(error.kind, error.message, error.id);
  if (error instanceof MalformedBodyError) return refusalAs('not_json', error.message);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return refusalAs('body_too_large', TOO_LARGE);
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return refusalAs('content_type', CONTENT_TYPE);
  if (code === 'FST_ERR_CTP_INVALID_CONTENT_LENGTH') return refusalAs('not_json', LENGTH);
  const told = tellable(error, log, 'an exchange over MCP');
  if (told instanceof Defect)
    return { status: 500, code: -32603, message: told.message, data: { errorId: told.errorId } };
  const { status } = told.row;
  const seconds = retryAfterSecondsOf(told);
  const headers = { ...challengeHeaders(told, wasKeySent), ...(seconds !== undefined && retryAfter(seconds)) };
  return { status, code: status, message: told.message, headers };
}

function refusalAs(kind: RefusalKind, message: string, id: RefusedExchange['id'] = null): Refusal {
  const { status, code } = MCP_ERRORS[kind];
  return { status: Number(status), code, message, id };
}

const TOO_LARGE = 'The body is larger than BODY_LIMIT_BYTES allows.';
const CONTENT_TYPE = 'Send the body as application/json.';
const LENGTH = 'The body is not as long as Content-Length says.';
