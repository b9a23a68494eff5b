import { type Client, createClient } from 'graphql-ws';
import type { Clock } from './clock.ts';
import type { Closure } from './closure.ts';
import { bearer } from './credentials.ts';
import { deferred } from './deferred.ts';
import { ChannelLostError, ConnectionError } from './errors.ts';
import { type Document, errorOfRefusal, type GraphqlErrorEntry, refusalOf } from './graphql-answer.ts';
import { Limiter } from './limiter.ts';
import { SilenceWatch } from './silence-watch.ts';
import { PlatformSocket } from './socket.ts';
import type { TraceParent } from './trace-parent.ts';

/** Operations that may be under way on one socket, besides subscriptions: the platform counts them. */
const MAX_OPERATIONS = 32;
/** How long the platform may take to answer one operation. */
const OPERATION_TIMEOUT_MS = 30_000;
/** How long a socket may take to open, and to close. */
const CONNECT_TIMEOUT_MS = 15_000;
const CLOSE_MS = 1_000;

export interface GraphqlSocketOptions {
  readonly url: string;
  readonly apiKey: string;
  readonly clock: Clock;
  /** The largest message that is taken. */
  readonly maxAnswerBytes: number;
  /** Pings are sent so often. */
  readonly keepAliveMs: number;
  /** Nothing heard for so long, pongs included: the socket is lost. */
  readonly silenceMs: number;
  /** How long the socket stays after its last operation. */
  readonly idleMs: number;
  readonly onConnected?: () => void;
  /** Exactly once, after every operation and subscription has been told. */
  readonly onClosed?: (closure: Closure) => void;
}

/** Why an operation or a subscription ended: the platform completed it, or refused it, or the connection ended. */
export type End = Closure | { readonly kind: 'completed' };

export interface Subscriber<Data> {
  next(data: Data): void;
  /** Exactly once, and nothing after it. */
  ended(end: End): void;
}

/**
 * One graphql-transport-ws connection. It dials at the first operation and never a second time: after its end each
 * operation ends at once, and whoever needs another connection makes another socket.
 */
export class GraphqlSocket {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #limiter = new Limiter(MAX_OPERATIONS);
  readonly #gone = deferred<void>();
  /** What ends each subscription and operation that is under way. */
  readonly #enders = new Set<(end: End) => void>();
  #socket: PlatformSocket | undefined;
  #closure: Closure | undefined;

  constructor(options: GraphqlSocketOptions) {
    const { url, apiKey, clock, maxAnswerBytes, keepAliveMs, silenceMs, idleMs } = options;
    let silence: SilenceWatch | undefined;
    this.#clock = clock;
    const adopt = (socket: PlatformSocket) => {
      this.#socket = socket;
    };
    const heard = () => silence?.heard();
    this.#client = createClient({
      url,
      connectionParams: bearer(apiKey),
      webSocketImpl: class extends PlatformSocket {
        constructor(address: string, protocol: string) {
          super(address, protocol, { maxAnswerBytes });
          adopt(this);
        }
      },
      keepAlive: keepAliveMs,
      connectionAckWaitTimeout: CONNECT_TIMEOUT_MS,
      lazyCloseTimeout: idleMs,
      retryAttempts: 0,
      on: {
        opened: () => {
          silence = new SilenceWatch(clock, silenceMs, () => this.terminate('nothing was heard from the platform'));
        },
        connected: () => options.onConnected?.(),
        message: heard,
        closed: (event) => {
          silence?.stop();
          const closure = this.#closureOf(event);
          this.#end(closure);
          options.onClosed?.(closure);
          this.#gone.resolve();
        },
      },
    });
  }

  /** The connection is over; nothing will work on it any more. */
  get isOver(): boolean {
    return this.#closure !== undefined;
  }

  /** Runs a query or a mutation. Rejects with ChannelLostError when the connection ends before the answer. */
  execute<Data, Variables extends Record<string, unknown>>(
    document: Document<Data, Variables>,
    variables: Variables,
    trace?: TraceParent,
  ): Promise<Data> {
    return this.#limiter.run(
      () =>
        new Promise((resolve, reject) => {
          const subscriber: Subscriber<Data> = {
            next: (data) => {
              callOff();
              resolve(data);
            },
            ended: (end) => {
              callOff();
              reject(
                end.kind === 'operation-refused'
                  ? errorOfRefusal(end)
                  : new ChannelLostError('The connection ended before the platform had answered.'),
              );
            },
          };
          const unsubscribe = this.subscribe(document, variables, subscriber, trace);
          const callOff = this.#clock.after(OPERATION_TIMEOUT_MS, () => {
            unsubscribe();
            reject(new ConnectionError(`The platform did not answer within ${OPERATION_TIMEOUT_MS} ms.`));
          });
        }),
    );
  }

  /** Subscribes; the answer ends it, and `ended` is then not called. */
  subscribe<Data, Variables extends Record<string, unknown>>(
    document: Document<Data, Variables>,
    variables: Variables,
    subscriber: Subscriber<Data>,
    trace?: TraceParent,
  ): () => void {
    const end = (why: End) => {
      if (this.#enders.delete(end)) subscriber.ended(why);
    };
    this.#enders.add(end);
    if (this.#closure) {
      const closure = this.#closure;
      queueMicrotask(() => end(closure));
      return () => void this.#enders.delete(end);
    }
    const unsubscribeNow = this.#client.subscribe<Data>(
      { query: document.toString(), variables, ...(trace && { extensions: { ...trace } }) },
      {
        next: ({ data, errors }) => {
          if (!this.#enders.has(end)) return;
          if (errors?.length) {
            end({ kind: 'operation-refused', ...refusalOf(errors as readonly GraphqlErrorEntry[]) });
            unsubscribe();
          } else if (data) subscriber.next(data);
        },
        error: (error) => end(this.#closureOf(error)),
        complete: () => end(this.#closure ?? { kind: 'completed' }),
      },
    );
    // Not while a message is being told: where the platform's own "complete" is right behind it, the library would count
    // the subscription's end twice, and never close an idle connection again.
    const unsubscribe = () => queueMicrotask(unsubscribeNow);
    return () => {
      this.#enders.delete(end);
      unsubscribe();
    };
  }

  /** Closes with code 1000; resolves when the socket is gone, within bounded time. */
  async close(): Promise<void> {
    const socket = this.#socket;
    if (!socket || this.#closure) return;
    socket.close(1000, 'Normal Closure');
    const callOff = this.#clock.after(CLOSE_MS, () => socket.terminate());
    await this.#gone.promise;
    callOff();
  }

  /** Cuts the connection without a closing handshake. */
  terminate(reason: string): void {
    this.#end({ kind: 'closed', code: 1006, reason });
    this.#socket?.terminate();
  }

  #end(closure: Closure): void {
    this.#closure ??= closure;
    for (const end of [...this.#enders]) end(this.#closure);
    // So that the library does not dial again by itself, as it would after 1000.
    void Promise.resolve(this.#client.dispose()).catch(() => {});
  }

  #closureOf(event: unknown): Closure {
    if (this.#closure) return this.#closure;
    if (Array.isArray(event)) return { kind: 'operation-refused', ...refusalOf(event) };
    const { code, reason } = (event ?? {}) as { code?: unknown; reason?: unknown };
    const text = typeof reason === 'string' ? reason : '';
    const closeCode = typeof code === 'number' ? code : 1006;
    return this.#socket?.closure(closeCode, text) ?? { kind: 'closed', code: closeCode, reason: text };
  }
}
