import { ActionError } from '@clawcierge/agent-sdk';
import {
  type CallToolResult,
  Client,
  ProtocolError,
  ProtocolErrorCode,
  SdkHttpError,
  type Tool,
  type Transport,
} from '@modelcontextprotocol/client';
import { listenForToolChanges } from '../../mcp/tool-changes.ts';
import type { Session } from '../sessions.ts';
import type { CallIo } from '../source.ts';

/** Which versions of MCP are spoken: those with `initialize`, or whichever a probe finds. */
export type ProtocolMode = 'legacy' | 'auto';

/** How long a server has until it answers at first: `npx` may have to load it. */
const OPEN_WITHIN_MS = 120_000;
/** The longest delay that a timer takes. A call's own end is its signal's. */
const NO_LIMIT_MS = 2 ** 31 - 1;
/** How long a server has for its list of tools. */
const LIST_WITHIN_MS = 30_000;
/** How long it has to say that it is there. */
const CHECK_WITHIN_MS = 10_000;

/** A client's session with a server. */
export class McpSession implements Session {
  readonly ended: Promise<void>;
  readonly #client: Client;
  readonly #over = new AbortController();

  private constructor(client: Client) {
    this.#client = client;
    this.ended = new Promise((resolve) => {
      client.onclose = () => {
        this.#over.abort();
        resolve();
      };
    });
    // What is wrong on the way shows in what is called; what is no message of the protocol is the server's affair.
    client.onerror = () => {};
  }

  /** Connects. No capabilities are declared, so that no tool asks for sampling, elicitation or roots. */
  static async open(
    transport: Transport,
    mode: ProtocolMode,
    version: string,
    signal: AbortSignal,
  ): Promise<McpSession> {
    const client = new Client({ name: 'clawcierge-bridge', version }, { versionNegotiation: { mode } });
    const session = new McpSession(client);
    try {
      await client.connect(transport, { timeout: OPEN_WITHIN_MS, signal });
    } catch (error) {
      await transport.close().catch(() => {});
      throw error;
    }
    return session;
  }

  /** Every tool, of all pages. */
  async tools(): Promise<readonly Tool[]> {
    if (!this.#client.getServerCapabilities()?.tools) return [];
    const { tools } = await this.#client.listTools(undefined, { cacheMode: 'refresh', timeout: LIST_WITHIN_MS });
    return tools;
  }

  /** Hears each time the server says that its tools are others now. */
  onToolsChanged(listener: () => void): void {
    listenForToolChanges(this.#client, listener, this.#over.signal);
  }

  /** Whether the server still answers, be it that it does not know the question; throws where it does not. */
  async check(): Promise<void> {
    const options = { timeout: CHECK_WITHIN_MS };
    try {
      await (this.#client.getProtocolEra() === 'modern' ? this.#client.discover(options) : this.#client.ping(options));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
    }
  }

  /**
   * Calls a tool, once. The output is checked by the platform, so the SDK gets no schema for it. Throws an ActionError for
   * what the server says is wrong, and whatever the transport throws.
   */
  async call(
    { outputSchema: _, ...tool }: Tool,
    params: object,
    { signal, progress }: CallIo,
  ): Promise<CallToolResult> {
    try {
      return await this.#client.callTool(
        { name: tool.name, arguments: { ...params } },
        {
          signal,
          timeout: NO_LIMIT_MS,
          toolDefinition: tool,
          onprogress: ({ progress: value, total, message }) =>
            progress(value, { ...(total !== undefined && { total }), ...(message !== undefined && { message }) }),
        },
      );
    } catch (error) {
      // A server that has forgotten the session will not remember it: the sender's next call gets another one.
      if (error instanceof SdkHttpError && error.status === 404) await this.close();
      if (!(error instanceof ProtocolError)) throw error;
      const code = error.code === ProtocolErrorCode.InvalidParams ? 'tool_error' : 'upstream_error';
      throw new ActionError(code, error.message);
    }
  }

  async close(): Promise<void> {
    this.#over.abort();
    await this.#client.close().catch(() => {});
  }
}
