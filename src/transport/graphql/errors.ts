import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { QueueOverflowError } from '../../application/event-queue.ts';
import type { Log } from '../../application/ports/log.ts';
import { DomainError, UnavailableError } from '../../domain/errors.ts';

const CODES: Readonly<Record<string, string>> = { invalid_input: 'BAD_USER_INPUT' };

/**
 * What leaves the process of a failure that no union tells: domain errors with their message and code; GraphQL's own
 * errors about the document as they are; everything else masked, under an id that is in the log with its cause.
 */
export function createMaskError(log: Log) {
  return (error: unknown): GraphQLError => {
    const cause = error instanceof GraphQLError ? error.originalError : error;
    if (error instanceof GraphQLError && (cause === undefined || cause === null || cause instanceof GraphQLError)) {
      return error;
    }
    const place = error instanceof GraphQLError ? { nodes: error.nodes ?? null, path: error.path ?? null } : {};
    if (cause instanceof UnavailableError) log.warn({ err: cause.cause ?? cause }, 'the platform could not answer');
    if (cause instanceof DomainError) {
      const code = CODES[cause.code] ?? cause.code.toUpperCase();
      const retry = cause instanceof UnavailableError ? { retryAfterSeconds: cause.retryAfterSeconds } : {};
      return new GraphQLError(cause.message, { ...place, extensions: { code, ...retry } });
    }
    if (cause instanceof QueueOverflowError) {
      return new GraphQLError(cause.message, { ...place, extensions: { code: 'TOO_SLOW' } });
    }
    const errorId = randomUUID();
    log.error({ err: cause, errorId }, 'an operation failed unexpectedly');
    const message = `Something went wrong on our side. If you report it, name this id: ${errorId}`;
    return new GraphQLError(message, { ...place, extensions: { code: 'INTERNAL_SERVER_ERROR', errorId } });
  };
}
