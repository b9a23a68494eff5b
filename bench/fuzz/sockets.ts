import { once } from 'node:events';
import WebSocket from 'ws';
import { CLOSE_CODES } from '../../src/transport/close-codes.ts';
import { within } from '../../test/testkit/eventually.ts';
import { Violation } from './judge.ts';

// biome-ignore lint/suspicious/noExplicitAny: whoever listens looks into it
export type Told = any;

/** The longest that a socket is waited for. */
const WAIT_MS = 60_000;
/** A close that says that the platform is at fault, or that nobody said anything. */
const FAULTS: readonly number[] = [1006, 1011, 4500];

/** A socket that hears everything, and says when what is waited for has come or it was closed. */
export class FuzzSocket {
  readonly #socket: WebSocket;
  readonly #hear: (message: Told) => void;
  #closedWith: number | null = null;
  #fault: Violation | null = null;
  #waiting: { readonly isIt: (message: Told) => boolean; readonly done: () => void } | null = null;

  private constructor(socket: WebSocket, hear: (message: Told) => void) {
    this.#socket = socket;
    this.#hear = hear;
    socket.on('message', (data) => this.#take(String(data)));
    socket.on('error', () => {});
    socket.on('close', (code) => {
      this.#closedWith = code;
      if (!(code in CLOSE_CODES) || FAULTS.includes(code))
        this.#fault ??= new Violation(`a socket was closed with ${code}`);
      this.#waiting?.done();
    });
  }

  /** @param hear judges each message, and throws at what is never said */
  static async open(
    url: string,
    options: { readonly protocol?: string; readonly key?: string; readonly hear: (message: Told) => void },
  ): Promise<FuzzSocket> {
    const { protocol, key, hear } = options;
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const socket = new WebSocket(url, protocol === undefined ? [] : [protocol], { headers });
    const opened = new FuzzSocket(socket, hear);
    await within(once(socket, 'open'), `open ${url}`, WAIT_MS);
    return opened;
  }

  get isOpen(): boolean {
    return this.#closedWith === null;
  }

  send(data: string | Buffer): void {
    if (this.isOpen) this.#socket.send(data);
  }

  /** Until a message is the one, or the socket was closed, whose code is answered then. Throws what was at fault meanwhile. */
  async until(isIt: (message: Told) => boolean, what: string): Promise<number | null> {
    if (this.#closedWith === null && this.#fault === null) {
      const came = new Promise<void>((done) => {
        this.#waiting = { isIt, done };
      });
      await within(came, what, WAIT_MS).catch((error: Error) => {
        throw new Violation(`${what} did not come: ${error.message}`);
      });
      this.#waiting = null;
    }
    if (this.#fault) throw this.#fault;
    return this.#closedWith;
  }

  close(): void {
    this.#socket.terminate();
  }

  #take(text: string): void {
    let message: Told;
    try {
      message = JSON.parse(text);
      this.#hear(message);
    } catch (error) {
      this.#fault ??= error instanceof Violation ? error : new Violation(`a message is no JSON: ${text.slice(0, 300)}`);
      this.#waiting?.done();
      return;
    }
    if (this.#waiting?.isIt(message)) this.#waiting.done();
  }
}
