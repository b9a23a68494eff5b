import {
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  MissingRequiredClientCapabilityError,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { RequestFinishedError, RequestNotFoundError } from '../../domain/errors.ts';
import { senderIdOf } from '../../domain/principal.ts';
import { isFinal, type Request } from '../../domain/request.ts';
import { resultOf } from './content.ts';
import type { Exchange, McpDependencies } from './exchange.ts';
import { stateText } from './request-state.ts';

/** The extension by which a call may be answered with a task: a request, under its own id. */
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';

const SOON_MS = 60_000;
const POLL_MS = { soon: 1_000, later: 5_000 } as const;

/** What a task says of a request. */
type Task = {
  readonly taskId: string;
  readonly status: 'working' | 'completed' | 'cancelled';
  readonly statusMessage: string;
  readonly createdAt: string;
  readonly lastUpdatedAt: string;
  /** For how long it can be read; null for ever. */
  readonly ttlMs: number | null;
  readonly pollIntervalMs: number;
};

export type CreatedTask = CallToolResult & Task & { readonly resultType: 'task' };

/** Whether the caller says that it knows tasks: in each request, in the modern era, and never in the legacy one. */
export function knowsTasks({ mcpReq }: ServerContext): boolean {
  const envelope: Readonly<Record<string, unknown>> = mcpReq.envelope ?? {};
  const { extensions } = (envelope[CLIENT_CAPABILITIES_META_KEY] ?? {}) as ClientCapabilities;
  return extensions?.[TASKS_EXTENSION] !== undefined;
}

/** Throws for a caller that does not say so. */
export function requireTasks(context: ServerContext): void {
  if (knowsTasks(context)) return;
  throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { extensions: { [TASKS_EXTENSION]: {} } } });
}

/** The answer to a call whose request goes on. */
export const createdTask = (request: Request, deps: McpDependencies): CreatedTask =>
  ({ resultType: 'task', ...taskOf(request, deps) }) as CreatedTask;

/** `tasks/get`. Throws RequestNotFoundError also for what is no task of this agent, or of this caller. */
export async function readTask(exchange: Exchange, taskId: string, deps: McpDependencies) {
  const request = await ownRequest(exchange, taskId, deps);
  const isDone = isFinal(request.status) && request.status !== 'CANCELLED';
  return { ...taskOf(request, deps), ...(isDone && { result: await resultOf(request, 'modern', deps) }) };
}

/** `tasks/cancel`: what is final already stays as it is, and the answer is the same. */
export async function cancelTask(exchange: Exchange, taskId: string, { app }: McpDependencies): Promise<void> {
  const { id } = await ownRequest(exchange, taskId, { app });
  try {
    await app.requests.cancel(exchange.principal, { requestId: id });
  } catch (error) {
    if (!(error instanceof RequestFinishedError)) throw error;
  }
}

/** The request of that id that the caller sent to this agent; to everybody else there is none. */
export async function ownRequest(
  { principal, agent }: Exchange,
  id: string,
  { app }: Pick<McpDependencies, 'app'>,
): Promise<Request> {
  const request = await app.requests.find(principal, id);
  const isOwn = request?.agentId === agent.id && request.senderId === senderIdOf(principal);
  if (request === null || !isOwn) throw new RequestNotFoundError();
  return request;
}

function taskOf(request: Request, { clock, settings }: Pick<McpDependencies, 'clock' | 'settings'>): Task {
  const { id, status, createdAt, updatedAt, expiresAt } = request;
  const { retentionMs } = settings;
  const isYoung = clock.now().getTime() - createdAt.getTime() < SOON_MS;
  return {
    taskId: id,
    status: taskStatusOf(status),
    statusMessage: stateText(request),
    createdAt: createdAt.toISOString(),
    lastUpdatedAt: updatedAt.toISOString(),
    ttlMs: retentionMs === null ? null : expiresAt.getTime() - createdAt.getTime() + retentionMs,
    pollIntervalMs: isYoung ? POLL_MS.soon : POLL_MS.later,
  };
}

/** `failed` is for what fails at the protocol: an agent that failed has a result that says so. */
function taskStatusOf(status: Request['status']): Task['status'] {
  if (status === 'CANCELLED') return 'cancelled';
  return isFinal(status) ? 'completed' : 'working';
}
