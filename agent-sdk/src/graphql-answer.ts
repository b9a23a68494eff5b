import {
  AuditEntryNotFoundError,
  ConnectionError,
  ForbiddenError,
  NotSealedError,
  OverloadedError,
  PlatformError,
  RateLimitedError,
  StorageFullError,
  UnauthenticatedError,
} from './errors.ts';
import type { TypedDocumentString } from './generated/graphql.ts';

/** A generated document, as a text that knows the types of its answer and its variables. */
export type Document<Data, Variables> = TypedDocumentString<Data, Variables>;

/** A GraphQL error as the platform writes it. */
export interface GraphqlErrorEntry {
  readonly message: string;
  readonly extensions?:
    | { readonly code?: unknown; readonly retryAfterSeconds?: unknown; readonly violatedPolicies?: unknown }
    | undefined;
}

/** The first error of an answer. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  /** In how many seconds to try again, where that is told. */
  readonly retryAfterSeconds?: number;
  /** Which limits were met, where that is told. */
  readonly violatedPolicies?: readonly string[];
}

/** What a platform says of a document that asks for more than its schema has. */
const UNKNOWN_THERE = 'GRAPHQL_VALIDATION_FAILED';
/** What it says, without a code, of an input that has more. */
const UNKNOWN_INPUT = / is not defined by type "\w+Input"\.$/;

/** The code and the message of the first error, with what helps where the platform is older than this SDK. */
export function refusalOf(errors: readonly GraphqlErrorEntry[]): Refusal {
  const [first] = errors;
  const told = first?.extensions?.code;
  const code = typeof told === 'string' ? told : 'UNKNOWN';
  const message = first?.message ?? 'No message was given.';
  if (code !== UNKNOWN_THERE && !UNKNOWN_INPUT.test(message)) {
    const { retryAfterSeconds: seconds, violatedPolicies: policies } = first?.extensions ?? {};
    return {
      code,
      message,
      ...(typeof seconds === 'number' && { retryAfterSeconds: seconds }),
      ...(Array.isArray(policies) && { violatedPolicies: policies.map(String) }),
    };
  }
  return { code, message: `${message} The platform is older than this SDK: upgrade the platform before its agents.` };
}

/** A top-level GraphQL error as an error to throw. */
export function errorOfRefusal({ code, message, retryAfterSeconds = 1, violatedPolicies = [] }: Refusal): Error {
  switch (code) {
    case 'UNAUTHENTICATED':
      return new UnauthenticatedError(message);
    case 'FORBIDDEN':
      return new ForbiddenError(message);
    case 'UNAVAILABLE':
      return new ConnectionError(message);
    case 'OVERLOADED':
      return new OverloadedError(message, retryAfterSeconds);
    case 'RATE_LIMITED':
      return new RateLimitedError(message, { retryAfterSeconds, violatedPolicies });
    case 'NOT_SEALED':
      return new NotSealedError(message, { retryAfterSeconds });
    case 'AUDIT_ENTRY_NOT_FOUND':
      return new AuditEntryNotFoundError(message);
    case 'STORAGE_FULL':
      return new StorageFullError(message);
    default:
      return new PlatformError(code, message);
  }
}
