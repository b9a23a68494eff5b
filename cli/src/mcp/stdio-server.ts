import {
  type CallToolResult,
  type McpRequestContext,
  type Progress,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type ServerContext,
  type Tool,
} from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { Output } from '../output.ts';
import type { Door } from './door.ts';

/** Serves the agent behind the door to the host that started this program, until it closes stdin or the signal fires. */
export async function serve(door: Door, output: Output, signal: AbortSignal): Promise<void> {
  const servers = new Set<Server>();
  const handle = serveStdio(
    ({ era }) => {
      const server = createServer(door, era, output);
      servers.add(server);
      return server;
    },
    { onerror: (error) => output.say(`clawcierge: ${error.message}`) },
  );
  door.onToolsChanged(() => {
    for (const server of servers) server.sendToolListChanged().catch(() => {});
  });
  await new Promise<void>((resolve) => {
    process.stdin.once('end', resolve).once('close', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await handle.close();
}

function createServer(door: Door, era: McpRequestContext['era'], output: Output): Server {
  const { info, instructions } = door;
  const server = new Server(info ?? { name: 'clawcierge', version: '0' }, {
    capabilities: { tools: { listChanged: true } },
    ...(instructions !== undefined && { instructions }),
  });
  /** What the door refuses is refused so; what else goes wrong is between here and the platform. */
  const passed = async <Answer>(signal: AbortSignal, answer: () => Promise<Answer>): Promise<Answer> => {
    try {
      return await answer();
    } catch (error) {
      // Whoever has called it off waits for no answer.
      if (signal.aborted) throw error;
      if (error instanceof ProtocolError) throw new ProtocolError(error.code, error.message, error.data);
      const { message } = error as Error;
      output.say(`clawcierge: ${message}`);
      throw new ProtocolError(ProtocolErrorCode.InternalError, `The platform cannot be reached: ${message}`);
    }
  };
  server.setRequestHandler('tools/list', (_request, { mcpReq }) =>
    passed(mcpReq.signal, async () => {
      const tools = await door.tools(mcpReq.signal);
      return { tools: era === 'legacy' ? tools.map(forLegacyHost) : [...tools] };
    }),
  );
  server.setRequestHandler('tools/call', ({ params }, { mcpReq }) =>
    passed(mcpReq.signal, async () => {
      const progress = progressTo(mcpReq);
      const result = await door.call(params.name, params.arguments ?? {}, ownMeta(mcpReq._meta ?? {}), {
        signal: mcpReq.signal,
        onProgress: progress?.pass,
      });
      await progress?.end();
      return era === 'legacy' ? resultForLegacyHost(result) : result;
    }),
  );
  return server;
}

/** Passes progress on to a caller that asked for it, and none after the answer: hosts take that for a fault. */
function progressTo({ _meta, notify }: ServerContext['mcpReq']) {
  const progressToken = _meta?.progressToken;
  if (progressToken === undefined) return null;
  let isOver = false;
  let passed: Promise<unknown> = Promise.resolve();
  return {
    pass(progress: Progress): void {
      if (isOver) return;
      const params = { ...progress, progressToken };
      passed = notify({ method: 'notifications/progress', params }).catch(() => {});
    },
    async end(): Promise<void> {
      isOver = true;
      await passed;
    },
  };
}

/** What callers may say to the platform besides what they ask; all else in it is about the connection to this program. */
const ownMeta = (meta: object): object =>
  Object.fromEntries(Object.entries(meta).filter(([name]) => name.startsWith('clawcierge/')));

/** Hosts of the versions with `initialize` refuse schemas of results, and results, that are no objects. */
function forLegacyHost({ outputSchema, ...tool }: Tool): Tool {
  return outputSchema?.type === 'object' ? { ...tool, outputSchema } : tool;
}

function resultForLegacyHost({ structuredContent, ...result }: CallToolResult): CallToolResult {
  const isObject =
    typeof structuredContent === 'object' && structuredContent !== null && !Array.isArray(structuredContent);
  return isObject ? { ...result, structuredContent } : result;
}
