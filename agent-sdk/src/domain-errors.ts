import {
  AgentNotConnectedError,
  AgentNotFoundError,
  HandleTakenError,
  InvalidInputError,
  PlatformError,
  RateLimitedError,
  RequestFinishedError,
  RequestNotFoundError,
  RequestRejectedError,
} from './errors.ts';
import type { InputIssue, RequestStatus } from './types.ts';

/** Every error that a mutation's union can hold, with the fields that the documents select. */
type DomainFailure =
  | { __typename: 'InvalidInputError'; message: string; issues: readonly InputIssue[] }
  | { __typename: 'HandleTakenError'; message: string; handle: string }
  | { __typename: 'AgentNotFoundError'; message: string }
  | { __typename: 'AgentNotConnectedError'; message: string }
  | { __typename: 'RequestRejectedError'; message: string; stage: string; reason: string; requestId: string }
  | { __typename: 'RequestNotFoundError'; message: string }
  | { __typename: 'RequestFinishedError'; message: string; status: RequestStatus }
  | { __typename: 'RateLimitedError'; message: string; retryAfterSeconds: number };

/** The success of a mutation's union; its errors are thrown as what they are. */
export function successOf<Result extends { __typename: string }>(result: Result): Exclude<Result, DomainFailure> {
  if (result.__typename.endsWith('Success')) return result as Exclude<Result, DomainFailure>;
  throw errorOf(result as { __typename: string } as DomainFailure);
}

function errorOf(result: DomainFailure): Error {
  const { __typename: name }: { __typename: string } = result;
  switch (result.__typename) {
    case 'InvalidInputError':
      return new InvalidInputError(result.message, result.issues);
    case 'HandleTakenError':
      return new HandleTakenError(result.message, result.handle);
    case 'AgentNotFoundError':
      return new AgentNotFoundError(result.message);
    case 'AgentNotConnectedError':
      return new AgentNotConnectedError(result.message);
    case 'RequestRejectedError':
      return new RequestRejectedError(result.message, result);
    case 'RequestNotFoundError':
      return new RequestNotFoundError(result.message);
    case 'RequestFinishedError':
      return new RequestFinishedError(result.message, result.status);
    case 'RateLimitedError':
      return new RateLimitedError(result.message, result.retryAfterSeconds);
    default:
      return new PlatformError(
        name,
        `The platform answered with ${name}, which this version of the SDK does not know.`,
      );
  }
}
