import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Log } from '../application/ports/log.ts';
import { newId } from '../domain/new-id.ts';

/**
 * The `Request-Id` of an HTTP request: what its caller calls it, or an id of our own (a UUID). It is in the answer, and in
 * every line that is logged for the request, as `httpRequestId`; a request in the platform's own sense has another id.
 */
export const REQUEST_ID_HEADER = 'Request-Id';

/** What others call it by. Nothing that a log, a header or a shell reads in a way of its own. */
const TAKEN = /^[\w.~:/+=@-]{1,128}$/;

const current = new AsyncLocalStorage<string | undefined>();

/** The id that the caller gave, as `Request-Id` or `X-Request-Id`, if it can be taken, or a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = textOf(headers, 'request-id') ?? textOf(headers, 'x-request-id');
  return given !== undefined && TAKEN.test(given) ? given : newRequestId();
}

export const newRequestId = (): string => newId();

const textOf = (headers: IncomingHttpHeaders, name: string): string | undefined => {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
};

/** Does what belongs to the request: its lines carry the id, also those that are logged later. */
export const inRequest = <Result>(id: string, work: () => Result): Result => current.run(id, work);

/** Does what belongs to no request although one set it off. */
export const outsideOfRequests = <Result>(work: () => Result): Result => current.run(undefined, work);

/** The id of the request that is served here; null outside of any. */
export const currentRequestId = (): string | null => current.getStore() ?? null;

/**
 * A listener whose calls belong to the request in which it is made. What comes over a connection later, such as the
 * messages of a socket, belongs to no request by itself.
 */
export function listenerOfRequest<Args extends readonly unknown[]>(
  listener: (...args: Args) => void,
): (...args: Args) => void {
  // Node's own AsyncLocalStorage.bind keeps some 800 bytes for each listener, for as long as its socket is open.
  const id = current.getStore();
  return (...args) => current.run(id, () => listener(...args));
}

/** The log, with the id of the request in whose course a line is written. */
export function logOfRequests(log: Log): Log {
  const named = (fields: object): object => {
    const httpRequestId = current.getStore();
    return httpRequestId === undefined ? fields : { ...fields, httpRequestId };
  };
  return {
    debug: (fields, message) => log.debug(named(fields), message),
    info: (fields, message) => log.info(named(fields), message),
    warn: (fields, message) => log.warn(named(fields), message),
    error: (fields, message) => log.error(named(fields), message),
  };
}
