import type { OutcomeReport } from '../../application/requests/outcome-report.ts';
import type { JsonPart } from '../../domain/json/json-part.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What agents write for the two states that they report, in any case. */
const STATUSES: ReadonlyMap<string, 'completed' | 'failed'> = new Map([
  ...['completed', 'complete', 'success', 'succeeded', 'successful', 'ok'].map((each) => [each, 'completed'] as const),
  ...['error', 'failed', 'failure', 'fail'].map((each) => [each, 'failed'] as const),
]);
const STATUS_SHOWN_MAX = 40;

/** Where an error of another shape than {"code", "message"} says what happened, and for programs which it was. */
const MESSAGE_NAMES = ['message', 'detail', 'description', 'reason', 'error'] as const;
const CODE_NAMES = ['code', 'type', 'name'] as const;

/** What the outcome in a message means, whatever its shape; `fields` is the value of the part. */
export function readOutcome(fields: Fields, part: JsonPart): OutcomeReport {
  const { status, result, error } = fields;
  switch (statusOf(fields)) {
    case 'completed':
      return { status: 'completed', result: result == null ? null : (part.members.get('result')?.toText() ?? null) };
    case 'failed':
      return { status: 'failed', ...readFailure(error) };
    default: {
      const found = typeof status === 'string' ? `"${status.slice(0, STATUS_SHOWN_MAX)}"` : `of type ${typeof status}`;
      const message = status == null ? 'is missing, and there is neither result nor error' : `is ${found}`;
      const issue = { path: 'status', message: `${message}; it must be "completed" or "error"` };
      return { status: 'unusable', code: 'invalid_result', issue };
    }
  }
}

function statusOf({ status, error, ...others }: Fields): 'completed' | 'failed' | undefined {
  if (typeof status === 'string') return STATUSES.get(status.trim().toLowerCase());
  if (status != null) return undefined;
  if (error != null) return 'failed';
  return 'result' in others ? 'completed' : undefined;
}

function readFailure(error: unknown): { readonly code: string | null; readonly message: string | null } {
  if (typeof error === 'string') return { code: null, message: error };
  if (isEmpty(error)) return { code: null, message: null };
  if (!isObject(error)) return { code: null, message: asText(error) };
  const code = CODE_NAMES.map((name) => error[name]).find(
    (each) => typeof each === 'string' || typeof each === 'number',
  );
  const message = MESSAGE_NAMES.map((name) => error[name]).find((each) => typeof each === 'string');
  const isCodeAlone = message === undefined && Object.keys(error).every((name) => name === 'code');
  return {
    code: code === undefined ? null : String(code),
    message: typeof message === 'string' ? message : isCodeAlone ? null : asText(error),
  };
}

/** Null for what is nested too deeply to be written. */
function asText(error: unknown): string | null {
  try {
    return JSON.stringify(error);
  } catch {
    return null;
  }
}

const isEmpty = (value: unknown): boolean =>
  value == null || (typeof value === 'object' && Object.keys(value).length === 0);

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
