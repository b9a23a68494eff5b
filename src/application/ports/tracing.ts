import type { TraceContext } from '../../domain/trace-context.ts';

export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** What is recorded of a piece of work that is over. */
export type FinishedSpan = {
  readonly name: string;
  /** Of what came in from outside, or goes out, and has its other half there. @default 'internal' */
  readonly kind?: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  /** In milliseconds since 1970, with fractions. */
  readonly from: number;
  readonly to: number;
  readonly attributes?: SpanAttributes;
  readonly hasFailed?: boolean;
};

/** A call that is under way. */
export interface CallSpan {
  /** What goes on from here is told that. */
  readonly context: TraceContext;
  /** At most once. */
  end(name: string, attributes: SpanAttributes, hasFailed: boolean): void;
}

/**
 * Records spans, and never fails, waits or holds up what it records: what is too much is dropped. Of a trace that is not
 * recorded nothing is done.
 */
export interface Tracing {
  /**
   * Goes on with the caller's trace, or begins one, for a call that comes in now. Null where it is not to be recorded: the
   * caller's context, if it has one, is handed on as it is.
   */
  begin(inbound: TraceContext | null): CallSpan | null;
  /** Records a span below that one, and answers its context; the same context where it is not recorded. */
  record(parent: TraceContext, span: FinishedSpan): TraceContext;
  /** Exports what is left, for a bounded time. */
  close(): Promise<void>;
}

/** Records nothing. What callers say of their traces is handed on. */
export const NO_TRACING: Tracing = {
  begin: () => null,
  record: (parent) => parent,
  close: async () => {},
};

/** Now, as spans tell it. */
export const spanTime = (): number => performance.timeOrigin + performance.now();
