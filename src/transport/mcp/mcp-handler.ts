import {
  createMcpHandler,
  isLegacyRequest,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { untilClosed } from '../until-closed.ts';
import { webRequestOf } from '../web-request.ts';
import type { Exchange, McpDependencies } from './exchange.ts';
import { answerListener, LISTEN } from './listen.ts';
import { createServer } from './mcp-server.ts';

/** Answers one exchange in the era that its caller speaks. */
export async function answerExchange(exchange: Exchange, deps: McpDependencies): Promise<Response> {
  const { request, gone } = exchange;
  const webRequest = webRequestOf(request, gone);
  const { body: parsedBody } = request;
  if (await isLegacyRequest(webRequest, parsedBody)) return answerLegacy(exchange, webRequest, deps);
  if (methodOf(parsedBody) === LISTEN) return answerListener(exchange, webRequest, deps);
  const handler = createMcpHandler(() => createServer(exchange, 'modern', deps), {
    legacy: 'reject',
    onerror: (error) => deps.log.debug({ err: error }, 'a message of MCP was refused'),
  });
  return handler.fetch(webRequest, { parsedBody });
}

/**
 * Without sessions: each POST is one exchange. Its answer is a stream only for who asked to hear of progress, so that the
 * others have an answer with the limits in its head, and one that is counted.
 */
async function answerLegacy(exchange: Exchange, webRequest: Request, deps: McpDependencies): Promise<Response> {
  const { request, reply } = exchange;
  const server = createServer(exchange, 'legacy', deps);
  server.onerror = (error) => deps.log.debug({ err: error }, 'a message of MCP was refused');
  const transport = new WebStandardStreamableHTTPServerTransport({
    enableJsonResponse: !asksForProgress(request.body),
  });
  await server.connect(transport);
  untilClosed(reply.raw, () => void server.close());
  return transport.handleRequest(webRequest, { parsedBody: request.body });
}

const methodOf = (body: unknown): unknown => (body as { readonly method?: unknown } | null)?.method;

function asksForProgress(body: unknown): boolean {
  const { params } = body as {
    readonly params?: { readonly _meta?: { readonly progressToken?: unknown } | null } | null;
  };
  return params?._meta?.progressToken !== undefined;
}
