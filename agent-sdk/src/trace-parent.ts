/** Where in a trace something is, as W3C Trace Context hands it on. */
export interface TraceParent {
  readonly traceparent: string;
  readonly tracestate?: string | undefined;
}

/** What there is of it; undefined for none. What no header can carry is none, and costs no outcome its way. */
export const traceParentOf = (traceparent: unknown, tracestate: unknown): TraceParent | undefined => {
  if (!isOfHeader(traceparent)) return undefined;
  return isOfHeader(tracestate) ? { traceparent, tracestate } : { traceparent };
};

const isOfHeader = (value: unknown): value is string => typeof value === 'string' && /^[\x20-\x7e]+$/.test(value);
