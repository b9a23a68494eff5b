import { ConnectionError, ForbiddenError, PlatformError, UnauthenticatedError } from './errors.ts';
import type { TypedDocumentString } from './generated/graphql.ts';

/** A generated document, as a text that knows the types of its answer and its variables. */
export type Document<Data, Variables> = TypedDocumentString<Data, Variables>;

/** A GraphQL error as the platform writes it. */
export interface GraphqlErrorEntry {
  readonly message: string;
  readonly extensions?: { readonly code?: unknown } | undefined;
}

/** What a platform says of a document that asks for more than its schema has. */
const UNKNOWN_THERE = 'GRAPHQL_VALIDATION_FAILED';
/** What it says, without a code, of an input that has more. */
const UNKNOWN_INPUT = / is not defined by type "\w+Input"\.$/;

/** The code and the message of the first error, with what helps where the platform is older than this SDK. */
export function refusalOf(errors: readonly GraphqlErrorEntry[]): { code: string; message: string } {
  const [first] = errors;
  const told = first?.extensions?.code;
  const code = typeof told === 'string' ? told : 'UNKNOWN';
  const message = first?.message ?? 'No message was given.';
  if (code !== UNKNOWN_THERE && !UNKNOWN_INPUT.test(message)) return { code, message };
  return { code, message: `${message} The platform is older than this SDK: upgrade the platform before its agents.` };
}

/** A top-level GraphQL error as an error to throw. */
export function errorOfRefusal({ code, message }: { code: string; message: string }): Error {
  switch (code) {
    case 'UNAUTHENTICATED':
      return new UnauthenticatedError(message);
    case 'FORBIDDEN':
      return new ForbiddenError(message);
    case 'UNAVAILABLE':
      return new ConnectionError(message);
    default:
      return new PlatformError(code, message);
  }
}
