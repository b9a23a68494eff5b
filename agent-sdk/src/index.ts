export { ClawciergeAgent, type StopOptions } from './agent.ts';
export type { ClawciergeAgentOptions } from './agent-options.ts';
export {
  type CallOptions,
  ClawciergeClient,
  type ClawciergeClientOptions,
  type RequestInput,
  type WaitOptions,
} from './client.ts';
export type { Clock } from './clock.ts';
export type { Verdict } from './closure.ts';
export {
  ActionFailedError,
  AgentNotConnectedError,
  AgentNotFoundError,
  AgentStoppedError,
  AgentStoppingError,
  ClawciergeError,
  ConnectionError,
  ForbiddenError,
  HandleTakenError,
  InvalidInputError,
  PlatformError,
  RateLimitedError,
  RequestCancelledError,
  RequestExpiredError,
  RequestFinishedError,
  RequestNotFoundError,
  RequestRejectedError,
  UnauthenticatedError,
  WaitTimeoutError,
} from './errors.ts';
export type { Fetch } from './graphql-http.ts';
export type { Handler, HandlerContext, ReceivedRequest } from './handlers.ts';
export { consoleLogger, type Logger, type LogLevel, silentLogger } from './logger.ts';
export type { Failure } from './outcome.ts';
export {
  type OwnerOptions,
  type PlatformOptions,
  type PublishedContract,
  type PublishedPolicySet,
  publishCapabilities,
  publishPolicies,
  registerAgent,
  registerSender,
} from './registry.ts';
export type {
  AgentProfile,
  CapabilityInput,
  FinalStatus,
  FinishedRequest,
  InputIssue,
  PolicyAction,
  PolicyRuleInput,
  RequestState,
  RequestStatus,
  WhenOffline,
} from './types.ts';
export { isFinished } from './types.ts';
