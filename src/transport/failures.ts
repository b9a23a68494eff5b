import { randomUUID } from 'node:crypto';
import type { Log } from '../application/ports/log.ts';
import { DomainError } from '../domain/domain-error.ts';
import { UnavailableError } from '../domain/errors.ts';

/** What outsiders hear of a defect: an id, under which the log has its cause. */
export class Defect {
  readonly errorId = randomUUID();
  readonly message = `Something went wrong on our side. If you report it, name this id: ${this.errorId}`;
}

/**
 * What may be told of a failure, over whichever transport: a domain error as it is, anything else masked. Logs what
 * is masked, and why the platform could not answer; `what` failed, for the log.
 */
export function tellable(error: unknown, log: Log, what: string): DomainError | Defect {
  if (!(error instanceof DomainError)) return masked(error, log, what);
  if (error instanceof UnavailableError) log.warn({ err: error.cause ?? error }, `${what} could not be served now`);
  return error;
}

/** Hides a failure from the outside, and logs it. */
export function masked(error: unknown, log: Log, what: string): Defect {
  const defect = new Defect();
  log.error({ err: error, errorId: defect.errorId }, `${what} failed unexpectedly`);
  return defect;
}

/** In how many seconds it is worth another try; undefined where only the caller can change something. */
export function retryAfterSecondsOf(error: DomainError): number | undefined {
  if ('retryAfterSeconds' in error && typeof error.retryAfterSeconds === 'number') return error.retryAfterSeconds;
  return error.row.retryAfterSeconds;
}

/** The header field for it (RFC 9110, section 10.2.3), in whole seconds. */
export const retryAfter = (seconds: number) => ({ 'retry-after': String(Math.max(1, Math.ceil(seconds))) });
