import { createMcpHandler, type ServerEventBus } from '@modelcontextprotocol/server';
import type { EventQueue } from '../../application/event-queue.ts';
import { AgentNotFoundError } from '../../domain/errors.ts';
import { untilClosed } from '../until-closed.ts';
import { MCP_ERRORS } from './error-catalogue.ts';
import type { Exchange, McpDependencies } from './exchange.ts';
import { createServer } from './mcp-server.ts';

export const LISTEN = 'subscriptions/listen';

/**
 * Answers `subscriptions/listen`, by a handler of its own: one handler tells everybody who listens to it the same, and each agent
 * has listeners of its own. The stream ends with its result when the key ends or the node stops.
 */
export async function answerListener(
  exchange: Exchange,
  webRequest: Request,
  deps: McpDependencies,
): Promise<Response> {
  const { principal, agent, request, reply } = exchange;
  const { app, streams, log } = deps;
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  if (!streams.acquire(request.callersAddress, reply.raw, end)) return refuse(request.body);
  const hints = await app.agents.watchContract(agent.id);
  if (hints === null) throw new AgentNotFoundError(agent.handle);
  const handler = createMcpHandler(() => createServer(exchange, 'modern', deps), {
    legacy: 'reject',
    bus: busOf(hints),
    onerror: (error) => log.debug({ err: error }, 'a listener over MCP was refused'),
  });
  // The agent is deleted.
  hints.onEnd(end);
  const stopWatchingKey = app.keys.whenKeyEnds(principal, end);
  untilClosed(reply.raw, () => {
    stopWatchingKey();
    void hints.return();
  });
  const answer = await handler.fetch(webRequest, { parsedBody: request.body });
  // It may be over before it was open.
  void over.then(() => handler.close());
  // A node that stops need not wait for the connection once the stream has ended.
  answer.headers.set('connection', 'close');
  return answer;
}

/** Where a handler hears of changes: from one agent's, for one listener. */
const busOf = <Hint>(hints: EventQueue<Hint>): ServerEventBus => ({
  publish: () => {},
  subscribe(listener) {
    const pass = async () => {
      for await (const _ of hints) listener({ kind: 'tools_list_changed' });
    };
    // A hint stands for all that came meanwhile, so there are never too many.
    pass().catch(() => {});
    return () => void hints.return();
  },
});

function refuse(body: unknown): Response {
  const { id } = body as { readonly id: string | number };
  const { code, status } = MCP_ERRORS.too_many_streams;
  const message = 'Too many streams are open. Close one first, or list the tools again now and then.';
  return Response.json({ jsonrpc: '2.0', error: { code, message }, id }, { status: Number(status) });
}
