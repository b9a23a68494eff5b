import type { Answer } from './channel.ts';
import { CompleteRequestDocument } from './generated/graphql.ts';
import { executeOverHttp, type GraphqlHttpOptions } from './graphql-http.ts';
import type { Completed } from './outcome.ts';
import type { InputIssue } from './types.ts';

/** Reports a result that fits no message of a channel. Throws as executeOverHttp does. */
export async function completeOverHttp(
  http: GraphqlHttpOptions,
  requestId: string,
  { json, trace }: Completed,
  signal: AbortSignal,
): Promise<Answer> {
  const variables = { requestId, result: JSON.parse(json) };
  const { completeRequest } = await executeOverHttp(http, CompleteRequestDocument, variables, signal, trace);
  return answerOf(completeRequest);
}

type Refusable = { readonly __typename: string; readonly message?: string; readonly issues?: readonly InputIssue[] };

/** What the answer to a mutation says of an ack or a report. */
export function answerOf(result: Refusable): Answer {
  const message = [result.message ?? '', ...(result.issues ?? []).map((issue) => issue.message)].join(' ');
  switch (result.__typename) {
    case 'RequestNotFoundError':
    case 'RequestFinishedError':
      return { kind: 'finished', message };
    // It has ended the request.
    case 'InvalidResultError':
      return { kind: 'finished', message: result.message ?? '', path: result.issues?.[0]?.path };
    case 'InvalidInputError':
      return { kind: 'refused', message, path: result.issues?.[0]?.path };
    default:
      return { kind: 'taken' };
  }
}
