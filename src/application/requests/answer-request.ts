import { Type } from 'typebox';
import {
  type InputIssue,
  InvalidInputError,
  InvalidResultError,
  RequestFinishedError,
  RequestNotFoundError,
  SuspendedError,
} from '../../domain/errors.ts';
import { complete, type InputValueOf, jsonValue, withDefault } from '../../domain/fields.ts';
import { pathText } from '../../domain/json/json-problem.ts';
import { type JsonText, NULL } from '../../domain/json/json-text.ts';
import type { AgentPrincipal, Principal } from '../../domain/principal.ts';
import { REQUEST, type Request, type RequestFailure } from '../../domain/request.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { LoggedStage } from '../../domain/verdict.ts';
import { requireAgent } from '../access.ts';
import type { Changes } from '../changes/changes.ts';
import { InputIssues } from '../input-issues.ts';
import { noteFutileAnswer, noteInCall, noteRecordedAnswer } from '../ports/call.ts';
import type { Clock } from '../ports/clock.ts';
import { COST } from '../ports/cost.ts';
import type { Enforcement } from '../ports/enforcement.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Outcome, Reported, RequestStore } from '../ports/request-store.ts';
import { spanTime, type Tracing } from '../ports/tracing.ts';
import { announce } from './announce.ts';
import {
  FAILURE_CODE_MAX,
  FAILURE_MESSAGE_MAX,
  failureOf,
  type OutcomeReport,
  recordableFailure,
  type UnrecordedOutcome,
  type UnusableOutcome,
} from './outcome-report.ts';
import { recordReport } from './request-traces.ts';
import type { ResultRules } from './result-rules.ts';

export const ACKNOWLEDGE_REQUEST = Type.Object({ requestId: REQUEST.properties.id });
export type AcknowledgeRequestInput = InputValueOf<typeof ACKNOWLEDGE_REQUEST>;

export const COMPLETE_REQUEST = Type.Object({
  requestId: REQUEST.properties.id,
  result: jsonValue({ description: 'The result, at most RESULT_MAX_BYTES (1 MiB) as JSON; null when left out.' }),
});
export type CompleteRequestInput = InputValueOf<typeof COMPLETE_REQUEST>;

export const FAIL_REQUEST = Type.Object({
  requestId: REQUEST.properties.id,
  code: withDefault(
    'agent_error',
    Type.String({ minLength: 1, maxLength: FAILURE_CODE_MAX, description: 'A short name for programs.' }),
  ),
  message: Type.String({
    minLength: 1,
    maxLength: FAILURE_MESSAGE_MAX,
    multiline: true,
    description: 'What the sender is told.',
  }),
});
export type FailRequestInput = InputValueOf<typeof FAIL_REQUEST>;

type Dependencies = {
  readonly requests: RequestStore;
  readonly enforcement: Enforcement;
  readonly resultRules: Pick<ResultRules, 'of'>;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
};

/** What acknowledging a request throws. */
export const ACKNOWLEDGE_REQUEST_ERRORS = [RequestNotFoundError, RequestFinishedError, SuspendedError] as const;

/** What reporting that a request failed throws. */
export const FAIL_REQUEST_ERRORS = [
  InvalidInputError,
  RequestNotFoundError,
  RequestFinishedError,
  SuspendedError,
] as const;

/** What reporting a result throws; InvalidResultError where the report has ended its request as failed. */
export const COMPLETE_REQUEST_ERRORS = [...FAIL_REQUEST_ERRORS, InvalidResultError] as const;

/** What an agent answers with: it has the request, it is done, it could not do it. Its own requests only. */
export function createAnswerRequest(deps: Dependencies) {
  const { requests, enforcement, resultRules, changes, clock, metrics, tracing } = deps;

  /** Acking twice is acking once, and what was never delivered does not exist; `channelId` as with an outcome. Throws ACKNOWLEDGE_REQUEST_ERRORS. */
  async function acknowledgeRequest(
    principal: Principal | null,
    input: AcknowledgeRequestInput,
    channelId?: string,
  ): Promise<Request> {
    const { agentId } = requireAnswering(principal);
    if (!isUuid(input.requestId)) throw new RequestNotFoundError();
    noteInCall({ requestId: input.requestId });
    const from = spanTime();
    const acknowledged = await requests.acknowledge(agentId, input.requestId, clock.now(), channelId);
    if (acknowledged.outcome === 'unchanged' && acknowledged.request.attempts === 0) throw new RequestNotFoundError();
    return settle(acknowledged, 'acknowledge', from);
  }

  /** The first outcome wins; `channelId` is the channel it came through, where it is known. Throws COMPLETE_REQUEST_ERRORS. */
  async function completeRequest(
    principal: Principal | null,
    input: CompleteRequestInput,
    channelId?: string,
  ): Promise<Request> {
    const agent = requireAnswering(principal);
    const result = input.result ?? null;
    const issues = new InputIssues();
    issues.json('result', result ?? NULL);
    issues.throwIfAny();
    const refusal = await refusalOf(agent.agentId, input.requestId, result);
    if (refusal === null) return finish(agent, input.requestId, { status: 'COMPLETED', result }, channelId);
    if ('issues' in refusal) return failByContract(agent, input.requestId, refusal, channelId);
    const { path, message } = refusal.issue;
    throw new InvalidInputError([{ path: `input.${path}`, message }]);
  }

  /** The first outcome wins; `channelId` is the channel it came through, where it is known. Throws FAIL_REQUEST_ERRORS. */
  async function failRequest(
    principal: Principal | null,
    input: FailRequestInput,
    channelId?: string,
  ): Promise<Request> {
    const agent = requireAnswering(principal);
    const { code, message } = complete(FAIL_REQUEST, input);
    const issues = new InputIssues();
    issues.texts(FAIL_REQUEST, input);
    issues.throwIfAny();
    const error = { code, message };
    return finish(agent, input.requestId, { status: 'FAILED', error }, channelId);
  }

  /**
   * Takes an outcome from an agent that need not read what it is answered, so that no outcome leaves its request open:
   * what is usable is recorded, and anything else ends the request as failed with a code that says what was wrong. That
   * is answered; null when all was recorded as it was meant. Throws RequestNotFoundError, RequestFinishedError,
   * SuspendedError, InvalidResultError where the result is not what the contract says, which ends the request as well, and
   * OverloadedError and UnavailableError for what is to be sent again.
   */
  async function reportOutcome(
    principal: Principal | null,
    requestId: string,
    report: OutcomeReport,
    channelId?: string,
  ): Promise<UnrecordedOutcome | null> {
    const agent = requireAnswering(principal);
    if (report.status === 'failed') {
      const error = recordableFailure(report.code, report.message);
      await finish(agent, requestId, { status: 'FAILED', error }, channelId);
      return null;
    }
    const refusal = report.status === 'unusable' ? report : await refusalOf(agent.agentId, requestId, report.result);
    if (refusal && 'issues' in refusal) return failByContract(agent, requestId, refusal, channelId);
    if (refusal) {
      const { code, issue } = refusal;
      return { code, issue, hasEndedRequest: await failUnusable(agent, requestId, refusal, channelId) };
    }
    if (report.status === 'completed') {
      await finish(agent, requestId, { status: 'COMPLETED', result: report.result }, channelId);
    }
    return null;
  }

  /** The first outcome wins: throws what says of the result what is wrong, unless the request was over before. */
  async function failByContract(
    agent: AgentPrincipal,
    requestId: string,
    { issues, denial }: Mismatch,
    channelId?: string,
  ): Promise<never> {
    await finish(agent, requestId, { status: 'FAILED', error: MISMATCH, denial }, channelId);
    throw new InvalidResultError(issues);
  }

  /** Answers false for a request that is not there. */
  async function failUnusable(agent: AgentPrincipal, requestId: string, unusable: UnusableOutcome, channelId?: string) {
    try {
      await finish(agent, requestId, { status: 'FAILED', error: failureOf(unusable) }, channelId);
      return true;
    } catch (error) {
      if (error instanceof RequestNotFoundError) return false;
      throw error;
    }
  }

  /** Why the result is not recorded; null when it is. Throws OverloadedError or UnavailableError where that cannot be told just now. */
  async function refusalOf(
    agentId: string,
    requestId: string,
    result: JsonText | null,
  ): Promise<UnusableOutcome | Mismatch | null> {
    const { problems, value, bytes } = result ?? NULL;
    const [problem] = problems;
    if (problem) {
      const issue = { path: pathText(['result', ...problem.path]), message: problem.message };
      return { code: 'invalid_result', issue };
    }
    const rule = await resultRules.of(agentId, requestId);
    const decision = await enforcement.decide('result', { result: value, bytes, rule });
    if (decision.outcome === 'PASSED') return null;
    // No stage of results holds one for a human, and one that did would find nothing here to wait for.
    const kind = decision.outcome === 'HELD' ? 'UNUSABLE_RESULT' : decision.kind;
    const said = decision.log.at(-1);
    if (kind === 'INVALID_RESULT' && said?.issues) {
      const { issues, ...line } = said;
      return { issues, denial: { ...line, kind } };
    }
    const code = kind === 'RESULT_TOO_LARGE' ? 'result_too_large' : 'invalid_result';
    return { code, issue: { path: 'result', message: decision.reason } };
  }

  async function finish(
    { agentId, apiKeyId }: AgentPrincipal,
    requestId: string,
    outcome: Outcome,
    channelId?: string,
  ): Promise<Request> {
    if (!isUuid(requestId)) throw new RequestNotFoundError();
    noteInCall({ requestId });
    const from = spanTime();
    const finished = await requests.finish(agentId, requestId, outcome, clock.now(), channelId, apiKeyId);
    // It was never delivered to this agent's channels: to the agent it does not exist yet.
    if (finished.outcome === 'unchanged') throw new RequestNotFoundError();
    return settle(finished, `report ${outcome.status.toLowerCase()}`, from);
  }

  function settle(reported: Reported, what: string, from: number): Request {
    if (reported.outcome === 'changed') noteRecordedAnswer();
    else noteFutileAnswer(COST.futileAnswer);
    switch (reported.outcome) {
      case 'changed':
        recordReport(tracing, reported.request, what, from);
        for (const request of reported.toAnnounce) {
          measure(request);
          announce(changes, request);
        }
        return reported.request;
      case 'unchanged':
        return reported.request;
      case 'finished':
        throw new RequestFinishedError(reported.status);
      case 'not-found':
        throw new RequestNotFoundError();
    }
  }

  function measure({ status, createdAt, updatedAt }: Request): void {
    const seconds = (updatedAt.getTime() - createdAt.getTime()) / 1_000;
    if (status === 'ACKED') metrics.timeToAck.observe(seconds);
    else {
      metrics.timeToOutcome.observe(seconds);
      metrics.outcomes.of(status).add();
    }
  }

  return { acknowledgeRequest, completeRequest, failRequest, reportOutcome };
}

/** A result that is not what the contract says, and what the request's log tells of that. */
type Mismatch = { readonly issues: readonly InputIssue[]; readonly denial: LoggedStage };

/** What the sender reads, who is not told what the agent answered. */
const MISMATCH: RequestFailure = {
  code: 'invalid_result',
  message: "The agent's answer does not match its contract.",
};

/** What a suspended agent was given waits with all else that is asked of it. */
export function requireAnswering(principal: Principal | null): AgentPrincipal {
  const agent = requireAgent(principal, 'requests:answer');
  if (agent.isSuspended) throw new SuspendedError('agent');
  return agent;
}
