import { expect, onTestFinished } from 'vitest';
import { Mailbox } from '../testkit/mailbox.ts';
import type { TestPlatform } from '../testkit/platform.ts';
import { headersOf, type McpRequest, messageOf } from './mcp-client.ts';

const LISTEN = 'subscriptions/listen';

/** Whatever a stream of messages has, until it ends: an answer that stays open. */
export class Listener {
  // biome-ignore lint/suspicious/noExplicitAny: a test knows the shape of what it asked for
  readonly messages = new Mailbox<any>();
  readonly #abort = new AbortController();

  /** Listens to an agent's changes; closed when the test is over. */
  static async open(
    platform: Pick<TestPlatform, 'url'>,
    handle: string,
    request: McpRequest = {},
    method = LISTEN,
  ): Promise<Listener> {
    const listener = new Listener();
    onTestFinished(() => listener.close());
    const response = await fetch(`${platform.url}/mcp/${handle}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        authorization: `Bearer ${request.key}`,
        ...headersOf(method, request),
      },
      body: JSON.stringify(messageOf(method, request)),
      signal: listener.#abort.signal,
    });
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    void listener.#read(response);
    return listener;
  }

  /** Takes the next message of that method. */
  take(method: string) {
    return this.messages.take((message) => message.method === method, method);
  }

  close(): void {
    this.#abort.abort();
  }

  async #read(response: Response): Promise<void> {
    let text = '';
    try {
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        const blocks = (text + chunk).split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) {
          const data = /^data: (.*)$/m.exec(block)?.[1];
          if (data) this.messages.put(JSON.parse(data));
        }
      }
      this.messages.end('end');
    } catch (error) {
      this.messages.end(String(error));
    }
  }
}
