import type { CallToolResult } from '@modelcontextprotocol/server';
import type { JsonObject, JsonValue } from '../../domain/contract.ts';
import { NULL } from '../../domain/json/json-text.ts';
import type { Request } from '../../domain/request.ts';
import { toolError } from './errors.ts';
import type { Era } from './exchange.ts';

/** What a final request comes to as the result of a tool. */
export function resultOf(request: Request, era: Era): CallToolResult {
  const _meta = metaOf(request);
  const { result, error } = request;
  if (request.status !== 'COMPLETED') {
    const { code, message } = error ?? { code: request.status.toLowerCase(), message: 'The request did not get done.' };
    return toolError(`${code}: ${message}`, _meta);
  }
  const { value, text } = result ?? NULL;
  return { content: [{ type: 'text', text }], ...structured(value, era), _meta };
}

/** What tells a request apart from others, in whatever is answered about it. */
export const metaOf = ({ id }: Pick<Request, 'id'>) => ({ 'clawcierge/requestId': id });

/** In the legacy era only an object is one. */
function structured(value: JsonValue, era: Era): { readonly structuredContent?: JsonObject } {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return era === 'modern' || isObject ? { structuredContent: value as JsonObject } : {};
}
