import type { CallToolResult } from '@modelcontextprotocol/server';
import type { SubmitRequestInput, SubmittedRequest } from '../../application/requests/submit-request.ts';
import type { JsonObject } from '../../domain/contract.ts';
import { RequestFinishedError } from '../../domain/errors.ts';
import { EMPTY_OBJECT, type JsonText } from '../../domain/json/json-text.ts';
import { isFinal, type Request } from '../../domain/request.ts';
import { leaveOut } from '../answer-metrics.ts';
import { jsonPartOf } from '../json-body.ts';
import { mayRead, offersCompanions, READ_TOOL } from './companion-tools.ts';
import { metaOf, resultOf } from './content.ts';
import { invalidParams, toolError, toolErrorOf } from './errors.ts';
import type { Era, Exchange, McpDependencies } from './exchange.ts';
import { type ProgressChannel, reportProgress } from './progress.ts';
import { stateText } from './request-state.ts';
import { type CreatedTask, createdTask } from './tasks.ts';
import { actionOf } from './tools.ts';

/** How long a call may take whose caller would hear nothing meanwhile: the usual client gives up after a minute. */
const SILENT_WAIT_SECONDS = 50;
/** It takes a moment until what has expired is seen to. */
const AFTER_EXPIRY_SECONDS = 5;

/** A call of a tool, as far as it is the protocol's. */
export type ToolCall = {
  readonly name: string;
  readonly meta: Readonly<Record<string, unknown>>;
  readonly era: Era;
  /** Whether its caller takes a task for an answer. */
  readonly takesTask: boolean;
  /** How its caller hears of progress; null for one that did not ask to. */
  readonly progress: ProgressChannel | null;
};

/** How a caller waits for a request. */
type Waiting = Pick<ToolCall, 'era' | 'takesTask' | 'progress'> & {
  /** Whether the request is there because of this call, and of no earlier one that somebody may still wait for. */
  readonly isSubmitted: boolean;
};

/** Submits what a call asks of the agent, and answers with what became of it. */
export async function callAgent(exchange: Exchange, call: ToolCall, deps: McpDependencies) {
  const { principal, agent, contract } = exchange;
  const { app, log } = deps;
  const options = optionsOf(call.meta);
  let submitted: SubmittedRequest;
  try {
    submitted = await app.requests.submit(principal, {
      handle: agent.handle,
      expectedAgentId: agent.id,
      action: actionOf(contract, call.name),
      params: argumentsOf(exchange),
      ...options,
    });
  } catch (error) {
    return toolErrorOf(error, { name: call.name, log });
  }
  return answerWhenDone(exchange, submitted, { ...call, isSubmitted: !submitted.isReplay }, deps);
}

/** Waits for the request as long as the caller does, and answers with its result, a task, or a sentence that names it. */
export async function answerWhenDone(
  exchange: Exchange,
  request: Request,
  call: Waiting,
  deps: McpDependencies,
): Promise<CallToolResult | CreatedTask> {
  const { app } = deps;
  const { principal, gone, reply } = exchange;
  const begun = performance.now();
  const seconds = waitSeconds(request, call, deps);
  const reports = call.progress === null || seconds === 0 ? null : reportProgress(call.progress, deps.clock);
  const options = { seconds, signal: gone, ...(reports && { onUpdate: reports.onUpdate }) };
  const waited = seconds === 0 ? null : await app.requests.waitForOutcome(principal, request, options);
  reports?.stop();
  leaveOut(reply, performance.now() - begun);
  const known = waited ?? request;
  if (isFinal(known.status)) return resultOf(known, call.era, deps);
  if (gone.aborted && call.isSubmitted && call.era === 'modern') await cancelFor(exchange, known, deps);
  return call.takesTask ? createdTask(known, deps) : notDone(known, laterOf(exchange, known, deps));
}

/** Who takes a task is not kept waiting for people; who hears of progress waits for as long as there may be some. */
function waitSeconds(
  { status, expiresAt }: Request,
  { takesTask, progress }: Pick<Waiting, 'takesTask' | 'progress'>,
  { settings, clock }: Pick<McpDependencies, 'settings' | 'clock'>,
): number {
  if (takesTask) return status === 'AWAITING_APPROVAL' ? 0 : settings.taskAfterSeconds;
  if (progress === null) return Math.min(SILENT_WAIT_SECONDS, settings.waitMaxSeconds);
  const left = (expiresAt.getTime() - clock.now().getTime()) / 1_000 + AFTER_EXPIRY_SECONDS;
  return Math.min(settings.waitMaxSeconds, Math.max(left, AFTER_EXPIRY_SECONDS));
}

/** In the modern era a caller that goes cancels with it, and has no other way to. */
async function cancelFor({ principal }: Exchange, { id }: Request, { app, log }: McpDependencies): Promise<void> {
  // Callers of a node that stops are cut off, and go nowhere.
  if (app.isStopping()) return;
  try {
    await app.requests.cancel(principal, { requestId: id, reason: 'Its caller went away.' });
  } catch (error) {
    if (!(error instanceof RequestFinishedError))
      log.info({ err: error, requestId: id }, 'a request whose caller went away could not be cancelled');
  }
}

/** For callers that take no task: a sentence by which a model can go on. */
function notDone(request: Request, later: string): CallToolResult {
  const text = `not_finished: The request ${request.id} goes on. ${stateText(request)} Do not call the tool again for it. ${later}`;
  return toolError(text, { ...metaOf(request), 'clawcierge/status': request.status.toLowerCase() });
}

/** How its caller comes to the result. */
function laterOf(
  exchange: Exchange,
  { id }: Pick<Request, 'id'>,
  { settings }: Pick<McpDependencies, 'settings'>,
): string {
  if (offersCompanions(exchange, settings)) {
    return `Fetch its result later with the tool ${READ_TOOL} and {"request_id": "${id}"}.`;
  }
  const key = mayRead(exchange.principal) ? '' : ' with a key that has the scope "requests:read"';
  return `Read it later at /v1/requests/${id}${key}.`;
}

/** As they were written, token by token. */
function argumentsOf({ request }: Exchange): JsonText<JsonObject> {
  const params = jsonPartOf(request.body)?.members.get('params');
  return params?.members.get('arguments')?.toText<JsonObject>() ?? EMPTY_OBJECT;
}

const WHEN_OFFLINE = { queue: 'QUEUE', reject: 'REJECT' } as const;

/** What callers may say in `_meta` besides what they ask. */
function optionsOf(
  meta: ToolCall['meta'],
): Pick<SubmitRequestInput, 'idempotencyKey' | 'expiresInSeconds' | 'whenOffline'> {
  const idempotencyKey = meta['clawcierge/idempotencyKey'];
  const expiresInSeconds = meta['clawcierge/expiresInSeconds'];
  const whenOffline = meta['clawcierge/whenOffline'];
  if (idempotencyKey !== undefined && typeof idempotencyKey !== 'string') {
    throw invalidParams('_meta["clawcierge/idempotencyKey"] must be a text.');
  }
  if (expiresInSeconds !== undefined && typeof expiresInSeconds !== 'number') {
    throw invalidParams('_meta["clawcierge/expiresInSeconds"] must be a number.');
  }
  if (whenOffline !== undefined && whenOffline !== 'queue' && whenOffline !== 'reject') {
    throw invalidParams('_meta["clawcierge/whenOffline"] must be "queue" or "reject".');
  }
  return {
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...(expiresInSeconds !== undefined && { expiresInSeconds }),
    ...(whenOffline !== undefined && { whenOffline: WHEN_OFFLINE[whenOffline] }),
  };
}
