import type { Log } from '../../application/ports/log.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { ErrorWireCode } from '../../domain/error-registry.ts';
import { InvalidResultError } from '../../domain/errors.ts';
import { masked, tellable } from '../failures.ts';
import { refuse, type WireError } from './wire-messages.ts';

const WHAT = "an agent's message";

/** What an agent is told when its message failed. A domain error that has no wire code is masked like a defect. */
export function wireErrorOf(error: unknown, requestId: string, log: Log): WireError {
  const code = error instanceof DomainError ? error.row.wireCode : undefined;
  if (code === undefined) return refuse('internal_error', masked(error, log, WHAT).message, requestId).error;
  const { message } = tellable(error, log, WHAT);
  const refusal = refuse(code as ErrorWireCode, message, requestId).error;
  if (!(error instanceof InvalidResultError)) return refusal;
  const path = error.issues[0]?.path;
  return { ...refusal, ...(path !== undefined && { path }), status: 'failed' };
}
