import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import WebSocket from 'ws';

/** What a server is started with so that its memory can be looked into. */
export const inspected = (port: number): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--inspect=127.0.0.1:${port} --inspect-publish-uid=http`,
});

/** Looks into another Node process, over the DevTools protocol (https://chromedevtools.github.io/devtools-protocol). */
export class Inspector {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, PromiseWithResolvers<Readonly<Record<string, number>>>>();
  #asked = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => {
      const { id, result = {}, error } = JSON.parse(String(data));
      if (error) this.#waiting.get(id)?.reject(new Error(error.message));
      else this.#waiting.get(id)?.resolve(result);
      this.#waiting.delete(id);
    });
  }

  /** @param port as `inspected` was given it */
  static async connect(port: number): Promise<Inspector> {
    const response = await fetch(`http://127.0.0.1:${port}/json/list`);
    const [target] = (await response.json()) as readonly { readonly webSocketDebuggerUrl: string }[];
    if (!target) throw new Error(`nothing can be inspected on port ${port}`);
    const socket = new WebSocket(target.webSocketDebuggerUrl, { perMessageDeflate: false });
    await once(socket, 'open');
    return new Inspector(socket);
  }

  /** Bytes of the heap that something still refers to. */
  async liveHeapBytes(): Promise<number> {
    // What finalizers let go of is free only after the next collection.
    for (let collections = 0; collections < 3; collections += 1) {
      await this.#ask('HeapProfiler.collectGarbage');
      await wait(50);
    }
    const { usedSize = Number.NaN } = await this.#ask('Runtime.getHeapUsage');
    return usedSize;
  }

  close(): void {
    this.#socket.terminate();
  }

  #ask(method: string): Promise<Readonly<Record<string, number>>> {
    const answer = Promise.withResolvers<Readonly<Record<string, number>>>();
    this.#asked += 1;
    this.#waiting.set(this.#asked, answer);
    this.#socket.send(JSON.stringify({ id: this.#asked, method }));
    return answer.promise;
  }
}
