export type { ActionDefinition, ActionHandler, ActionSchema, ParamsOf, ResultOf } from './action-definition.ts';
export { ClawciergeAgent, type PublishOptions, type StopOptions } from './agent.ts';
export type { ClawciergeAgentOptions } from './agent-options.ts';
export {
  type ApprovalAnswer,
  type ApprovalContext,
  type ApprovalHandler,
  type ApprovalState,
  approve,
  ClawciergeApprovals,
  type ClawciergeApprovalsOptions,
  type DecidedApproval,
  deny,
  type PublishedRule,
  type RememberInput,
} from './approvals.ts';
export { type AuditCheck, type AuditCheckOptions, checkAuditTrail } from './audit-check.ts';
export {
  type AuditEntry,
  type AuditEntryPage,
  type ListAuditEntriesOptions,
  listAuditEntries,
} from './audit-entries.ts';
export type { AuditTrust } from './audit-hold.ts';
export { type AuditProof, type ProveAuditEntryOptions, proveAuditEntry } from './audit-proof.ts';
export type { AuditOptions } from './audit-watch.ts';
export { Backoff, type BackoffOptions } from './backoff.ts';
export { type CheckpointStore, fileCheckpoints, type KeptCheckpoint, memoryCheckpoints } from './checkpoint-store.ts';
export {
  type CallOptions,
  ClawciergeClient,
  type ClawciergeClientOptions,
  type RequestFilter,
  type RequestInput,
  type RequestPage,
  type SubmitOptions,
  type WaitOptions,
} from './client.ts';
export type { Clock } from './clock.ts';
export type { Verdict } from './closure.ts';
export {
  type Block,
  type BlockAnnotations,
  type ContentResult,
  content,
  type LinkBlock,
  type MediaBlock,
  type ResourceBlock,
  type TextBlock,
} from './content.ts';
export {
  ActionError,
  ActionFailedError,
  AgentStoppedError,
  AgentStoppingError,
  AnswerTooLargeError,
  AuditMismatchError,
  type AuditMismatchKind,
  ClawciergeError,
  ConnectionError,
  OverloadedError,
  PlatformError,
  RequestCancelledError,
  RequestExpiredError,
  WaitTimeoutError,
} from './errors.ts';
export * from './generated/errors.ts';
export type { Fetch } from './graphql-http.ts';
export type { HandledRequest, RequestToHandle } from './handle-here.ts';
export type { Handler, HandlerContext, ReceivedRequest } from './handlers.ts';
export type { AnyObject, JsonSchemaValue } from './json-schema-type.ts';
export {
  createKey,
  type Identity,
  identify,
  type KeyOptions,
  type KeyState,
  listKeys,
  type NewKeyOptions,
  revokeKey,
  rotateKey,
} from './keys.ts';

export { consoleLogger, type Logger, type LogLevel, silentLogger } from './logger.ts';
export type { Failure } from './outcome.ts';
export type { PlatformUrl } from './platform-urls.ts';
export type { Progress, ProgressDetails } from './progress.ts';
export type { ProofOfWorkOptions } from './proof-of-work.ts';
export {
  type ActiveDocuments,
  activeDocuments,
  type CheckedDocument,
  type ContractInput,
  checkCapabilities,
  checkPolicies,
  type OwnerOptions,
  type PoliciesInput,
  type PublishedContract,
  type PublishedPolicySet,
  publishCapabilities,
  publishPolicies,
} from './publish.ts';
export { type PlatformOptions, type RegistrationOptions, registerAgent, registerSender } from './registry.ts';
export type { StandardIssue, StandardJsonSchema, StandardResult, StandardSchema } from './standard-schema.ts';
export type {
  AgentProfile,
  ApprovalStatus,
  CapabilityHints,
  CapabilityInput,
  DenialKind,
  FinalStatus,
  FinishedRequest,
  InputIssue,
  PolicyAction,
  PolicyRuleInput,
  RequestState,
  RequestStatus,
  RequestSummary,
  ResultFormat,
  SubmittedRequest,
  WhenOffline,
} from './types.ts';
export { isFinished } from './types.ts';
