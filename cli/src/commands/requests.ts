import type { RequestStatus, RequestSummary } from '@clawcierge/agent-sdk';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { textOfResult } from '../blocks.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { progressOf } from '../outcome.ts';
import { table } from '../output.ts';
import { gathered } from '../pages.ts';
import { action, type Session } from '../session.ts';
import { clientOf } from '../trust.ts';

const STATUSES = [
  'pending',
  'awaiting_approval',
  'dispatched',
  'acked',
  'completed',
  'failed',
  'rejected',
  'cancelled',
  'timeout',
];

interface ListOptions {
  readonly status?: readonly string[];
  readonly to?: string;
  readonly action?: string;
  readonly limit: number;
}

/** `clawcierge requests` */
export function addRequests(program: Command): void {
  const requests = program.command('requests').description('List, show and cancel requests');
  requests
    .command('list')
    .description('What a sender has sent, or an agent was sent, newest first')
    .addOption(new Option('--status <status...>', 'only those in one of these states').choices(STATUSES))
    .option('--to <handle>', 'only those that were sent to this agent')
    .option('--action <action>', 'only those that ask for this')
    .option('--limit <count>', 'how many', count, 20)
    .action(action<ListOptions>(list));
  requests
    .command('show')
    .description('One request, with what each stage of the pipeline said')
    .argument('<id>', 'the request')
    .action(action<object>(show));
  requests
    .command('cancel')
    .description('Give a request up; its agent is told')
    .argument('<id>', 'the request')
    .option('--reason <text>', 'why')
    .action(action<{ readonly reason?: string }>(cancel));
}

/** A whole number from 1 to 1,000. */
export function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1_000)
    throw new InvalidArgumentError('Not a number from 1 to 1000.');
  return value;
}

async function list(session: Session, options: ListOptions): Promise<ExitCode> {
  const { output, signal } = session;
  await using client = await clientOf(session);
  const { status, to, action: name, limit } = options;
  const filter = {
    ...(status && { status: status.map((each) => each.toUpperCase() as RequestStatus) }),
    ...(to !== undefined && { handle: to }),
    ...(name !== undefined && { action: name }),
  };
  const found = await gathered(limit, async (page) => {
    const { requests: items, next } = await client.list({ ...filter, ...page }, { signal });
    return { items, next };
  });
  output.list(found, { rowOf, none: 'There are none.' });
  return EXIT.done;
}

/** A request in a line of a table. */
export const rowOf = ({ id, createdAt, status, handle, action: name, error }: RequestSummary): readonly string[] => [
  id,
  createdAt,
  status.toLowerCase(),
  handle,
  name,
  error?.code ?? '',
];

async function show(session: Session, _options: object, id: string): Promise<ExitCode> {
  const { output, signal } = session;
  await using client = await clientOf(session);
  const request = await client.read(id, { signal });
  const progress = progressOf(request);
  const lines = [
    ['request', request.id],
    ['status', request.status.toLowerCase()],
    ['to', request.handle],
    ['action', request.action],
    ['params', JSON.stringify(request.params)],
    ['created', request.createdAt],
    ['updated', request.updatedAt],
    ['expires', request.expiresAt],
    ...(progress === null ? [] : [['progress', progress]]),
    ...(request.error ? [['error', `${request.error.message} (${request.error.code})`]] : []),
    ...request.pipelineLog.map(({ stage, passed, reason }) => [
      'stage',
      `${stage}: ${passed ? 'passed' : 'did not pass'}${reason ? `, ${reason}` : ''}`,
    ]),
  ];
  const result = request.status === 'COMPLETED' ? `\n${textOfResult(request.result)}` : '';
  output.data(request, `${table(lines)}${result}`);
  return EXIT.done;
}

async function cancel(session: Session, { reason }: { readonly reason?: string }, id: string): Promise<ExitCode> {
  const { output, signal } = session;
  await using client = await clientOf(session);
  const request = await client.cancel(id, reason, { signal });
  output.data(request, `${request.id}  ${request.status.toLowerCase()}`);
  return EXIT.done;
}
