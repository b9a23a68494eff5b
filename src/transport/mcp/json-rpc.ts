import { jsonPartOf } from '../json-body.ts';
import { RefusedExchange } from './refusals.ts';

/** What keeps a body from being one message of JSON-RPC 2.0; null for nothing. Batches ended with the revision of 2025-03-26. */
export function problemOfMessage(body: unknown): RefusedExchange | null {
  if (body === undefined) return new RefusedExchange('not_json', 'The body is empty; it must be JSON.');
  if (lengthBesideArguments(body) > BESIDE_ARGUMENTS_MAX) return new RefusedExchange('body_too_large', TOO_MUCH_BESIDE);
  if (Array.isArray(body)) return body.some(isRequest) ? new RefusedExchange('not_json_rpc', BATCH) : null;
  if (isMessage(body)) return null;
  return new RefusedExchange('not_json_rpc', NO_MESSAGE, idOf(body));
}

/** Characters of a message that are none of a call's arguments, which are bounded as params are. Of it all is kept while its answer takes. */
const BESIDE_ARGUMENTS_MAX = 65_536;

function lengthBesideArguments(body: unknown): number {
  const whole = jsonPartOf(body);
  return (whole?.length ?? 0) - (whole?.members.get('params')?.members.get('arguments')?.length ?? 0);
}

const TOO_MUCH_BESIDE = `A message may have ${BESIDE_ARGUMENTS_MAX.toLocaleString('en')} characters beside the arguments of a call.`;
const BATCH = 'Batches are not taken: send each request by itself.';
const NO_MESSAGE =
  'The body is no message of JSON-RPC 2.0: it must have "jsonrpc": "2.0" and "method", or "id" and its result or error.';

const isMessage = (body: unknown): boolean =>
  isObject(body) && body.jsonrpc === '2.0' && (isCall(body) || isAnswer(body));

const isCall = ({ method, id }: Members): boolean => typeof method === 'string' && (id === undefined || isId(id));

const isAnswer = ({ id, result, error }: Members): boolean => isId(id) && (result !== undefined || error !== undefined);

const isRequest = (message: unknown): boolean => isObject(message) && 'method' in message && 'id' in message;

/** Of the message, where it has one. */
export const idOf = (body: unknown): string | number | null => (isObject(body) && isId(body.id) ? body.id : null);

const isId = (id: unknown): id is string | number => typeof id === 'string' || Number.isSafeInteger(id);

type Members = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
