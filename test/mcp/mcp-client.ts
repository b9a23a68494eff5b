import { Client, StreamableHTTPClientTransport, type VersionNegotiationMode } from '@modelcontextprotocol/client';
import { expect, onTestFinished } from 'vitest';
import type { TestPlatform } from '../testkit/platform.ts';

type At = Pick<TestPlatform, 'url'>;

/** An answer as it came over HTTP: a message of JSON-RPC, and those that a stream had before it. */
export type McpAnswer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test knows the shape of what it asked for
  readonly message: any;
  // biome-ignore lint/suspicious/noExplicitAny: a test knows the shape of what it asked for
  readonly before: readonly any[];
};

export type McpRequest = {
  readonly key?: string | undefined;
  readonly params?: object;
  /** Whose version stands in each request, or who asks as those of before. */
  readonly era?: 'modern' | 'legacy';
  /** Of the client, in the modern era. */
  readonly capabilities?: object;
  /** In place of what belongs to the request; null for none. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly signal?: AbortSignal;
};

export const VERSION = '2026-07-28';
export const TASKS = { extensions: { 'io.modelcontextprotocol/tasks': {} } } as const;

/** Sends one request as a client of the era would, and answers whatever comes. */
export const mcp = (platform: At, handle: string, method: string, request: McpRequest = {}): Promise<McpAnswer> =>
  post(platform, `/mcp/${handle}`, messageOf(method, request), {
    ...request,
    headers: { ...headersOf(method, request), ...request.headers },
  });

/** The result of one that must not fail. */
export async function mcpResult(platform: At, handle: string, method: string, request: McpRequest = {}) {
  const { message, text } = await mcp(platform, handle, method, request);
  expect(message?.error, text).toBeUndefined();
  return message.result;
}

/** A call of a tool. */
export const callTool = (
  platform: At,
  handle: string,
  { name, args = {}, meta = {}, ...request }: McpRequest & { name: string; args?: object; meta?: object },
) => mcpResult(platform, handle, 'tools/call', { ...request, params: { name, arguments: args, _meta: meta } });

export function messageOf(method: string, { params = {}, era = 'modern', capabilities = {} }: McpRequest): object {
  const { _meta = {}, ...others } = params as { readonly _meta?: object };
  const envelope = {
    'io.modelcontextprotocol/protocolVersion': VERSION,
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': capabilities,
  };
  return {
    jsonrpc: '2.0',
    id: 1,
    method,
    params: { ...others, _meta: { ...(era === 'modern' && envelope), ..._meta } },
  };
}

export function headersOf(method: string, { params = {}, era = 'modern' }: McpRequest): Record<string, string> {
  if (era === 'legacy') return { 'mcp-protocol-version': '2025-11-25' };
  const { name, taskId } = params as { readonly name?: string; readonly taskId?: string };
  const subject = name ?? taskId;
  return {
    'mcp-protocol-version': VERSION,
    'mcp-method': method,
    ...(subject !== undefined && { 'mcp-name': subject }),
  };
}

/** Posts a body, JSON unless it is a text, and reads the answer, which may be a stream. */
export async function post(
  platform: At,
  path: string,
  body: unknown,
  { key, headers = {}, signal = AbortSignal.timeout(20_000) }: McpRequest = {},
): Promise<McpAnswer> {
  const all: Record<string, string | null> = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
    ...headers,
  };
  const response = await fetch(platform.url + path, {
    method: 'POST',
    signal,
    headers: Object.fromEntries(Object.entries(all).filter((each): each is [string, string] => each[1] !== null)),
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const messages = response.headers.get('content-type')?.startsWith('text/event-stream')
    ? [...text.matchAll(/^data: (.+)$/gm)].map(([, data]) => JSON.parse(data ?? ''))
    : text.startsWith('{')
      ? [JSON.parse(text)]
      : [];
  const { status, headers: answered } = response;
  return { status, headers: answered, text, message: messages.at(-1), before: messages.slice(0, -1) };
}

/** How the SDK's client finds out which era to speak. */
export const MODES: readonly (readonly [string, VersionNegotiationMode])[] = [
  ['legacy', 'legacy'],
  ['auto', 'auto'],
  ['pinned', { pin: VERSION }],
];

/** The SDK's client, connected; closed when the test is over. */
export async function connectClient(
  platform: At,
  handle: string,
  key: string,
  mode: VersionNegotiationMode,
  capabilities: object = {},
): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode }, capabilities });
  const requestInit = { headers: { authorization: `Bearer ${key}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${platform.url}/mcp/${handle}`), { requestInit }));
  onTestFinished(() => client.close());
  return client;
}
