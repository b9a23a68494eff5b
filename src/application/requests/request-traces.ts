import type { Request } from '../../domain/request.ts';
import { type TraceContext, traceIdOf, traceOfText, traceText } from '../../domain/trace-context.ts';
import type { Decision } from '../../domain/verdict.ts';
import { currentCall } from '../ports/call.ts';
import { type FinishedSpan, spanTime, type Tracing } from '../ports/tracing.ts';

/** What a request that is submitted here is kept with, so that its delivery goes on with the trace, on whichever node. */
export function traceTextHere(): string | null {
  const trace = currentCall()?.trace ?? null;
  return trace && traceText(trace);
}

/** A span for each stage, one after the other, as the pipeline ran them. */
export function recordStages(tracing: Tracing, { log }: Decision, from: number): void {
  const trace = currentCall()?.trace;
  if (!trace?.isRecorded) return;
  let at = from;
  for (const { stage, passed, kind, durationMs } of log) {
    const attributes = { 'clawcierge.passed': passed, ...(kind !== undefined && { 'clawcierge.denial_kind': kind }) };
    tracing.record(trace, { name: `stage ${stage}`, from: at, to: at + durationMs, attributes });
    at += durationMs;
  }
}

/** The request as it goes out to a channel: in the trace as the agent is to go on with it. */
export function recordDelivery(tracing: Tracing, request: Request): Request {
  const trace = traceOfText(request.traceContext);
  if (!trace?.isRecorded) return request;
  const to = spanTime();
  // When it was assigned is told by the database's time, which is not this machine's to the millisecond.
  const from = Math.min(request.deliveries.at(-1)?.deliveredAt.getTime() ?? to, to);
  const attributes = { ...about(request), 'clawcierge.attempt': request.attempts };
  const sent = tracing.record(trace, { name: 'deliver', kind: 'producer', from, to, attributes });
  return { ...request, traceContext: traceText(sent) };
}

/** What the agent said of the request: below what the agent says that it comes from, if that is of the same trace. */
export function recordReport(tracing: Tracing, request: Request, name: string, from: number): void {
  const trace = traceOfText(request.traceContext);
  if (!trace?.isRecorded) return;
  const said = currentCall()?.trace ?? null;
  const parent = said !== null && traceIdOf(said) === traceIdOf(trace) ? { ...said, isRecorded: true } : trace;
  tracing.record(parent, { name, kind: 'consumer', from, to: spanTime(), attributes: about(request) });
}

const about = ({ id, agentId, status }: Request): NonNullable<FinishedSpan['attributes']> => ({
  'clawcierge.request.id': id,
  'clawcierge.agent.id': agentId,
  'clawcierge.request.status': status,
});

/** What is handed on of the trace that a request is in. */
export const handedOn = ({ traceContext }: Pick<Request, 'traceContext'>): TraceContext | null =>
  traceOfText(traceContext);
