import type { ClientRequest, IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { Closure } from './closure.ts';

/** How long the upgrade may take. */
const HANDSHAKE_TIMEOUT_MS = 15_000;

/** A `ws` socket that knows why it failed, and whose late errors end no process. */
export class PlatformSocket extends WebSocket {
  #refusedWith: number | undefined;
  #failure: string | undefined;

  constructor(
    url: string,
    protocols: string | string[],
    { maxAnswerBytes, headers = {} }: { readonly maxAnswerBytes: number; readonly headers?: Record<string, string> },
  ) {
    super(url, protocols, {
      headers,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      maxPayload: maxAnswerBytes,
      perMessageDeflate: false,
    });
    this.on('error', (error: Error & { code?: string }) => {
      // Where both of a name's addresses fail, the error has a code and no message.
      this.#failure ??=
        error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'
          ? `the platform sent a message of more than ${maxAnswerBytes} bytes (maxAnswerBytes)`
          : error.message || error.code;
    });
    this.on('unexpected-response', (_request: ClientRequest, response: IncomingMessage) => {
      this.#refusedWith = response.statusCode;
      response.resume();
      this.terminate();
    });
  }

  /** What the end of this socket means, given the close event's code and reason. */
  closure(code: number, reason: string): Closure {
    if (this.#refusedWith !== undefined) return { kind: 'upgrade-refused', status: this.#refusedWith };
    return { kind: 'closed', code, reason: reason || (this.#failure ?? '') };
  }
}
