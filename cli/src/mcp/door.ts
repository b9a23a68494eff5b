import { MAX_ANSWER_BYTES } from '@clawcierge/agent-sdk/limits';
import {
  type CallToolResult,
  Client,
  type Implementation,
  type Progress,
  SdkHttpError,
  StreamableHTTPClientTransport,
  type Tool,
} from '@modelcontextprotocol/client';
import { boundedFetch } from '../bounded-fetch.ts';
import type { KeyedConnection } from '../connection.ts';
import { CliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { belowPlatform } from '../platform-url.ts';
import { listenForToolChanges } from './tool-changes.ts';

/** The longest delay that a timer takes: how long a call may take is for the door and its caller to say. */
const NO_LIMIT_MS = 2 ** 31 - 1;
const WITHIN_MS = 30_000;

/** How a call is followed and given up. */
export interface DoorCall {
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** The MCP door of one agent, as its client. */
export class Door {
  readonly #client: Client;
  readonly #closing = new AbortController();

  private constructor(client: Client) {
    this.#client = client;
  }

  /** Throws a CliError that says why the door does not open. */
  static async open(connection: KeyedConnection, handle: string, version: string, signal: AbortSignal): Promise<Door> {
    const url = belowPlatform(connection.url, `/mcp/${encodeURIComponent(handle)}`);
    const transport = new StreamableHTTPClientTransport(url, {
      fetch: boundedFetch(connection.maxAnswerBytes ?? MAX_ANSWER_BYTES),
      requestInit: { headers: { authorization: `Bearer ${connection.apiKey}` } },
    });
    const client = new Client({ name: 'clawcierge', version }, { versionNegotiation: { mode: 'auto' } });
    // What goes wrong shows in what is called.
    client.onerror = () => {};
    try {
      await client.connect(transport, { signal, timeout: WITHIN_MS });
    } catch (error) {
      signal.throwIfAborted();
      throw refusal(error, handle, connection.url);
    }
    return new Door(client);
  }

  /** What the agent is called. */
  get info(): Implementation | undefined {
    return this.#client.getServerVersion();
  }

  get instructions(): string | undefined {
    return this.#client.getInstructions();
  }

  /** What the agent offers now. */
  async tools(signal: AbortSignal): Promise<readonly Tool[]> {
    const { tools } = await this.#client.listTools(undefined, { signal, cacheMode: 'refresh', timeout: WITHIN_MS });
    return tools;
  }

  /** Calls a tool. Results are for the host to check, which has the schema. */
  call(name: string, args: Readonly<Record<string, unknown>>, meta: object, call: DoorCall): Promise<CallToolResult> {
    const { signal, onProgress } = call;
    return this.#client.callTool(
      { name, arguments: { ...args }, _meta: { ...meta } },
      {
        signal,
        timeout: NO_LIMIT_MS,
        toolDefinition: { name, inputSchema: { type: 'object' } },
        ...(onProgress && { onprogress: onProgress }),
      },
    );
  }

  onToolsChanged(listener: () => void): void {
    listenForToolChanges(this.#client, listener, this.#closing.signal);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#client.close().catch(() => {});
  }
}

function refusal(error: unknown, handle: string, url: string): CliError {
  const status = statusOf(error);
  const causes = { cause: error };
  switch (status) {
    case 401:
      return new CliError('The platform does not know the key.', {
        ...causes,
        advice: '`clawcierge doctor` tells more.',
      });
    case 403:
      return new CliError('The key may not submit requests.', {
        ...causes,
        advice:
          'It takes a sender’s or an agent’s key with the scope requests:submit: `clawcierge doctor` says what this one may.',
      });
    case 404:
      return new CliError(`There is no agent “${handle}” on ${url}, or its platform has no MCP door.`, causes);
    default:
      return new CliError(`The MCP door of ${handle} on ${url} does not open${status ? ` (HTTP ${status})` : ''}.`, {
        ...causes,
        exitCode: EXIT.notConnected,
        advice: '`clawcierge doctor` says where it fails.',
      });
  }
}

/** The HTTP status that an error of the client, or one that it is caused by, tells of. */
function statusOf(error: unknown): number | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof SdkHttpError) return each.data.status;
    if (each.name === 'UnauthorizedError') return 401;
  }
  return undefined;
}
