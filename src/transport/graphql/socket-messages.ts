import type { FormattedExecutionResult } from 'graphql';
import { JsonPart } from '../../domain/json/json-part.ts';
import { JsonSyntaxError, pathText } from '../../domain/json/json-problem.ts';
import { MARK, putIn, stringifyJson } from '../../domain/json/json-text.ts';

/** Close reasons are at most 123 bytes long (RFC 6455 section 5.5). */
const REASON_MAX_BYTES = 123;

const variablesOf = new WeakMap<object, JsonPart>();

/** The variables of a message's payload as they were sent; null where there are none. To be asked once: a payload is kept. */
export function takeSentVariables(payload: object): JsonPart | null {
  const variables = variablesOf.get(payload) ?? null;
  variablesOf.delete(payload);
  return variables;
}

/** Reads a message; or says why the socket is closed because of it. */
export function readSocketMessage(text: string): { readonly message: object } | { readonly reason: string } {
  let part: JsonPart;
  try {
    part = JsonPart.read(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return { reason: shortened(`The message is not JSON: ${error.message}`) };
    throw error;
  }
  const { value: message } = part;
  if (typeof message !== 'object' || message === null) return { reason: 'A message is a JSON object.' };
  const payload = part.members.get('payload');
  const variables = payload?.members.get('variables');
  const problem = part.problems.find((each) => each.isOfName && !variables?.holds(each));
  if (problem) return { reason: shortened(`${pathText(problem.path)} ${problem.message}`) };
  if (payload?.isObject && variables?.isObject) variablesOf.set(Object(payload.value), variables);
  return { message };
}

function shortened(reason: string): string {
  const bytes = Buffer.from(reason);
  // A character that is cut in two is left out.
  return bytes.length <= REASON_MAX_BYTES
    ? reason
    : bytes.toString('utf8', 0, REASON_MAX_BYTES).replace(/\ufffd+$/, '');
}

type Written = {
  readonly text: string;
  /** Whether it tells of an event, and answers nobody's question. */
  readonly isEvent: boolean;
};

/** What stands in the message that the library is writing. It sends each right after it has written it. */
let ready: Written | null = null;

/** A result with its JSON texts as they were accepted, for the library's own message around it. */
export const readyResult = (result: object, isEvent: boolean): FormattedExecutionResult => {
  const text = stringifyJson(result);
  const payload = {
    toJSON() {
      ready = { text, isEvent };
      return MARK;
    },
  };
  return payload as FormattedExecutionResult;
};

/** The message as it goes out. */
export function finishedMessage(message: string): Written {
  if (ready === null) return { text: message, isEvent: false };
  const { text, isEvent } = ready;
  ready = null;
  return { text: putIn(message, [text]), isEvent };
}
