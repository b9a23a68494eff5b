import type { ApprovalState, ApprovalStatus, ClawciergeApprovals } from '@clawcierge/agent-sdk';
import { type Command, Option } from 'commander';
import { CliError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type Output, table } from '../output.ts';
import { readParams } from '../params.ts';
import { action, type Session } from '../session.ts';

interface ListOptions {
  readonly agent?: string;
  readonly status: readonly string[];
}

interface DecideOptions {
  readonly reason?: string;
  readonly toSender?: string;
  readonly digest?: string;
}

interface ApproveOptions extends DecideOptions {
  readonly params?: string;
}

const STATUSES = ['pending', 'approved', 'denied', 'expired', 'rejected', 'cancelled'];

/** `clawcierge approvals` */
export function addApprovals(program: Command): void {
  const approvals = program
    .command('approvals')
    .description('List and decide what a policy holds for approval')
    .addHelpText('after', '\nThe key is an approver’s, or the owner’s of the agent.');
  approvals
    .command('list')
    .description('What waits for a decision, newest first')
    .option('--agent <handle>', 'only what is asked of this agent')
    .addOption(
      new Option('--status <status...>', 'those in one of these states').choices(STATUSES).default(['pending']),
    )
    .action(action<ListOptions>(list));
  approvals
    .command('show')
    .description('One approval: who asks for what, and why it is held')
    .argument('<id>', 'the approval')
    .action(action<object>(show));
  deciding(approvals.command('approve').description('It is to be done'))
    .option('--params <json>', 'what is to be done in place of what was asked for, where the agent allows it')
    .action(action<ApproveOptions>(approve));
  deciding(approvals.command('deny').description('It is not to be done')).action(action<DecideOptions>(deny));
}

const deciding = (command: Command): Command =>
  command
    .argument('<id>', 'the approval')
    .option('--reason <text>', 'why, for the agent’s owner')
    .option('--to-sender <text>', 'what the sender is told')
    .option('--digest <digest>', 'decide only about what was shown with this digest; what is there now when left out');

async function approvalsOf({ keyed, signal }: Session, agentId?: string): Promise<ClawciergeApprovals> {
  const { ClawciergeApprovals } = await import('@clawcierge/agent-sdk');
  const approvals = new ClawciergeApprovals({ ...keyed, ...(agentId !== undefined && { agentId }) });
  signal.addEventListener('abort', () => void approvals.close(), { once: true });
  return approvals;
}

async function list(session: Session, { agent, status }: ListOptions): Promise<ExitCode> {
  const { output } = session;
  const approvals = await approvalsOf(session, agent);
  const found = await approvals.list(status.map((each) => each.toUpperCase() as ApprovalStatus));
  output.list(found, { rowOf, none: 'Nothing waits.' });
  return EXIT.done;
}

const rowOf = ({ id, status, createdAt, sender, request }: ApprovalState): readonly string[] => [
  id,
  createdAt,
  status.toLowerCase(),
  request.handle,
  request.action,
  sender.displayName ?? request.senderId,
];

async function show(session: Session, _options: object, id: string): Promise<ExitCode> {
  const approvals = await approvalsOf(session);
  print(await approvals.read(id), session.output);
  return EXIT.done;
}

function print(approval: ApprovalState, output: Output): void {
  const { id, status, digest, holdReasons, quorum, expiresAt, effectiveParams, sender, request } = approval;
  const { completed, denied, rejected } = sender.history;
  const rows = [
    ['approval', id],
    ['status', status.toLowerCase()],
    ['digest', digest],
    ['agent', request.handle],
    ['action', request.action],
    ['params', JSON.stringify(request.params)],
    ...(effectiveParams ? [['changed to', JSON.stringify(effectiveParams)]] : []),
    ['sender', `${sender.displayName ?? '(deleted)'} (${request.senderId})`],
    ['before', `${completed} completed, ${denied} denied, ${rejected} rejected`],
    ...holdReasons.map(({ reason }) => ['held', reason]),
    ...(quorum > 1 ? [['needs', `${quorum} people`]] : []),
    ['expires', expiresAt],
  ];
  output.data(approval, table(rows));
}

async function approve(session: Session, options: ApproveOptions, id: string): Promise<ExitCode> {
  const { params } = options;
  return decide(session, options, id, 'APPROVE', params === undefined ? {} : { params: readParams([], params) });
}

const deny = (session: Session, options: DecideOptions, id: string): Promise<ExitCode> =>
  decide(session, options, id, 'DENY');

async function decide(
  session: Session,
  { reason, toSender, digest }: DecideOptions,
  id: string,
  verdict: 'APPROVE' | 'DENY',
  more: { readonly params?: Readonly<Record<string, unknown>> } = {},
): Promise<ExitCode> {
  const approvals = await approvalsOf(session);
  const known = digest === undefined ? await approvals.read(id) : { id, digest };
  if ('status' in known && known.status !== 'PENDING') {
    throw new CliError(`The approval is ${known.status.toLowerCase()} already.`);
  }
  const answer = {
    verdict,
    ...(reason !== undefined && { comment: reason }),
    ...(toSender !== undefined && { toSender }),
    ...more,
  };
  const decided = await approvals.decide(known, answer);
  session.output.data(decided, `${decided.id}  ${decided.status.toLowerCase()}`);
  if (decided.status === 'PENDING')
    session.output.say(`It takes ${decided.quorum} people; others are to approve it, too.`);
  return EXIT.done;
}
