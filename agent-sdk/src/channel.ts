import type { Clock } from './clock.ts';
import type { Closure } from './closure.ts';
import type { GraphqlHttpOptions } from './graphql-http.ts';
import type { Outcome } from './outcome.ts';
import type { Progress } from './progress.ts';
import type { TraceParent } from './trace-parent.ts';

/** A request as it is delivered to the agent. */
export interface Delivery {
  readonly requestId: string;
  readonly action: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly senderId: string;
  readonly contextId?: string | null | undefined;
  /** 1 the first time; more means that it may have been seen before. */
  readonly attempt: number;
  /** An RFC 3339 instant. */
  readonly expiresAt: string;
  readonly traceparent?: string | null | undefined;
  readonly tracestate?: string | null | undefined;
}

/** What the platform says to an ack or a report. */
export type Answer =
  | { readonly kind: 'taken' }
  /** The request has its final state already, or is not this agent's. There is nothing left to say. */
  | { readonly kind: 'finished'; readonly message: string; readonly path?: string | undefined }
  /** It could not be taken as it is; another outcome could. `path` says where in it the problem is. */
  | { readonly kind: 'refused'; readonly message: string; readonly path?: string | undefined }
  /** The platform had a trouble that passes: the same may be said again. */
  | { readonly kind: 'not-now'; readonly message: string };

/** What a channel tells its agent. */
export interface ChannelEvents {
  /** At most once: the platform holds the channel, and the agent is ACTIVE. Deliveries may come before it. */
  opened(): void;
  received(delivery: Delivery): void;
  cancelled(requestId: string, reason: string): void;
  /** An answer that comes apart from what it answers. Only the raw WebSocket has those. */
  answered(requestId: string, answer: Answer): void;
  /** Exactly once, and nothing after it. */
  closed(closure: Closure): void;
}

/** One connection of the agent, from dialling to its end. It never connects again by itself. */
export interface Channel {
  /** Rejects with ChannelLostError when the channel ends first. */
  acknowledge(requestId: string, trace?: TraceParent): Promise<Answer>;
  /** Rejects with ChannelLostError when the channel ends first. */
  report(requestId: string, outcome: Outcome): Promise<Answer>;
  /** Says how far a handler is; nobody cares what is answered. Rejects when it could not be said. */
  progress(requestId: string, progress: Progress): Promise<void>;
  /** Closes with code 1000; resolves when the socket is gone, within bounded time. */
  close(): Promise<void>;
  /** Cuts the connection without a closing handshake; `closed` follows. */
  abandon(reason: string): void;
}

/** What every transport needs to hold a channel. */
export interface TransportOptions {
  readonly http: GraphqlHttpOptions;
  readonly apiKey: string;
  readonly clock: Clock;
  readonly keepAliveMs: number;
  readonly silenceMs: number;
  readonly maxMessageBytes: number;
}

/** A way to hold a channel: the GraphQL subscription or the raw WebSocket. */
export interface ChannelTransport {
  readonly name: 'graphql' | 'websocket';
  /** Begins to dial and answers at once; how it goes is told by the events. */
  connect(events: ChannelEvents): Channel;
}
