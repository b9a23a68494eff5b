import { readFileSync } from 'node:fs';
import type { Tape } from './tape.ts';
import { anyJson, anyObject, anyText, mutated } from './texts.ts';

type Schema = {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly format?: string;
  readonly maximum?: number;
};
type Operation = {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema?: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Schema }>> };
};
const { paths } = JSON.parse(readFileSync(new URL('../../schema/openapi.json', import.meta.url), 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
);

/** What a call of HTTP sends. */
export type HttpInput = {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

const SEGMENTS: Readonly<Record<string, readonly string[]>> = {
  id: ['$AGENT$', '$REQUEST$', '$HANDLE$'],
  handle: ['$HANDLE$', '$AGENT$'],
  sender_id: ['$SENDER$'],
};

/** Fields that something looks at, with what it does not hope for. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  'idempotency-key': ['a', 'b', ' ', 'x'.repeat(256), '\u00e4', '"', 'a,b'],
  prefer: ['wait=0', 'wait=-1', 'wait=1e9x', 'respond-async, wait=', 'wait="0"', 'handling=strict'],
  accept: ['text/plain', '*/*;q=0', 'text/event-stream', ',,,', 'application/json;q=x', 'text/html'],
  'content-type': ['text/plain', 'application/json; charset=utf-16', 'multipart/form-data', 'application/json;', 'x'],
  'content-encoding': ['gzip', 'identity', 'br, gzip', 'x'],
  'if-none-match': ['*', 'W/"', '"x'],
  'last-event-id': ['0', '-1', '99999999999999999999', 'x', ''],
  origin: ['null', 'https://evil.example', 'x', 'file://'],
  cookie: ['clawcierge_admin=x', 'a', '=', ';;;', `${'a=b;'.repeat(500)}`],
  'x-request-id': ['x'.repeat(300), '\t', '<script>', '\u00ff'],
  traceparent: ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', '00-x', 'ff-0-0-0'],
  tracestate: ['a=b', '='.repeat(600), ',,'],
  'x-forwarded-for': ['127.0.0.1', 'x', '::1, ::2', '1.2.3.4.5'],
  'x-forwarded-proto': ['https', 'x', 'https,http'],
};
const FIELD_NAMES = Object.keys(FIELDS);

/** A call that the API document has, with any path, query, header and body. */
export function anyHttpCall(tape: Tape): HttpInput {
  const call = callOf(tape);
  if (tape.once(2)) return call;
  const names = [tape.oneOf(FIELD_NAMES), ...tape.some(2, () => tape.oneOf(FIELD_NAMES))];
  return { ...call, headers: Object.fromEntries(names.map((name) => [name, tape.oneOf(FIELDS[name] ?? [''])])) };
}

function callOf(tape: Tape): HttpInput {
  const { method, path, operation } = tape.oneOf(operations);
  const isEnd = method === 'DELETE';
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    if (tape.once(8) || isEnd)
      return encodeURIComponent(
        anyText(tape)
          .toWellFormed()
          .replace(/^\$AGENT\$|^\$HANDLE\$/, 'x'),
      );
    return tape.oneOf(SEGMENTS[name] ?? ['x']);
  });
  const query = (operation.parameters ?? [])
    .filter((each) => each.in === 'query' && tape.once(3))
    .map(({ name, schema }) => `${name}=${encodeURIComponent(plainText(tape, schema))}`);
  const schema = operation.requestBody?.content['application/json']?.schema;
  const url = query.length > 0 ? `${filled}?${query.join('&')}` : filled;
  if (method === 'GET' || method === 'DELETE') return { method, path: url };
  const body = schema === undefined || tape.once(15) ? anyJson(tape) : bodyOf(tape, schema, 4);
  return { method, path: url, body: tape.once(6) ? mutated(tape, body) : body };
}

const plainText = (tape: Tape, schema: Schema = {}): string =>
  (tape.once(3) ? anyText(tape) : bodyOf(tape, schema, 0).replace(/^"|"$/g, '')).toWellFormed();

function bodyOf(tape: Tape, schema: Schema, depth: number): string {
  if (tape.once(14)) return anyJson(tape, 2);
  if (schema.enum) return JSON.stringify(tape.oneOf(schema.enum));
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? ['any']);
  switch (tape.oneOf(types)) {
    case 'object': {
      if (!schema.properties || depth <= 0) return anyJson(tape, 2);
      const members = Object.entries(schema.properties).filter(() => tape.once(2));
      return anyObject(tape, Object.fromEntries(members.map(([name, each]) => [name, bodyOf(tape, each, depth - 1)])));
    }
    case 'array':
      return depth > 0 ? `[${tape.some(4, () => bodyOf(tape, schema.items ?? {}, depth - 1)).join(',')}]` : '[]';
    case 'integer':
    case 'number':
      return tape.oneOf(['1', '0', '-1', '10', '100', String(schema.maximum ?? 1_000), '1e400', '9007199254740993']);
    case 'boolean':
      return tape.oneOf(['true', 'false']);
    case 'null':
      return 'null';
    case 'string':
      return JSON.stringify(textOf(tape, schema.format));
    default:
      return anyJson(tape, 3);
  }
}

/** Addresses lead nowhere but to this machine. */
function textOf(tape: Tape, format: string | undefined): string {
  if (tape.once(4)) return anyText(tape);
  if (format === 'uri')
    return tape.oneOf(['https://127.0.0.1/x', 'http://[::1]/', 'https://0/', 'x:', 'https://a@127.0.0.1:1/']);
  if (format === 'date-time')
    return tape.oneOf(['2026-11-30T10:00:00Z', '9999-12-31T23:59:59Z', '2026-02-30T10:00:00Z']);
  if (format === 'uuid') return tape.oneOf(['$AGENT$', '$SENDER$', '$REQUEST$']);
  return tape.oneOf([
    'fuzz.take',
    'fuzz.checked',
    '$HANDLE$',
    'params_n > 1',
    'params.n > 1.0',
    '1',
    'a b',
    anyText(tape),
  ]);
}
