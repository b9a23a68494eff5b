import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { within } from './eventually.ts';
import { Mailbox } from './mailbox.ts';

/** A socket whose messages stay the text that they are. */
export class TextSocket {
  readonly texts = new Mailbox<string>();
  readonly #socket: WebSocket;

  static async open(url: string, protocol: readonly string[] = []): Promise<TextSocket> {
    const opened = new TextSocket(url, protocol);
    await within(once(opened.#socket, 'open'), 'open socket');
    return opened;
  }

  /** One that speaks graphql-transport-ws, with the key accepted. */
  static async openGraphql({ socketUrl }: { readonly socketUrl: string }, apiKey: string): Promise<TextSocket> {
    const opened = await TextSocket.open(`${socketUrl}/graphql`, ['graphql-transport-ws']);
    opened.send(`{"type":"connection_init","payload":{"authorization":"Bearer ${apiKey}"}}`);
    await opened.text('connection_ack');
    return opened;
  }

  private constructor(url: string, protocol: readonly string[]) {
    this.#socket = new WebSocket(url, [...protocol]);
    this.#socket.on('message', (data) => this.texts.put(String(data)));
    this.#socket.on('close', (code, reason) => this.texts.end({ code, reason: String(reason) }));
    this.#socket.on('error', () => {});
    onTestFinished(() => this.#socket.terminate());
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  close(): void {
    this.#socket.close();
  }

  /** Subscribes, or runs a mutation; `variables` is JSON. */
  operate(id: string, query: string, variables = '{}'): void {
    this.send(
      `{"id":"${id}","type":"subscribe","payload":{"query":${JSON.stringify(query)},"variables":${variables}}}`,
    );
  }

  /** The next message that has all of these in it. */
  text(...parts: readonly string[]): Promise<string> {
    return this.texts.take((text) => parts.every((part) => text.includes(part)), `message with ${parts.join(', ')}`);
  }
}
