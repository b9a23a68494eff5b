import { Buffer } from 'node:buffer';
import { ActionError } from './errors.ts';
import type { TraceParent } from './trace-parent.ts';

/** How a request ended at the agent. A result is kept as the JSON it was when the handler returned it. */
export type Outcome = (Completed | Failed) & {
  /** Where in a trace it comes from. */
  readonly trace?: TraceParent;
};

export type Completed = { readonly status: 'completed'; readonly json: string; readonly trace?: TraceParent };
type Failed = { readonly status: 'failed'; readonly code: string; readonly message: string };

/** What the sender of a failed request gets to see. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

/** The platform's RESULT_MAX_BYTES where its operator says nothing else. */
export const MAX_RESULT_BYTES = 1024 * 1024;
const MAX_MESSAGE_LENGTH = 2_000;
/** What a sender learns of a failure that is none of its business. */
const AGENT_ERROR: Failure = { code: 'agent_error', message: 'The agent failed to do this.' };
const SHORT_CODE = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$/;

export const failed = (code: string, message: string): Outcome => ({
  status: 'failed',
  code: SHORT_CODE.test(code) ? code : AGENT_ERROR.code,
  message: bounded(message) || AGENT_ERROR.message,
});

/** The outcome of a handler that returned; one that no JSON can carry is a failure that says so. `notJson` hears why. */
export function outcomeOfResult(
  result: unknown,
  maxBytes: number = MAX_RESULT_BYTES,
  notJson: (error: unknown) => void = () => {},
): Outcome {
  let json: string | undefined;
  try {
    json = JSON.stringify(result ?? null);
  } catch (error) {
    // A getter or a toJSON of the agent's may have thrown: that is its own.
    notJson(error);
    return failed('result_not_json', "The agent's result is not JSON.");
  }
  if (json === undefined) return failed('result_not_json', `The agent's result is a ${typeof result}, not JSON.`);
  const bytes = Buffer.byteLength(json);
  if (bytes > maxBytes) {
    return failed('result_too_large', `The agent's result has ${bytes} bytes as JSON; ${maxBytes} are taken.`);
  }
  return { status: 'completed', json };
}

/** What a thrown error says to the sender, unless the agent describes its errors itself: nothing, but for an ActionError. */
export function describeError(error: unknown): Failure {
  return error instanceof ActionError ? { code: error.code, message: error.message } : AGENT_ERROR;
}

/** What the platform refuses in a message, which is often handed on from a program that colours what it says. */
const CONTROL = /(?![\t\n\r])\p{Cc}/gu;

/** As the platform takes text: of bounded length, well-formed Unicode, no control characters but for what lays it out. */
function bounded(message: string): string {
  const text = message.replaceAll(CONTROL, '').trim();
  const cut = text.length <= MAX_MESSAGE_LENGTH ? text : `${text.slice(0, MAX_MESSAGE_LENGTH - 1)}…`;
  return cut.toWellFormed();
}
