import type { CallToolResult } from '@modelcontextprotocol/server';
import { answerWhenDone, type ToolCall } from './call-tool.ts';
import { READ_TOOL } from './companion-tools.ts';
import { metaOf } from './content.ts';
import { toolError, toolErrorOf } from './errors.ts';
import type { Exchange, McpDependencies } from './exchange.ts';
import { ownRequest } from './tasks.ts';

/** Does what one of the platform's own tools is called for. */
export async function callCompanion(
  exchange: Exchange,
  call: ToolCall,
  args: Readonly<Record<string, unknown>>,
  deps: McpDependencies,
): Promise<CallToolResult> {
  const { request_id: requestId, ...others } = args;
  if (typeof requestId !== 'string' || Object.keys(others).length > 0) {
    return toolError('invalid_input: request_id must be a text, and nothing else is taken.');
  }
  try {
    const request = await ownRequest(exchange, requestId, deps);
    if (call.name === READ_TOOL)
      return await answerWhenDone(exchange, request, { ...call, takesTask: false, isSubmitted: false }, deps);
    await deps.app.requests.cancel(exchange.principal, { requestId });
    return { content: [{ type: 'text', text: `The request ${requestId} is cancelled.` }], _meta: metaOf(request) };
  } catch (error) {
    return toolErrorOf(error, { name: call.name, log: deps.log });
  }
}
