import type { Delivery } from './channel.ts';
import { ActionError } from './errors.ts';
import type { Action, HandlerContext, HandlerRegistry, ReceivedRequest } from './handlers.ts';
import { fieldsOfError, type Logger } from './logger.ts';
import { describeError, type Failure, failed, type Outcome, outcomeOfResult } from './outcome.ts';
import type { Checked } from './schema-check.ts';
import { traceParentOf } from './trace-parent.ts';
import type { InputIssue } from './types.ts';

export interface HandlingOptions {
  readonly handlers: HandlerRegistry;
  readonly logger: Logger;
  /** Bytes of a result as JSON. */
  readonly maxResultBytes: number;
  describeError(error: unknown, request: ReceivedRequest): Failure | Promise<Failure>;
}

/** So many of what is wrong with params are said to their sender. */
const ISSUES_TOLD = 5;

/**
 * Has a request handled: checks its params where its action was defined with a schema that can, runs the handler, and checks
 * what it returns. Never rejects.
 */
export async function outcomeOfRequest(
  options: HandlingOptions,
  delivery: Delivery,
  signal: AbortSignal,
  progress: ReceivedRequest['progress'],
): Promise<Outcome> {
  const { requestId, action: name } = delivery;
  const action = options.handlers.for(name);
  if (!action) return failed('no_handler', `The agent has no handler for the action "${name}".`);
  const log = (what: string, error: unknown) =>
    options.logger.error(what, { requestId, action: name, ...fieldsOfError(error) });
  const request = requestOf(delivery, progress);
  const context: HandlerContext = {
    signal,
    traceparent: delivery.traceparent ?? undefined,
    tracestate: delivery.tracestate ?? undefined,
  };
  const inTrace = (outcome: Outcome): Outcome => {
    const trace = traceParentOf(context.traceparent, context.tracestate);
    return trace ? { ...outcome, trace } : outcome;
  };
  try {
    let { params } = request;
    if (action.params) {
      const checked = await action.params(params, 'params');
      if (checked.issues) return refusedParams(options.logger, delivery, checked.issues);
      params = checked.value as typeof params;
    }
    // It may have been given up meanwhile, or before.
    signal.throwIfAborted();
    const result = await action.handler({ ...request, params }, context);
    return inTrace(await outcomeOf(options, action, delivery, result));
  } catch (error) {
    // What is meant for the sender is no news to the author, nor is that a handler stopped when it was told to.
    if (!(error instanceof ActionError) && error !== signal.reason) log('a handler failed', error);
    const { code, message } = await described(options, error, request, log);
    return inTrace(failed(code, message));
  }
}

const requestOf = (delivery: Delivery, progress: ReceivedRequest['progress']): ReceivedRequest => ({
  id: delivery.requestId,
  action: delivery.action,
  params: delivery.params,
  senderId: delivery.senderId,
  contextId: delivery.contextId ?? null,
  attempt: delivery.attempt,
  expiresAt: new Date(delivery.expiresAt),
  progress,
});

/** The platform let them in by the contract that is published: that is another one, or says less than the schema. */
function refusedParams(
  logger: Logger,
  { requestId, action }: Delivery,
  issues: readonly [InputIssue, ...InputIssue[]],
): Outcome {
  const [{ path, message: reason }] = issues;
  logger.warn('params do not fit the schema of their action', { requestId, action, path, reason });
  const told = issues.slice(0, ISSUES_TOLD).map((issue) => `${issue.path}: ${issue.message}`);
  return failed('invalid_params', told.join('; '));
}

async function outcomeOf(
  { logger, maxResultBytes }: HandlingOptions,
  action: Action,
  { requestId, action: name }: Delivery,
  result: unknown,
): Promise<Outcome> {
  const fields = { requestId, action: name };
  const checked = await checkedResult(action, result);
  if (checked.issues) {
    const [{ path, message: reason }] = checked.issues;
    logger.error('a result does not match its schema', { ...fields, path, reason });
    return failed('invalid_result', "The agent's result does not match what its contract says of it.");
  }
  const notJson = (error: unknown) => logger.error('a result is not JSON', { ...fields, ...fieldsOfError(error) });
  const outcome = outcomeOfResult(checked.value, maxResultBytes, notJson);
  if (outcome.status === 'failed') {
    logger.error('a result cannot be reported', { ...fields, code: outcome.code, reason: outcome.message });
  }
  return outcome;
}

/** A check that fails counts as no match. */
async function checkedResult({ result: check, capability }: Action, value: unknown): Promise<Checked> {
  try {
    if (capability?.resultFormat === 'CONTENT') return await checkedContent(check, value);
    return check ? await check(value, 'result') : { value };
  } catch (error) {
    return { issues: [{ path: 'result', message: `the check failed: ${String(error)}` }] };
  }
}

/** The schema is about what is structured; the platform looks at the blocks. */
async function checkedContent(check: Action['result'], value: unknown): Promise<Checked> {
  const { content, structured } = Object(value);
  if (!Array.isArray(content)) return { issues: [{ path: 'result.content', message: 'must be a list of blocks' }] };
  const checked: Checked = check ? await check(structured, 'result.structured') : { value: structured };
  return checked.issues ? checked : { value: { ...Object(value), structured: checked.value } };
}

async function described(
  options: HandlingOptions,
  error: unknown,
  request: ReceivedRequest,
  log: (what: string, error: unknown) => void,
): Promise<Failure> {
  try {
    const { code, message } = await options.describeError(error, request);
    if (typeof code !== 'string' || typeof message !== 'string') throw new TypeError('code and message must be texts');
    return { code, message };
  } catch (second) {
    log('describeError itself failed', second);
    return describeError(second);
  }
}
