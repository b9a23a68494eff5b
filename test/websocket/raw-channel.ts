import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { within } from '../testkit/eventually.ts';
import { Mailbox } from '../testkit/mailbox.ts';
import type { TestPlatform } from '../testkit/platform.ts';

type At = Pick<TestPlatform, 'socketUrl'>;
type Owner = { readonly id: string; readonly apiKey: string };
type Options = {
  /** Whether pings, the protocol's own ones too, are answered. @default true */
  readonly isPolite?: boolean;
  /** Send the key in the header instead of in the URL. @default false */
  readonly keyInHeader?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
};

/** An agent's raw WebSocket channel, as badly behaved as a test wants it to be. */
export class RawChannel {
  // biome-ignore lint/suspicious/noExplicitAny: a test knows the shape of what it waits for
  readonly messages = new Mailbox<any>();
  readonly #socket: WebSocket;

  static async open(platform: At, agent: Owner, options: Options = {}): Promise<RawChannel> {
    const channel = new RawChannel(platform, agent, options);
    await within(once(channel.#socket, 'open'), 'open channel');
    return channel;
  }

  constructor(
    platform: At,
    { id, apiKey }: Owner,
    { isPolite = true, keyInHeader = false, headers = {} }: Options = {},
  ) {
    const query = keyInHeader ? '' : `?token=${encodeURIComponent(apiKey)}`;
    this.#socket = new WebSocket(`${platform.socketUrl}/v1/agents/${id}/ws${query}`, {
      autoPong: isPolite,
      headers: { ...headers, ...(keyInHeader && { authorization: `Bearer ${apiKey}` }) },
    });
    this.#socket.on('message', (data) => {
      const message = JSON.parse(String(data));
      if (message.type === 'ping') {
        if (isPolite) this.send({ type: 'heartbeat' });
      } else this.messages.put(message);
    });
    this.#socket.on('close', (code, reason) => this.messages.end({ code, reason: String(reason) }));
    this.#socket.on('error', () => {});
    onTestFinished(() => this.#socket.terminate());
  }

  /** Bytes that this side wants to send and the other did not read. */
  get unsentBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(message: object): void {
    this.sendRaw(JSON.stringify(message));
  }

  sendRaw(data: string | Buffer, binary = typeof data !== 'string'): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(data, { binary });
  }

  ack(requestId: string): void {
    this.send({ type: 'ack', request_id: requestId });
  }

  complete(requestId: string, result: unknown = null): void {
    this.send({ type: 'action.result', request_id: requestId, status: 'completed', result });
  }

  fail(requestId: string, error: unknown): void {
    this.send({ type: 'action.result', request_id: requestId, status: 'error', error });
  }

  received(requestId: string, ms?: number) {
    const isIt = (message: { type: string; request_id: string }) =>
      message.type === 'request.received' && message.request_id === requestId;
    return this.messages.take(isIt, `delivery of ${requestId}`, ms);
  }

  cancelled(requestId: string) {
    const isIt = (message: { type: string; request_id: string }) =>
      message.type === 'request.cancel' && message.request_id === requestId;
    return this.messages.take(isIt, `cancel of ${requestId}`);
  }

  error(ms?: number) {
    return this.messages.take(({ type }) => type === 'error', 'error message', ms);
  }

  /** Reads nothing from now on, so that what is sent to it stays at the platform. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  async close(): Promise<void> {
    this.#socket.close(1000);
    await this.messages.ended();
  }

  /** Cuts the connection without a closing handshake. */
  cut(): void {
    this.#socket.terminate();
  }

  /** With which code it was closed. */
  async closeCode(ms?: number): Promise<number> {
    return ((await this.messages.ended(ms)) as { code: number }).code;
  }
}

/** The answer with which an upgrade was refused. */
export async function refusedUpgrade(
  platform: At,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<IncomingMessage & { readonly body: string }> {
  const socket = new WebSocket(platform.socketUrl + path, { headers });
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage & { readonly body: string }>();
  socket.on('unexpected-response', (request, response) => {
    text(response)
      .then((body) => resolve(Object.assign(response, { body })), reject)
      .finally(() => request.destroy());
  });
  socket.on('open', () => reject(new Error('it was upgraded')));
  socket.on('error', reject);
  try {
    return await within(promise, 'answer to the upgrade');
  } finally {
    socket.terminate();
  }
}
