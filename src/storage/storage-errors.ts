import type { Log } from '../application/ports/log.ts';
import { DomainError } from '../domain/domain-error.ts';
import { UnavailableError } from '../domain/errors.ts';
import { LinkError } from '../postgres/link-error.ts';

/** What an operator can do something about. */
const MEANINGS: Readonly<Record<string, string>> = {
  '28000': 'The database does not let this user in',
  '28P01': 'The database does not accept the user or the password',
  '3D000': 'There is no such database on the server',
  '42501': 'The database user may not do that',
  ECONNREFUSED: 'The database cannot be reached',
  ENOTFOUND: 'The database cannot be reached',
  ETIMEDOUT: 'The database cannot be reached',
  '53300': 'The server has no connection left',
  '57P03': 'The server is starting or stopping',
  connection: 'The server does not answer',
};

/** Of the system: nothing came to the server. */
const NOT_REACHED = /^E[A-Z]+(_[A-Z]+)*$/;

const meaningOf = (code: string): string =>
  MEANINGS[code] ?? (NOT_REACHED.test(code) ? 'The server cannot be reached' : 'The database refused a statement');

/** A statement that the database refused, or never got. Says nothing of the statement, its values or the server. */
export class StorageError extends Error {
  /** PostgreSQL's error code, or the driver's. */
  readonly code: string;
  /** The constraint that held, where one did. */
  readonly constraint: string | null;
  constructor(code: string, constraint: string | null) {
    super(`${meaningOf(code)} (${code}).`);
    this.name = 'StorageError';
    this.code = code;
    this.constraint = constraint;
  }
}

/** The database cannot be reached, is starting, stopping, full or switching over. */
const UNAVAILABLE_CODES = new Set([
  '25006', // read-only: a standby, or in the middle of a fail-over
  '53000',
  '53100',
  '53200',
  '53300',
  '55P03', // lock not available
  '57014', // cancelled, by our own time limit
  '57P01',
  '57P02',
  '57P03',
  '57P04',
  '57P05',
  '58000',
  '58030', // the server's disk
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT', // no socket there
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** What an operator can do something about. */
const REASONS = new Map([
  ['25006', 'it takes no writes'],
  ['53100', 'its disk is full'],
  ['53200', 'it is out of memory'],
  ['53300', 'it has no slot for another connection'],
]);

/** What the driver says, without a code, of a connection that is gone, late or closed. */
const UNAVAILABLE_MESSAGE =
  /timeout exceeded when trying to connect|connection terminated|connection ended|not queryable|client was closed|cannot use a pool after|query read timeout/i;

/** No answer came in time: the link may be gone, and whether the statement was run, nobody can say. */
export class UnansweredError extends Error {
  override readonly name = 'UnansweredError';

  constructor() {
    super('Connection terminated: a statement was not answered in time');
  }
}

/** What the driver says where no connection was there in time: all were in use, or a new one took too long. */
const POOL_TIMEOUT_MESSAGE = /^timeout exceeded when trying to connect|due to connection timeout/i;

/** Whether no connection was there in time. */
export const isPoolTimeout = (error: unknown): boolean =>
  error instanceof LinkError
    ? error.code === 'ETIMEDOUT'
    : error instanceof Error && POOL_TIMEOUT_MESSAGE.test(error.message);

const RETRY_AFTER_SECONDS = 2;

type DriverError = {
  readonly code: string | null;
  readonly constraint: string | null;
  /** Where in the server it arose. */
  readonly routine: string | null;
  readonly message: string;
};

/** Looks through wrappers (the ORM's exceptions carry the driver's error) without trusting their shape. */
const readError = (error: unknown): DriverError => {
  if (typeof error !== 'object' || error === null) return { code: null, constraint: null, routine: null, message: '' };
  // Several addresses of one host were tried: any of their errors will do.
  if (error instanceof AggregateError && error.errors.length > 0) return readError(error.errors[0]);
  return {
    code: 'code' in error && typeof error.code === 'string' ? error.code : null,
    constraint: 'constraint' in error && typeof error.constraint === 'string' ? error.constraint : null,
    routine: 'routine' in error && typeof error.routine === 'string' ? error.routine : null,
    message: error instanceof Error ? error.message : '',
  };
};

/** PostgreSQL's error code, or the driver's; null where there is none. */
export const codeOf = (error: unknown): string | null => readError(error).code;

/** Whether the same statement may work a moment later, at another attempt: a deadlock or a serialisation failure. */
export const isConflict = (error: unknown): boolean => {
  const { code } = readError(error);
  return code === '40001' || code === '40P01';
};

/** Whether the values were to blame, such as a key that is taken: the connection is as good as before. */
export const isOfValues = (error: unknown): boolean => /^2[23]/.test(readError(error).code ?? '');

/** Whether the server takes no writes: with several hosts, another one may. */
export const isReadOnly = (error: unknown): boolean => readError(error).code === '25006';

/**
 * Whether the server does not have the statement that the connection has prepared: somebody discarded it, or its columns
 * have changed since ("cached plan must not change result type"). A new connection prepares it anew.
 */
export const isOutOfDate = (error: unknown): boolean => {
  const { code, routine } = readError(error);
  return code === '26000' || (code === '0A000' && routine === 'RevalidateCachedQuery');
};

/**
 * What goes outward in place of a driver's error: an UnavailableError when the database is away, else a StorageError.
 * The log gets the code and where in the server it arose, never the statement, its values, the URL or the password.
 */
export const outwardError = (error: unknown, statement: string, log: Log): Error => {
  if (error instanceof DomainError || error instanceof StorageError) return error;
  const { code, constraint, routine, message } = readError(error);
  const unavailable =
    code !== null ? UNAVAILABLE_CODES.has(code) || code.startsWith('08') : UNAVAILABLE_MESSAGE.test(message);
  if (unavailable || error instanceof LinkError) {
    const known = REASONS.get(code ?? '') ?? null;
    const reason = error instanceof LinkError ? message : (known ?? undefined);
    log.warn({ code: code ?? 'connection', statement, reason }, 'the database did not answer');
    return new UnavailableError(
      'The platform cannot reach its database. Try again in a moment.',
      RETRY_AFTER_SECONDS,
      // Not the driver's error, which may name the values.
      { cause: error instanceof LinkError ? error : new StorageError(code ?? 'connection', constraint), reason: known },
    );
  }
  log.error(
    { code, constraint, routine: routine ?? undefined, statement, kind: code === null ? message : undefined },
    'the database refused a statement',
  );
  return new StorageError(code ?? 'unknown', constraint);
};
