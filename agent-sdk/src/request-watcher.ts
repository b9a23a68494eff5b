import type { Clock } from './clock.ts';
import { ConnectionError } from './errors.ts';
import { RequestUpdatesDocument } from './generated/graphql.ts';
import { GraphqlSocket } from './graphql-socket.ts';
import type { PlatformUrls } from './platform-urls.ts';
import { type FinishedRequest, isFinished, type RequestState } from './types.ts';

const KEEP_ALIVE_MS = 15_000;
const SILENCE_MS = 45_000;
/** How long the socket stays open for the next wait. */
const IDLE_MS = 1_000;

export interface RequestWatcherOptions {
  readonly urls: PlatformUrls;
  readonly apiKey: string;
  readonly clock: Clock;
  readonly maxAnswerBytes: number;
}

/** Watches requests over one socket that all waits share, made when it is needed and anew when it is lost. */
export class RequestWatcher {
  readonly #options: RequestWatcherOptions;
  #socket: GraphqlSocket | undefined;
  #isClosed = false;

  constructor(options: RequestWatcherOptions) {
    this.#options = options;
  }

  /**
   * Resolves with the final state, or with undefined when the subscription ends before it, for whatever reason; reading
   * the request tells which. Rejects with the signal's reason.
   */
  untilFinal(
    requestId: string,
    signal: AbortSignal,
    onUpdate: (request: RequestState) => void,
  ): Promise<FinishedRequest | undefined> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      if (this.#isClosed) throw new ConnectionError('The client is closed.');
      const settle = (end: () => void) => {
        signal.removeEventListener('abort', giveUp);
        unsubscribe();
        end();
      };
      const giveUp = () => settle(() => reject(signal.reason));
      const unsubscribe = this.#openSocket().subscribe(
        RequestUpdatesDocument,
        { requestId },
        {
          next: ({ requestUpdates: request }) => {
            onUpdate(request);
            if (isFinished(request)) settle(() => resolve(request));
          },
          ended: () => settle(() => resolve(undefined)),
        },
      );
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#socket?.close();
  }

  #openSocket(): GraphqlSocket {
    if (!this.#socket || this.#socket.isOver) {
      const { urls, apiKey, clock, maxAnswerBytes } = this.#options;
      this.#socket = new GraphqlSocket({
        url: urls.current.graphqlSocket,
        apiKey,
        clock,
        maxAnswerBytes,
        keepAliveMs: KEEP_ALIVE_MS,
        silenceMs: SILENCE_MS,
        idleMs: IDLE_MS,
      });
    }
    return this.#socket;
  }
}
