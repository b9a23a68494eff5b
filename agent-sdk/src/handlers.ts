import type { AnyObject } from './json-schema-type.ts';
import type { ProgressDetails } from './progress.ts';
import type { SchemaCheck } from './schema-check.ts';
import type { CapabilityInput } from './types.ts';

/** A request as a handler gets it. */
export interface ReceivedRequest<Params = AnyObject> {
  readonly id: string;
  readonly action: string;
  /** Valid against the agent's contract, as the platform has checked; of a defined action, what its schema made of them. */
  readonly params: Params;
  readonly senderId: string;
  /** What its sender says that it belongs to, such as a conversation; null for nothing. */
  readonly contextId: string | null;
  /** 1 the first time; more means that it may have been seen before, by another process perhaps. */
  readonly attempt: number;
  readonly expiresAt: Date;
  /**
   * Says how far the handler is, each time with a higher number; whoever follows the request sees it. It may be called as often as
   * one likes: only the last word is said, twice a second at most. It never throws, and what gets lost costs nothing.
   */
  readonly progress: (value: number, details?: ProgressDetails) => void;
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
export type Handler<Params extends object = AnyObject> = (
  request: ReceivedRequest<Params>,
  context: HandlerContext,
) => unknown;

/** Takes every action that has no handler of its own. */
export const ANY_ACTION = '*';

/** How an action is handled. */
export interface Action {
  readonly handler: Handler;
  /** Of an action that was defined, and not only has a handler: what is published of it. */
  readonly capability?: CapabilityInput;
  readonly params?: SchemaCheck | undefined;
  readonly result?: SchemaCheck | undefined;
}

/** Which handler takes which action. */
export class HandlerRegistry {
  readonly #actions = new Map<string, Action>();

  /** Throws when the action has a handler already: one of the two would silently never run. */
  add(name: string, handler: Handler, defined: Omit<Action, 'handler'> = {}): void {
    if (typeof name !== 'string' || name === '') throw new TypeError('an action must have a name, which is text');
    if (typeof handler !== 'function') throw new TypeError(`the handler of "${name}" must be a function`);
    if (this.#actions.has(name)) throw new TypeError(`the action "${name}" has a handler already`);
    this.#actions.set(name, { handler, ...defined });
  }

  for(name: string): Action | undefined {
    return this.#actions.get(name) ?? this.#actions.get(ANY_ACTION);
  }

  /** What is published of the defined actions, in the order in which they were defined. */
  get capabilities(): readonly CapabilityInput[] {
    return [...this.#actions.values()].flatMap(({ capability }) => capability ?? []);
  }
}
