import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { TestPlatform } from '../testkit/platform.ts';

/** A WebSocket by hand, over TCP, that reads nothing of what comes until it is told to. */
export class SilentSocket {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    onTestFinished(() => void socket.destroy());
  }

  static async open({ url }: Pick<TestPlatform, 'url'>, path: string, protocol: string): Promise<SilentSocket> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    socket.write(
      [
        `GET ${path} HTTP/1.1`,
        `Host: ${hostname}:${port}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
        `Sec-WebSocket-Protocol: ${protocol}`,
        '\r\n',
      ].join('\r\n'),
    );
    await once(socket, 'data');
    socket.pause();
    return new SilentSocket(socket);
  }

  get isGone(): boolean {
    return this.#socket.destroyed;
  }

  get bytesRead(): number {
    return this.#socket.bytesRead;
  }

  send(text: string): boolean {
    return this.#socket.write(maskedTextFrame(text));
  }

  /** Reads, and forgets, whatever comes from now on. */
  read(): void {
    this.#socket.resume();
  }

  /**
   * Sends the text over and over; answers how many bytes the other side took before it stopped taking them for so long.
   */
  async sendUntilStuck(text: string, maxBytes: number, stuckAfterMs: number): Promise<number> {
    const frame = maskedTextFrame(text);
    const before = this.#socket.bytesWritten;
    const taken = () => this.#socket.bytesWritten - this.#socket.writableLength - before;
    while (taken() < maxBytes && !this.isGone) {
      if (this.#socket.write(frame)) continue;
      const drained = once(this.#socket, 'drain', { signal: AbortSignal.timeout(stuckAfterMs) });
      if (
        !(await drained.then(
          () => true,
          () => false,
        ))
      )
        return taken();
    }
    return taken();
  }
}

/** RFC 6455, section 5.2, with a mask of zeros. */
function maskedTextFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const header =
    payload.length < 126 ? Buffer.from([0x81, 0x80 | payload.length]) : Buffer.from([0x81, 0x80 | 126, 0, 0]);
  if (payload.length >= 126) header.writeUInt16BE(payload.length, 2);
  return Buffer.concat([header, Buffer.alloc(4), payload]);
}
