import type { InputIssue } from '../../domain/errors.ts';
import type { JsonText } from '../../domain/json/json-text.ts';
import type { RequestFailure } from '../../domain/request.ts';

/** An outcome from an agent that need not read what it is answered, as far as its meaning can be told. */
export type OutcomeReport =
  | { readonly status: 'completed'; readonly result: JsonText | null }
  | { readonly status: 'failed'; readonly code: string | null; readonly message: string | null }
  /** It is an outcome, but which one cannot be told. */
  | ({ readonly status: 'unusable' } & UnusableOutcome);

/** Why an outcome cannot be recorded as it was reported; the path starts at the report. */
export type UnusableOutcome = {
  /** What its request fails with. */
  readonly code: 'invalid_result' | 'result_too_large';
  readonly issue: InputIssue;
};

/** An outcome that was not recorded as it was reported. */
export type UnrecordedOutcome = UnusableOutcome & {
  /** Whether it ended its request all the same, as failed; false where it names no request of the agent. */
  readonly hasEndedRequest: boolean;
};

/** In characters. */
export const FAILURE_CODE_MAX = 64;
export const FAILURE_MESSAGE_MAX = 2_000;

/** For an agent that says that it failed, but not how. */
const UNSAID_FAILURE = 'The agent reported an error.';
const CUT = '… (cut)';
const CONTROL = /\p{Cc}/gu;
/** Line breaks and tabs are no harm in a message. */
const CONTROL_IN_LINE = /(?![\t\n\r])\p{Cc}/gu;

/**
 * A failure as it can be recorded, whatever an agent said of it: texts that are too long are cut with a mark, what no
 * text may hold becomes U+FFFD, and what is missing or blank has its default.
 */
export function recordableFailure(code: string | null, message: string | null): RequestFailure {
  const codeText = (code ?? '').trim().toWellFormed().replaceAll(CONTROL, '\ufffd');
  const messageText = (message ?? '').trim().toWellFormed().replaceAll(CONTROL_IN_LINE, '\ufffd');
  return {
    code: cut(codeText, FAILURE_CODE_MAX, '…') || 'agent_error',
    message: cut(messageText, FAILURE_MESSAGE_MAX, CUT) || UNSAID_FAILURE,
  };
}

/** What the sender is told when the outcome of its request could not be recorded. */
export const failureOf = ({ code, issue }: UnusableOutcome): RequestFailure =>
  recordableFailure(code, `The agent's answer cannot be used: ${issue.path} ${issue.message}.`);

/** A character is at most two code units long. */
function cut(text: string, max: number, mark: string): string {
  if (text.length <= max) return text;
  const characters = [...text.slice(0, max * 2 + 2)];
  return characters.length <= max ? text : `${characters.slice(0, max - mark.length).join('')}${mark}`;
}
