import {
  type CallToolRequest,
  type CallToolResult,
  type CreateTaskResult,
  type JSONRPCRequest,
  ProtocolError,
  type Result,
  Server,
  type ServerContext,
  type StandardSchemaV1,
} from '@modelcontextprotocol/server';
import type { Log } from '../../application/ports/log.ts';
import { callCompanion } from './call-companion.ts';
import { callAgent } from './call-tool.ts';
import { COMPANION_NAMES, COMPANION_TOOLS, mayRead, offersCompanions } from './companion-tools.ts';
import { invalidParams, protocolErrorOf } from './errors.ts';
import type { Era, Exchange, McpDependencies } from './exchange.ts';
import type { Progress, ProgressChannel } from './progress.ts';
import { cancelTask, knowsTasks, readTask, requireTasks, TASKS_EXTENSION } from './tasks.ts';
import { inLegacyEra, toolsOf } from './tools.ts';

/** Clients may keep a list for so long, and no longer than its agent's contract is cached here. */
const LIST_HINT = { ttlMs: 30_000, cacheScope: 'private' } as const;

type Handler = (request: JSONRPCRequest, context: ServerContext) => Promise<Result>;

/** The SDK's, whose own checks of what a method takes end as errors of the platform. */
class GuardedServer extends Server {
  readonly #log: Log;

  constructor(log: Log, ...[info, options]: ConstructorParameters<typeof Server>) {
    super(info, options);
    this.#log = log;
  }

  protected override _wrapHandler(method: string, handler: Handler): Handler {
    const wrapped = super._wrapHandler(method, handler);
    return async (request, context) => {
      try {
        return await wrapped(request, context);
      } catch (error) {
        if (error instanceof ProtocolError) throw error;
        const isForm = error instanceof Error && error.name === 'Error';
        throw isForm
          ? invalidParams(`Invalid ${method} request: ${error.message}`)
          : protocolErrorOf(error, this.#log, method);
      }
    };
  }
}

/** Answers one exchange: what it offers is the agent's, and it keeps nothing. */
export function createServer(exchange: Exchange, era: Era, deps: McpDependencies): Server {
  const { agent, contract } = exchange;
  const { log, settings } = deps;
  const server = new GuardedServer(
    log,
    { name: agent.handle, title: agent.displayName, version: settings.version },
    {
      // An `initialize` repeats whatever there is, and the legacy era has neither listeners nor extensions here.
      capabilities:
        era === 'legacy' ? { tools: {} } : { tools: { listChanged: true }, extensions: { [TASKS_EXTENSION]: {} } },
      instructions: [agent.displayName, agent.description].filter(Boolean).join('\n\n'),
      cacheHints: { 'server/discover': LIST_HINT, 'tools/list': LIST_HINT },
    },
  );

  /** Nothing is told of a failure but what may be told. */
  const guarded = async <Answer>(what: string, answer: () => Promise<Answer>): Promise<Answer> => {
    try {
      return await answer();
    } catch (error) {
      throw protocolErrorOf(error, log, what);
    }
  };

  server.setRequestHandler('tools/list', ({ params }) =>
    guarded('a list of tools', async () => {
      if (params?.cursor !== undefined) throw invalidParams('The list has one page: there is no cursor.');
      const { tools } = toolsOf(contract);
      const shown = era === 'legacy' ? inLegacyEra(tools) : tools;
      return { tools: offersCompanions(exchange, settings) ? [...shown, ...COMPANION_TOOLS] : [...shown] };
    }),
  );
  server.setRequestHandler('tools/call', (request, context) =>
    guarded('a call of a tool', () => callTool(request, context) as Promise<CallToolResult>),
  );
  if (era === 'modern') {
    const addTaskMethod = <Answer extends Record<string, unknown>>(
      method: string,
      answer: (taskId: string) => Promise<Answer>,
    ): void =>
      void server.setRequestHandler(method, { params: TASK_PARAMS }, ({ taskId }, context) =>
        guarded('a method of tasks', async () => {
          requireTasks(context);
          return answer(taskId);
        }),
      );
    addTaskMethod('tasks/get', (taskId) => readTask(exchange, taskId, deps));
    // There is no task that waits for input of its client.
    addTaskMethod('tasks/update', async () => ({}));
    addTaskMethod('tasks/cancel', async (taskId) => {
      await cancelTask(exchange, taskId, deps);
      return {};
    });
  }
  return server;

  function callTool({ params }: CallToolRequest, context: ServerContext): Promise<CallToolResult | CreateTaskResult> {
    const { name, arguments: args = {} } = params;
    // Who may not read it later gets no further with a task.
    const takesTask = era === 'modern' && knowsTasks(context) && mayRead(exchange.principal);
    const meta = context.mcpReq._meta ?? {};
    const call = { name, era, takesTask, meta, progress: progressOf(context, exchange) };
    if (settings.companionTools && COMPANION_NAMES.has(name)) return callCompanion(exchange, call, args, deps);
    return callAgent(exchange, call, deps);
  }
}

/** Each report of progress repeats it. */
const PROGRESS_TOKEN_MAX = 255;

/** What is sent on a stream that is closed by now is nobody's, and whoever does not read is told less. */
function progressOf({ mcpReq }: ServerContext, { reply }: Pick<Exchange, 'reply'>): ProgressChannel | null {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return null;
  if (String(progressToken).length > PROGRESS_TOKEN_MAX) {
    throw invalidParams(`_meta.progressToken must be at most ${PROGRESS_TOKEN_MAX} characters long.`);
  }
  const send = (params: Progress) => {
    if (reply.raw.writableNeedDrain) return;
    mcpReq.notify({ method: 'notifications/progress', params }).catch(() => {});
  };
  return { progressToken, send };
}

type TaskParams = { readonly taskId: string };

/** What the methods of tasks take; `tasks/update` takes more, which nothing here waits for. */
const TASK_PARAMS: StandardSchemaV1<unknown, TaskParams> = {
  '~standard': {
    version: 1,
    vendor: 'clawcierge',
    validate(value) {
      const { taskId } = value as { readonly taskId?: unknown };
      return typeof taskId === 'string' ? { value: { taskId } } : { issues: [{ message: 'taskId must be a text' }] };
    },
  },
};
