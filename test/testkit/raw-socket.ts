import { onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { Mailbox } from './mailbox.ts';
import type { TestPlatform } from './platform.ts';

type Message = { readonly type: string; readonly id?: string; readonly payload?: unknown };
type Options = {
  /** Whether it answers the platform's pings; yes by default. */
  readonly autoPong?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
};

/** A socket that speaks graphql-transport-ws by hand, as badly as a test wants it to. */
export class RawSocket {
  // biome-ignore lint/suspicious/noExplicitAny: a test knows the shape of what it asked for
  readonly messages = new Mailbox<any>();
  readonly #socket: WebSocket;
  readonly #opened = Promise.withResolvers<void>();

  constructor(platform: Pick<TestPlatform, 'socketUrl'>, { autoPong = true, headers = {} }: Options = {}) {
    this.#socket = new WebSocket(`${platform.socketUrl}/graphql`, 'graphql-transport-ws', { autoPong, headers });
    this.#socket.on('open', () => this.#opened.resolve());
    this.#socket.on('error', (error) => this.#opened.reject(error));
    this.#socket.on('message', (data) => this.messages.put(JSON.parse(String(data))));
    this.#socket.on('close', (code, reason) => this.messages.end({ code, reason: String(reason) }));
    // A test that does not wait for it to open does not have to handle that it never did.
    this.#opened.promise.catch(() => {});
    onTestFinished(() => this.#socket.terminate());
  }

  /** Connects and introduces itself; answers when the platform has acknowledged it. */
  static async open(
    platform: Pick<TestPlatform, 'socketUrl'>,
    apiKey: string | null,
    options: Options = {},
  ): Promise<RawSocket> {
    const socket = new RawSocket(platform, options);
    await socket.opened();
    socket.send({ type: 'connection_init', payload: apiKey === null ? {} : { authorization: `Bearer ${apiKey}` } });
    await socket.messages.take(({ type }) => type === 'connection_ack', 'connection_ack');
    return socket;
  }

  opened(): Promise<void> {
    return this.#opened.promise;
  }

  send(message: Message): void {
    this.sendText(JSON.stringify(message));
  }

  sendText(text: string): void {
    this.#socket.send(text);
  }

  /** The WebSocket protocol's own ping. */
  ping(): void {
    this.#socket.ping();
  }

  subscribe(id: string, query: string, variables: object = {}): void {
    this.send({ id, type: 'subscribe', payload: { query, variables } });
  }

  /** The payload of the next result of that subscription. */
  async next(id: string) {
    const isNext = (message: Message) => message.type === 'next' && message.id === id;
    return (await this.messages.take(isNext, `a result of ${id}`)).payload;
  }

  /** Reads nothing from now on, so that what is sent to it stays at the platform. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Ends the connection as clients do. */
  close(): void {
    this.#socket.close();
  }

  /** Cuts the connection without a closing handshake. */
  cut(): void {
    this.#socket.terminate();
  }

  /** With which code and reason it was closed. */
  closed(ms?: number): Promise<unknown> {
    return this.messages.ended(ms);
  }
}
