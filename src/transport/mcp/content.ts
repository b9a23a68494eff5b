import type { CallToolResult } from '@modelcontextprotocol/server';
import type { ContentResult } from '../../domain/content.ts';
import type { JsonObject, JsonValue } from '../../domain/contract.ts';
import { JsonPart } from '../../domain/json/json-part.ts';
import { NULL } from '../../domain/json/json-text.ts';
import type { Request } from '../../domain/request.ts';
import { hasMoreBytes, tooLargeText } from '../answer-size.ts';
import { contentBlockOf } from './blocks.ts';
import { toolError } from './errors.ts';
import type { Era, McpDependencies } from './exchange.ts';

/** What a final request comes to as the result of a tool. */
export async function resultOf(
  request: Request,
  era: Era,
  { app, settings }: Pick<McpDependencies, 'app' | 'settings'>,
): Promise<CallToolResult> {
  const told = await toldOf(request, era, app);
  const { answerMaxBytes } = settings;
  // Structure and text, in which each character may be escaped, have about three times what the result has, and mostly that is enough.
  const mayBeTooLarge = (request.result?.bytes ?? 0) * 3 + BESIDE_RESULT_BYTES > answerMaxBytes;
  if (!mayBeTooLarge || !hasMoreBytes(JSON.stringify(told), answerMaxBytes - BESIDE_RESULT_BYTES)) return told;
  const text = tooLargeText(answerMaxBytes, `The request is done: read its result at /v1/requests/${request.id}.`);
  return toolError(`answer_too_large: ${text}`, metaOf(request));
}

/** What an answer has besides the result. */
const BESIDE_RESULT_BYTES = 4_096;

async function toldOf(request: Request, era: Era, app: McpDependencies['app']): Promise<CallToolResult> {
  const _meta = metaOf(request);
  const { error } = request;
  if (request.status !== 'COMPLETED') {
    const { code, message } = error ?? { code: request.status.toLowerCase(), message: 'The request did not get done.' };
    return toolError(`${code}: ${message}`, _meta);
  }
  const result = request.result ?? NULL;
  if ((await app.requests.resultFormatOf(request)) === 'JSON') {
    return { content: [{ type: 'text', text: result.text }], ...structured(result.value, era), _meta };
  }
  const { content: blocks, structured: value } = result.value as unknown as ContentResult;
  const content = blocks.map(contentBlockOf);
  if (value === undefined) return { content, _meta };
  // Clients that know no structure read its text.
  const text = JsonPart.known(result.text).members.get('structured')?.toText().text ?? '';
  const isRead = blocks.some(({ type }) => type === 'text');
  return { content: isRead ? content : [...content, { type: 'text', text }], ...structured(value, era), _meta };
}

/** What tells a request apart from others, in whatever is answered about it. */
export const metaOf = ({ id }: Pick<Request, 'id'>) => ({ 'clawcierge/requestId': id });

/** In the legacy era only an object is one. */
function structured(value: JsonValue, era: Era): { readonly structuredContent?: JsonObject } {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return era === 'modern' || isObject ? { structuredContent: value as JsonObject } : {};
}
