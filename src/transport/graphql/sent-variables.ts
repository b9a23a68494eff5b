import type { FastifyRequest } from 'fastify';
import { JsonPart } from '../../domain/json/json-part.ts';
import type { JsonProblem } from '../../domain/json/json-problem.ts';
import { jsonPartOf } from '../json-body.ts';

type Sent = {
  /** The operation's variables; null where there are none. */
  readonly variables: JsonPart | null;
  /** What breaks I-JSON around them. */
  readonly problem: JsonProblem | null;
};

/** An operation's variables as they came by HTTP. */
export function sentVariables({ method, body, query }: FastifyRequest): Sent {
  if (method !== 'POST') return { variables: inUrl(query), problem: null };
  const part = jsonPartOf(body);
  const variables = part?.members.get('variables');
  const problem = part?.problems.find((each) => each.isOfName && !variables?.holds(each));
  return { variables: variables?.isObject ? variables : null, problem: problem ?? null };
}

/** What is no JSON there is left to Yoga, which says so. */
function inUrl(query: unknown): JsonPart | null {
  const text: unknown = typeof query === 'object' && query !== null ? Reflect.get(query, 'variables') : undefined;
  if (typeof text !== 'string') return null;
  try {
    const variables = JsonPart.read(text);
    return variables.isObject ? variables : null;
  } catch {
    return null;
  }
}
