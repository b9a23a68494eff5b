import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { newId } from '../domain/new-id.ts';

/**
 * The id of an HTTP request: what its caller calls it, or one of our own (a UUID). It is in the answer under both names,
 * and in every line that is logged for the request, as `httpRequestId`; a request in the platform's own sense has another
 * id.
 */
export const REQUEST_ID_HEADERS = ['Request-Id', 'X-Request-Id'] as const;

/** What others call it by. Nothing that a log, a header or a shell reads in a way of its own. */
const TAKEN = /^[\w.~:/+=@-]{1,128}$/;

/** The id that the caller gave, as `Request-Id` or `X-Request-Id`, if it can be taken, or a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = textOf(headers, 'request-id') ?? textOf(headers, 'x-request-id');
  return given !== undefined && TAKEN.test(given) ? given : newRequestId();
}

export const newRequestId = (): string => newId();

/** What an answer says it with. */
export const requestIdHeaders = (id: string) => ({ 'Request-Id': id, 'X-Request-Id': id });

const textOf = (headers: IncomingHttpHeaders, name: string): string | undefined => {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
};
