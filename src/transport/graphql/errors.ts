import { GraphQLError } from 'graphql';
import { QueueOverflowError } from '../../application/event-queue.ts';
import type { Log } from '../../application/ports/log.ts';
import type { DomainError } from '../../domain/domain-error.ts';
import { RateLimitedError } from '../../domain/errors.ts';
import { Defect, retryAfterSecondsOf, tellable } from '../failures.ts';

/** Where GraphQL servers have a word of their own for it. */
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
    const { message, extensions } = toldOf(cause);
    return new GraphQLError(message, { ...place, extensions });
  };

  function toldOf(cause: unknown) {
    if (cause instanceof QueueOverflowError) return { message: cause.message, extensions: { code: 'TOO_SLOW' } };
    const told = tellable(cause, log, 'an operation');
    const { message } = told;
    if (told instanceof Defect) {
      return { message, extensions: { code: 'INTERNAL_SERVER_ERROR', errorId: told.errorId } };
    }
    return { message, extensions: extensionsOf(told) };
  }
}

function extensionsOf(error: DomainError) {
  const retryAfterSeconds = retryAfterSecondsOf(error);
  return {
    code: CODES[error.code] ?? error.code.toUpperCase(),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    ...(error instanceof RateLimitedError && { violatedPolicies: error.violatedPolicies }),
  };
}
