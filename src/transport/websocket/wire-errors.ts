import type { Log } from '../../application/ports/log.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { ErrorWireCode } from '../../domain/error-registry.ts';
import { InvalidInputError } from '../../domain/errors.ts';
import { masked, tellable } from '../failures.ts';
import { refuse, type WireError } from './wire-messages.ts';

const WHAT = "an agent's message";

/** What an agent is told when its message failed. A domain error that has no wire code is masked like a defect. */
export function wireErrorOf(error: unknown, requestId: string, log: Log): WireError {
  const code = error instanceof DomainError ? error.row.wireCode : undefined;
  if (code === undefined) return refuse('internal_error', masked(error, log, WHAT).message, requestId).error;
  const { message } = tellable(error, log, WHAT);
  const text = error instanceof InvalidInputError ? problemsOf(error) : message;
  return refuse(code as ErrorWireCode, text, requestId).error;
}

const problemsOf = ({ issues }: InvalidInputError): string =>
  `${issues.map(({ path, message }) => `${WIRE_PATHS[path] ?? path} ${message}`).join('; ')}.`;

/** The use cases' fields, as the agent sent them. */
const WIRE_PATHS: Readonly<Record<string, string>> = {
  'input.code': 'error.code',
  'input.message': 'error.message',
  'input.result': 'result',
};
