import {
  type Context,
  createTraceState,
  type DiagLogger,
  DiagLogLevel,
  diag,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Log } from '../application/ports/log.ts';
import { type FinishedSpan, spanTime, type Tracing } from '../application/ports/tracing.ts';
import { flagsText, isSampled, spanIdOf, type TraceContext, traceIdOf } from '../domain/trace-context.ts';

export type TracingSettings = {
  /** Where OTLP over HTTP is taken: the collector's address; spans go to `/v1/traces` there. */
  readonly endpoint: string;
  /** `name=value` pairs, percent-encoded and separated by commas: what the collector asks for. */
  readonly headers: string | undefined;
  readonly serviceName: string;
  /** The share of calls that are recorded, from 0 to 1. */
  readonly ratio: number;
  /** Whether the caller's own decision not to record counts. */
  readonly isParentBased: boolean;
  readonly version: string;
  readonly nodeId: string;
};

/** Spans that wait to be exported; what comes over it is dropped. */
const QUEUE_MAX = 4_096;
const EXPORT_EVERY_MS = 2_000;
const EXPORT_WITHIN_MS = 5_000;
/** How long a node that stops waits for its last spans to be taken. */
const LAST_EXPORT_WITHIN_MS = 1_000;

const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

/**
 * Records with OpenTelemetry's SDK and exports over OTLP. Which calls are recorded is drawn here: a caller that says that
 * its trace is recorded cannot have this platform record more than its share, and its choice of ids decides nothing. What
 * belongs to a recorded call is recorded whole, on whichever node: that stands in the context that is kept with it.
 */
export function createOtelTracing(settings: TracingSettings, log: Log): Tracing {
  diag.setLogger(diagOf(log), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  const exporter = new OTLPTraceExporter({
    url: tracesUrlOf(settings.endpoint),
    headers: headersOf(settings.headers),
    timeoutMillis: EXPORT_WITHIN_MS,
    concurrencyLimit: 2,
  });
  const provider = new TracerProvider({
    sampler: new AlwaysOnSampler(),
    resource: defaultResource().merge(
      resourceFromAttributes({
        'service.name': settings.serviceName,
        'service.version': settings.version,
        'service.instance.id': settings.nodeId,
      }),
    ),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        maxQueueSize: QUEUE_MAX,
        scheduledDelayMillis: EXPORT_EVERY_MS,
        exportTimeoutMillis: EXPORT_WITHIN_MS,
      }),
    ],
  });
  const tracer = provider.getTracer('clawcierge', settings.version);

  const isDrawn = (inbound: TraceContext | null): boolean => {
    if (settings.isParentBased && inbound !== null && !isSampled(inbound)) return false;
    return settings.ratio >= 1 || Math.random() < settings.ratio;
  };

  return {
    begin(inbound) {
      if (!isDrawn(inbound)) return null;
      const span = tracer.startSpan('call', { kind: SpanKind.SERVER, startTime: spanTime() }, contextOf(inbound));
      return {
        context: recorded(span, inbound),
        end(name, attributes, hasFailed) {
          span.updateName(name).setAttributes(attributes);
          if (hasFailed) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end(spanTime());
        },
      };
    },

    record(parent, { name, kind = 'internal', from, to, attributes = {}, hasFailed = false }: FinishedSpan) {
      if (!parent.isRecorded) return parent;
      const span = tracer.startSpan(name, { kind: KINDS[kind], startTime: from, attributes }, contextOf(parent));
      if (hasFailed) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(Math.max(from, to));
      return recorded(span, parent);
    },

    async close() {
      const late = new Promise<void>((resolve) => setTimeout(resolve, LAST_EXPORT_WITHIN_MS).unref());
      await Promise.race([provider.shutdown().catch(() => {}), late]);
    },
  };
}

/** As the specification has it of a base URL: the signal's path comes after its own. A query stays, which some collectors ask for. */
function tracesUrlOf(endpoint: string): string {
  const url = new URL(endpoint);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/traces`;
  url.hash = '';
  return url.href;
}

function headersOf(text = ''): Record<string, string> {
  const pairs = text.split(',').map((pair) => pair.split('='));
  const told = pairs.filter(([name, ...value]) => name?.trim() && value.length > 0);
  return Object.fromEntries(told.map(([name = '', ...value]) => [name.trim(), decoded(value.join('=').trim())]));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const recorded = (span: Span, parent: TraceContext | null): TraceContext => {
  const { traceId, spanId } = span.spanContext();
  const traceparent = `00-${traceId}-${spanId}-${flagsText(true)}`;
  return { traceparent, tracestate: parent?.tracestate ?? null, isRecorded: true };
};

function contextOf(parent: TraceContext | null): Context {
  if (parent === null) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: traceIdOf(parent),
    spanId: spanIdOf(parent),
    traceFlags: TraceFlags.SAMPLED,
    isRemote: !parent.isRecorded,
    ...(parent.tracestate !== null && { traceState: createTraceState(parent.tracestate) }),
  });
}

/** What the SDK says of itself, such as spans that were dropped or not taken. It may show headers, so only the text is told. */
function diagOf(log: Log): DiagLogger {
  const warn = (message: string) =>
    log.warn({ reason: reasonOf(message) }, 'traces are not exported as they should be');
  return { error: warn, warn, info: () => {}, debug: () => {}, verbose: () => {} };
}

/** The SDK logs errors as their JSON, with a stack. */
function reasonOf(message: string): string {
  try {
    const told: unknown = JSON.parse(message);
    const text: unknown = Object(told).message;
    return typeof text === 'string' ? text : 'unknown';
  } catch {
    return message.slice(0, 200);
  }
}
