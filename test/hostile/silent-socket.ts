import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { TestPlatform } from '../testkit/platform.ts';
import { maskedTextFrame, upgradeLines } from '../testkit/websocket-by-hand.ts';

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
    socket.write(upgradeLines(`${hostname}:${port}`, path, protocol));
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
