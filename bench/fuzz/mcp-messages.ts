import type { HttpInput } from './bodies.ts';
import type { Tape } from './tape.ts';
import { anyJson, anyObject, anyText, mutated } from './texts.ts';

const METHODS = [
  ...['tools/call', 'tools/list', 'initialize', 'server/discover', 'ping', 'tasks/get', 'tasks/cancel', 'tasks/update'],
  ...[
    'subscriptions/listen',
    'notifications/cancelled',
    'notifications/initialized',
    'prompts/list',
    'constructor',
    '',
  ],
];
const VERSIONS = ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26', '1900-01-01', ''];
const TOOLS = ['fuzz_take', 'fuzz.take', 'fuzz_checked', 'clawcierge_request', 'clawcierge_cancel', '__proto__', ''];

/** A message of JSON-RPC to an agent's MCP server, with headers that mostly say the same. */
export function anyMcpMessage(tape: Tape): HttpInput {
  const method = tape.oneOf(METHODS);
  const version = tape.oneOf(VERSIONS);
  const tool = tape.oneOf(TOOLS);
  const meta = anyObject(tape, {
    'io.modelcontextprotocol/protocolVersion': tape.once(12) ? anyJson(tape, 1) : JSON.stringify(version),
    'io.modelcontextprotocol/clientInfo': '{"name":"fuzz","version":"1"}',
    'io.modelcontextprotocol/clientCapabilities': tape.oneOf([
      '{}',
      '{"extensions":{"io.modelcontextprotocol/tasks":{}}}',
      anyJson(tape, 2),
    ]),
    ...(tape.once(4) && { progressToken: anyJson(tape, 0) }),
    ...(tape.once(4) && { 'clawcierge/idempotencyKey': anyJson(tape, 0) }),
    ...(tape.once(4) && { 'clawcierge/expiresInSeconds': anyJson(tape, 0) }),
  });
  const params = anyObject(tape, {
    name: tape.once(10) ? anyJson(tape, 1) : JSON.stringify(tool),
    arguments: tape.once(2) ? anyJson(tape) : anyObject(tape, { request_id: JSON.stringify('$REQUEST$'), n: '1' }),
    ...(tape.once(3) && { taskId: JSON.stringify(tape.once(2) ? '$REQUEST$' : anyText(tape)) }),
    ...(tape.once(6) && { cursor: anyJson(tape, 0) }),
    ...(tape.once(4) && { protocolVersion: JSON.stringify(version), capabilities: '{}' }),
    _meta: meta,
  });
  const message = anyObject(tape, {
    jsonrpc: tape.once(20) ? anyJson(tape, 0) : '"2.0"',
    id: tape.once(6) ? anyJson(tape, 1) : '1',
    method: tape.once(20) ? anyJson(tape, 1) : JSON.stringify(method),
    params: tape.once(20) ? anyJson(tape, 2) : params,
  });
  const body = tape.once(20) ? `[${message}]` : message;
  const isPlain = (text: string) => /^[\x21-\x7e]+$/.test(text);
  return {
    method: 'POST',
    path: `/mcp/${tape.once(20) ? encodeURIComponent(anyText(tape).toWellFormed()) : '$HANDLE$'}`,
    headers: {
      accept: 'application/json, text/event-stream',
      ...(isPlain(version) && !tape.once(10) && { 'mcp-protocol-version': version }),
      ...(isPlain(method) && !tape.once(15) && { 'mcp-method': method }),
      ...(isPlain(tool) && !tape.once(15) && { 'mcp-name': tool }),
    },
    body: tape.once(8) ? mutated(tape, body) : body,
  };
}
