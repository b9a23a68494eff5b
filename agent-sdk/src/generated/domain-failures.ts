// Printed from src/domain/errors.ts by `npm run generate`. Do not edit.
import type { ApprovalStatus, DenialKind, InputIssue, RequestStatus } from '../types.ts';
import * as errors from './errors.ts';

/** Every error that the union of a mutation can hold, with the fields that the documents select. */
export type DomainFailure =
  | { __typename: 'AdminNotFoundError'; message: string }
  | { __typename: 'AgentNotConnectedError'; message: string }
  | { __typename: 'AgentNotFoundError'; message: string; handle: string }
  | { __typename: 'AgentQuarantinedError'; message: string; retryAfterSeconds: number }
  | { __typename: 'ApiKeyNotFoundError'; message: string }
  | { __typename: 'ApprovalChangedError'; message: string; digest: string }
  | { __typename: 'ApprovalDecidedError'; message: string; approvalStatus: ApprovalStatus }
  | { __typename: 'ApprovalNotFoundError'; message: string }
  | { __typename: 'ApproverNotFoundError'; message: string }
  | { __typename: 'BlockedError'; message: string }
  | { __typename: 'HandleTakenError'; message: string; handle: string }
  | { __typename: 'InvalidInputError'; message: string; issues: readonly InputIssue[] }
  | { __typename: 'InvalidResultError'; message: string; issues: readonly InputIssue[] }
  | { __typename: 'InvitationNotFoundError'; message: string }
  | { __typename: 'RateLimitedError'; message: string; retryAfterSeconds: number; violatedPolicies: readonly string[] }
  | { __typename: 'RegistrationClosedError'; message: string }
  | { __typename: 'RequestFinishedError'; message: string; status: RequestStatus }
  | { __typename: 'RequestNotFoundError'; message: string }
  | { __typename: 'RequestRejectedError'; message: string; stage: string; kind: DenialKind | null; reason: string; issues: readonly InputIssue[]; requestId: string; kept: boolean }
  | { __typename: 'SenderLimitNotFoundError'; message: string }
  | { __typename: 'SenderNotFoundError'; message: string }
  | { __typename: 'SuspendedError'; message: string }
  | { __typename: 'WebhookNotFoundError'; message: string }
  | { __typename: 'WorkRequiredError'; message: string; challenge: string; bits: number };

/** The error that a failure is; undefined for one of a newer platform. */
export function errorOf(failure: DomainFailure): Error | undefined {
  switch (failure.__typename) {
    case 'AdminNotFoundError':
      return new errors.AdminNotFoundError(failure.message);
    case 'AgentNotConnectedError':
      return new errors.AgentNotConnectedError(failure.message);
    case 'AgentNotFoundError':
      return new errors.AgentNotFoundError(failure.message, failure);
    case 'AgentQuarantinedError':
      return new errors.AgentQuarantinedError(failure.message, failure);
    case 'ApiKeyNotFoundError':
      return new errors.ApiKeyNotFoundError(failure.message);
    case 'ApprovalChangedError':
      return new errors.ApprovalChangedError(failure.message, failure);
    case 'ApprovalDecidedError':
      return new errors.ApprovalDecidedError(failure.message, { ...failure, status: failure.approvalStatus });
    case 'ApprovalNotFoundError':
      return new errors.ApprovalNotFoundError(failure.message);
    case 'ApproverNotFoundError':
      return new errors.ApproverNotFoundError(failure.message);
    case 'BlockedError':
      return new errors.BlockedError(failure.message);
    case 'HandleTakenError':
      return new errors.HandleTakenError(failure.message, failure);
    case 'InvalidInputError':
      return new errors.InvalidInputError(failure.message, failure);
    case 'InvalidResultError':
      return new errors.InvalidResultError(failure.message, failure);
    case 'InvitationNotFoundError':
      return new errors.InvitationNotFoundError(failure.message);
    case 'RateLimitedError':
      return new errors.RateLimitedError(failure.message, failure);
    case 'RegistrationClosedError':
      return new errors.RegistrationClosedError(failure.message);
    case 'RequestFinishedError':
      return new errors.RequestFinishedError(failure.message, failure);
    case 'RequestNotFoundError':
      return new errors.RequestNotFoundError(failure.message);
    case 'RequestRejectedError':
      return new errors.RequestRejectedError(failure.message, failure);
    case 'SenderLimitNotFoundError':
      return new errors.SenderLimitNotFoundError(failure.message);
    case 'SenderNotFoundError':
      return new errors.SenderNotFoundError(failure.message);
    case 'SuspendedError':
      return new errors.SuspendedError(failure.message);
    case 'WebhookNotFoundError':
      return new errors.WebhookNotFoundError(failure.message);
    case 'WorkRequiredError':
      return new errors.WorkRequiredError(failure.message, failure);
    default:
      return undefined;
  }
}
