import type { GraphQLResolveInfo } from 'graphql';
import type { Request } from '../../domain/request.ts';
import type { GraphQLContext } from './context.ts';
import { refused } from './page.ts';

/** Of the results that an operation, or one event of it, answers together, but for the last one; in characters. */
const RESULTS_MAX_LENGTH = 3 * 1024 * 1024;

const answered = new WeakMap<GraphQLContext, { readonly event: unknown; length: number }>();

/**
 * The result, which counts each time that the operation names it: aliases would multiply what a page holds, and an answer
 * is made in memory. Throws a GraphQLError where those before it are too large together.
 */
export function countedResult(
  result: Request['result'],
  context: GraphQLContext,
  { rootValue: event }: Pick<GraphQLResolveInfo, 'rootValue'>,
): Request['result'] {
  if (result === null) return null;
  const before = answered.get(context);
  // A subscription keeps its context, and each of its events is an answer of its own.
  const here = before && before.event === event ? before : { event, length: 0 };
  if (here.length >= RESULTS_MAX_LENGTH) {
    throw refused('The results that the operation asks for have more than 3 MiB together. Ask for fewer at once.');
  }
  here.length += result.text.length;
  answered.set(context, here);
  return result;
}
