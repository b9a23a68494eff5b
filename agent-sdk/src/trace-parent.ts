/** Where in a trace something is, as W3C Trace Context hands it on. */
export interface TraceParent {
  readonly traceparent: string;
  readonly tracestate?: string | undefined;
}

/** What there is of it; undefined for none. */
export const traceParentOf = (traceparent: unknown, tracestate: unknown): TraceParent | undefined => {
  if (typeof traceparent !== 'string' || traceparent === '') return undefined;
  return typeof tracestate === 'string' && tracestate !== '' ? { traceparent, tracestate } : { traceparent };
};
