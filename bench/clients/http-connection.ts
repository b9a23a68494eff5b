import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export type HttpAnswer = { readonly status: number; readonly body: string };

/**
 * One HTTP/1.1 connection with one request at a time, for answers with a Content-Length, which is what the servers that
 * are measured here send. Costs a quarter of node:http's processor time, which would be taken from what is measured.
 */
export class HttpConnection {
  readonly #socket: Socket;
  readonly #host: string;
  #received: Buffer = Buffer.alloc(0);
  #waiting: { resolve(answer: HttpAnswer): void; reject(error: Error): void } | null = null;

  private constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.#host = host;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', () => {});
    socket.on('close', () => this.#waiting?.reject(new Error('the server closed the connection')));
  }

  /** @param localAddress which of this machine's addresses it comes from */
  static async open(url: string, localAddress?: string): Promise<HttpConnection> {
    const { hostname, port, host } = new URL(url);
    const socket = connect({ port: Number(port), host: hostname, ...(localAddress !== undefined && { localAddress }) });
    await once(socket, 'connect');
    return new HttpConnection(socket, host);
  }

  /** @param headers whole lines, each ended by CRLF; a body is JSON unless they say otherwise */
  request(method: 'GET' | 'POST' | 'PUT', path: string, headers: string, body = ''): Promise<HttpAnswer> {
    const type = headers.includes('Content-Type:') ? '' : 'Content-Type: application/json\r\n';
    const about = body === '' ? '' : `${type}Content-Length: ${Buffer.byteLength(body)}\r\n`;
    this.#socket.write(`${method} ${path} HTTP/1.1\r\nHost: ${this.#host}\r\n${headers}${about}\r\n${body}`);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** Whether it may be used again: the server ends a connection on which nothing was asked for some time. */
  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.#received.toString('latin1', 0, end);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? Number.NaN);
    const from = end + 4;
    if (Number.isNaN(length)) {
      this.#waiting?.reject(new Error('an answer without Content-Length'));
      this.close();
      return;
    }
    if (this.#received.length < from + length) return;
    const answer = {
      status: Number(head.slice('HTTP/1.1 '.length, 12)),
      body: this.#received.toString('utf8', from, from + length),
    };
    this.#received = this.#received.subarray(from + length);
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.resolve(answer);
  }
}
