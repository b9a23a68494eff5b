/** A request as a handler gets it. */
export interface ReceivedRequest<Params extends object = Readonly<Record<string, unknown>>> {
  readonly id: string;
  readonly action: string;
  /** Valid against the agent's contract, as the platform has checked. */
  readonly params: Params;
  readonly senderId: string;
  /** What its sender says that it belongs to, such as a conversation; null for nothing. */
  readonly contextId: string | null;
  /** 1 the first time; more means that it may have been seen before, by another process perhaps. */
  readonly attempt: number;
  readonly expiresAt: Date;
}

export interface HandlerContext {
  /**
   * Fires when the request is cancelled, expires, or the agent has to stop. A handler that goes on regardless keeps
   * its slot among the `concurrency` that may run.
   */
  readonly signal: AbortSignal;
  /**
   * Where in a trace the request is (W3C Trace Context), for spans of the handler's own; undefined for none. What the
   * handler puts here, such as its own span's, is what the platform is told that the outcome comes from.
   */
  traceparent: string | undefined;
  /** What tracing systems say of it besides. */
  tracestate: string | undefined;
}

/**
 * Does what a request asks. What it returns (any JSON value up to 1 MiB; undefined counts as null) completes the
 * request, what it throws fails it.
 */
export type Handler<Params extends object = Readonly<Record<string, unknown>>> = (
  request: ReceivedRequest<Params>,
  context: HandlerContext,
) => unknown;

/** Takes every action that has no handler of its own. */
export const ANY_ACTION = '*';

/** Which handler takes which action. */
export class HandlerRegistry {
  readonly #handlers = new Map<string, Handler>();

  /** Throws when the action has a handler already: one of the two would silently never run. */
  add(action: string, handler: Handler): void {
    if (typeof handler !== 'function') throw new TypeError(`the handler of "${action}" must be a function`);
    if (this.#handlers.has(action)) throw new TypeError(`the action "${action}" has a handler already`);
    this.#handlers.set(action, handler);
  }

  for(action: string): Handler | undefined {
    return this.#handlers.get(action) ?? this.#handlers.get(ANY_ACTION);
  }
}
