import { PROBLEM_KINDS, PROBLEMS, problemType } from '../../src/transport/rest/problem-catalogue.ts';
import type { HttpAnswer } from './http-calls.ts';

/** What the platform did that it never does, whatever it is sent. */
export class Violation extends Error {
  constructor(what: string) {
    super(what.length > TOLD_MAX ? `${what.slice(0, TOLD_MAX)}…` : what);
  }
}
const TOLD_MAX = 2_000;

const kindOf = new Map(PROBLEM_KINDS.map((kind) => [problemType(kind), kind]));

// biome-ignore lint/suspicious/noExplicitAny: what is answered is looked into here
type Answered = any;

function read(text: string, what: string): Answered {
  try {
    return JSON.parse(text);
  } catch {
    throw new Violation(`${what} answered what is no JSON: ${text.slice(0, 300)}`);
  }
}

/** Whether it is what is told of a message that is no HTTP, or has headers without end: before anybody asks what it is about. */
const isAboutHttp = (status: number, type: string, body: string): boolean =>
  status < 500 && type.startsWith('application/problem+json') && read(body, 'HTTP').type === 'about:blank';

/** Answers of REST: a success, or a problem that the API document has. */
export function judgeRest({ status, type, body }: HttpAnswer, what: string): Answered {
  if (status >= 200 && status < 400) return /\bjson\b/.test(type) && body !== '' ? read(body, what) : null;
  const problem = type.startsWith('application/problem+json') ? read(body, what) : null;
  if (isAboutHttp(status, type, body)) return { ...problem, kind: null };
  const kind = kindOf.get(problem?.type);
  if (kind === undefined || PROBLEMS[kind].status !== status || kind === 'internal-error') {
    throw new Violation(`${status} ${type} ${body.slice(0, 500)} was answered to ${what}`);
  }
  return { ...problem, kind };
}

/** What an operation of GraphQL came to: data, or errors with a code, none of which is a defect. */
export function judgeResult(result: Answered, what: string): void {
  const errors: Answered = result?.errors ?? [];
  const isWhole = typeof result === 'object' && result !== null && ('data' in result || errors.length > 0);
  const isDefect = (error: Answered) =>
    typeof error?.message !== 'string' || /internal|went wrong/i.test(`${error.extensions?.code} ${error.message}`);
  if (!isWhole || errors.some(isDefect))
    throw new Violation(`${what} answered ${JSON.stringify(result).slice(0, 500)}`);
}

export function judgeGraphql(answer: HttpAnswer, what: string): void {
  const { status, type, body } = answer;
  if (type.startsWith('text/event-stream')) return;
  if (type.startsWith('application/problem+json')) judgeRest(answer, what);
  else if (![200, 400, 405, 413, 415, 429, 503].includes(status))
    throw new Violation(`${what} answered ${status} ${body}`);
  else judgeResult(read(body, what), what);
}

const MCP_STATUSES = [200, 202, 400, 401, 403, 404, 405, 406, 413, 415, 429, 503];

/** Answers of MCP: a message of JSON-RPC that is no defect, none at all to a notification. */
export function judgeMcp({ status, type, body }: HttpAnswer, what: string): void {
  if (isAboutHttp(status, type, body)) return;
  if (!MCP_STATUSES.includes(status)) throw new Violation(`${what} answered ${status} ${body.slice(0, 500)}`);
  if (body === '' || type.startsWith('text/event-stream')) return;
  const { error, result, title } = read(body, what);
  const isDesigned =
    error === undefined ? result !== undefined || title !== undefined : error.data?.errorId === undefined;
  if (!isDesigned) throw new Violation(`${what} answered ${status} ${body.slice(0, 500)}`);
}
