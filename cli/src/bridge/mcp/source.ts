import { ActionError, type CapabilityInput } from '@clawcierge/agent-sdk';
import type { Tool, Transport } from '@modelcontextprotocol/client';
import { Sessions } from '../sessions.ts';
import type { BridgeCall, BridgeSource, CallIo, Say } from '../source.ts';
import { capabilityOf } from './contract-from-tools.ts';
import { resultOf } from './results.ts';
import { McpSession, type ProtocolMode } from './session.ts';

export interface McpSourceOptions {
  /** A fresh connection to the server, or a fresh server. */
  connect(): Transport;
  readonly protocol: ProtocolMode;
  readonly sessions: 'per-sender' | 'shared';
  readonly sessionsMax: number;
  readonly sessionIdleMs: number;
  /** How many calls may wait for a session. */
  readonly waitersMax: number;
  /** How often a server that is not a child is asked whether it is there. */
  readonly checkEveryMs?: number;
  readonly resultMaxBytes: number;
  readonly version: string;
  readonly say: Say;
}

const SESSION_WAIT_MS = 10_000;
/** So many checks in a row that nobody answers mean that the server is gone. */
const CHECKS_MISSED = 2;

/**
 * An MCP server as a source. One session asks what there is and sees whether the server works; the calls of senders go to
 * sessions of their own, or all to that one where they are shared.
 */
export class McpSource implements BridgeSource {
  readonly #options: McpSourceOptions;
  readonly #changeListeners = new Set<() => void>();
  #main: McpSession | undefined;
  #senders: Sessions<McpSession> | undefined;
  #tools: ReadonlyMap<string, Tool> = new Map();
  #endListener: (reason: string) => void = () => {};
  #checks: NodeJS.Timeout | undefined;

  constructor(options: McpSourceOptions) {
    this.#options = options;
  }

  async open(signal: AbortSignal): Promise<void> {
    const { sessions, sessionsMax: max, sessionIdleMs: idleMs, waitersMax, checkEveryMs } = this.#options;
    const main = await this.#session(signal);
    this.#main = main;
    void main.ended.then(() => this.#ended(main, 'the server has ended'));
    main.onToolsChanged(() => {
      for (const listener of this.#changeListeners) listener();
    });
    if (sessions === 'per-sender') {
      const open = (over: AbortSignal) => this.#session(over).catch((error: Error) => this.#unopened(error));
      this.#senders = new Sessions({ open, max, idleMs, waitMs: SESSION_WAIT_MS, waitersMax });
    }
    if (checkEveryMs !== undefined) this.#checks = this.#checkEvery(checkEveryMs, main);
  }

  async describe(): Promise<readonly CapabilityInput[]> {
    const tools = (await this.#main?.tools()) ?? [];
    this.#tools = new Map(tools.map((tool) => [tool.name, tool]));
    return tools.map(capabilityOf);
  }

  onChange(listener: () => void): () => void {
    this.#changeListeners.add(listener);
    return () => void this.#changeListeners.delete(listener);
  }

  onEnd(listener: (reason: string) => void): void {
    this.#endListener = listener;
  }

  async perform({ action, params, senderId }: BridgeCall, io: CallIo): Promise<unknown> {
    const { resultMaxBytes, say } = this.#options;
    const tool = this.#tools.get(action) ?? { name: action, inputSchema: { type: 'object' } };
    const call = (session: McpSession) => session.call(tool, params, io);
    try {
      const answer = await (this.#senders
        ? this.#senders.use(senderId, io.signal, call)
        : call(this.#main as McpSession));
      return resultOf(answer, resultMaxBytes);
    } catch (error) {
      if (error instanceof ActionError || io.signal.aborted) throw error;
      say(`${action}: ${(error as Error).message}`);
      throw new ActionError('upstream_error', 'The server did not answer. What was asked for may have happened.');
    }
  }

  async close(): Promise<void> {
    const [main, senders] = [this.#main, this.#senders];
    this.#main = undefined;
    this.#senders = undefined;
    clearInterval(this.#checks);
    await Promise.all([senders?.close(), main?.close()]);
  }

  #session(signal: AbortSignal): Promise<McpSession> {
    const { connect, protocol, version } = this.#options;
    return McpSession.open(connect(), protocol, version, signal);
  }

  #unopened(error: Error): never {
    this.#options.say(`A session could not be opened: ${error.message}`);
    throw new ActionError('upstream_error', 'No session with the server could be opened.', { cause: error });
  }

  #ended(main: McpSession, reason: string): void {
    if (this.#main === main) this.#endListener(reason);
  }

  #checkEvery(ms: number, main: McpSession): NodeJS.Timeout {
    let missed = 0;
    return setInterval(() => {
      main.check().then(
        () => {
          missed = 0;
        },
        () => {
          missed += 1;
          if (missed >= CHECKS_MISSED) this.#ended(main, 'the server does not answer');
        },
      );
    }, ms);
  }
}
