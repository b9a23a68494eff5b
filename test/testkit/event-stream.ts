import { onTestFinished } from 'vitest';
import type { Credential } from './graphql.ts';
import { Mailbox } from './mailbox.ts';
import type { TestPlatform } from './platform.ts';

/** A subscription over server-sent events. */
export class EventStream {
  // biome-ignore lint/suspicious/noExplicitAny: a test knows the shape of what it asked for
  readonly events = new Mailbox<any>();
  readonly status: number;
  readonly #abort: AbortController;

  /** Asks for it, and answers as soon as the platform has answered with a status. */
  static async open(
    { url }: Pick<TestPlatform, 'url'>,
    query: string,
    variables: object,
    { apiKey, cookie }: Credential,
    { reads = true }: { readonly reads?: boolean } = {},
  ): Promise<EventStream> {
    const abort = new AbortController();
    onTestFinished(() => abort.abort());
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
        ...(cookie !== undefined && { cookie }),
      },
      body: JSON.stringify({ query, variables }),
      signal: abort.signal,
    });
    const stream = new EventStream(response.status, abort);
    if (reads) void stream.#read(response);
    return stream;
  }

  private constructor(status: number, abort: AbortController) {
    this.status = status;
    this.#abort = abort;
  }

  close(): void {
    this.#abort.abort();
  }

  async #read(response: Response): Promise<void> {
    let text = '';
    try {
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        text += chunk;
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) this.#take(block);
      }
      if (text.startsWith('{')) this.events.put(JSON.parse(text));
      this.events.end({ end: true });
    } catch (error) {
      this.events.end({ error: String(error) });
    }
  }

  #take(block: string): void {
    const data = /^data: ?(.*)$/m.exec(block)?.[1];
    if (data) this.events.put(JSON.parse(data));
  }
}
