import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Call, currentCall, inTrace } from '../application/ports/call.ts';
import type { SpanAttributes, Tracing } from '../application/ports/tracing.ts';
import { type TraceContext, traceContextOf } from '../domain/trace-context.ts';
import { callFields } from './call-fields.ts';
import { isQuiet } from './request-log.ts';

/** Where in a trace the caller says to be. */
export const traceOfHeaders = ({ traceparent, tracestate }: IncomingHttpHeaders): TraceContext | null =>
  traceparent === undefined ? null : traceContextOf(traceparent, tracestate);

/** Goes on with the trace of an HTTP request; its span ends with the answer. */
export function traceCall(request: FastifyRequest, reply: FastifyReply, tracing: Tracing): void {
  const { call, method, headers, routeOptions } = request;
  const route = routeOptions.url ?? null;
  const inbound = traceOfHeaders(headers);
  const span = isQuiet(route) ? null : tracing.begin(inbound);
  call.trace = span?.context ?? inbound;
  if (span === null) return;
  reply.raw.on('close', () => {
    const { headersSent, statusCode } = reply.raw;
    const status = headersSent ? { 'http.response.status_code': statusCode } : {};
    const told = attributesOf(call, route?.startsWith('/mcp/') ? 'mcp.method.name' : 'graphql.operation');
    const attributes = { 'http.request.method': method, 'http.route': route ?? '', ...status, ...told };
    span.end(`${method} ${route ?? ''}`.trim(), attributes, !headersSent || statusCode >= 500);
  });
}

type Operation = {
  readonly name: string;
  /** Where in a trace it says to be itself. */
  readonly inbound: TraceContext | null;
  readonly tracing: Tracing;
};

/** Does what an operation on a socket asks, in the trace that it names or else in the socket's. */
export async function traceOperation<Result>(
  { name, inbound, tracing }: Operation,
  work: () => Promise<Result>,
): Promise<Result> {
  const from = inbound ?? currentCall()?.trace ?? null;
  const span = tracing.begin(from);
  let hasFailed = true;
  try {
    const result = await inTrace(span?.context ?? from, work);
    hasFailed = false;
    return result;
  } finally {
    const call = currentCall();
    span?.end(name, call ? attributesOf(call) : {}, hasFailed);
  }
}

function attributesOf(call: Call, operationName = 'graphql.operation'): SpanAttributes {
  const { operation, caller, agentId, requestId, httpRequestId } = callFields(call);
  return {
    ...(operation !== undefined && { [operationName]: operation }),
    ...(caller !== undefined && { 'clawcierge.caller': caller }),
    ...(agentId !== undefined && { 'clawcierge.agent.id': agentId }),
    ...(requestId !== undefined && { 'clawcierge.request.id': requestId }),
    'clawcierge.http_request.id': httpRequestId,
  };
}
