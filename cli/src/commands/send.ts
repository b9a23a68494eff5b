import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { type Command, InvalidArgumentError } from 'commander';
import { unreadable } from '../documents.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { Follower, showOutcome } from '../outcome.ts';
import { readParams } from '../params.ts';
import { action, type Session } from '../session.ts';
import { clientOf } from '../trust.ts';

interface Options {
  readonly param?: readonly string[];
  readonly json?: string;
  readonly wait: number | boolean;
  readonly queue?: boolean;
  readonly idempotencyKey?: string;
  readonly context?: string;
  readonly expires?: number;
}

/** `clawcierge send` */
export function addSend(program: Command): void {
  program
    .command('send')
    .description('Submit a request, and wait for its result')
    .argument('<handle>', 'whom to ask')
    .argument('<action>', 'what to do')
    .option('-p, --param <name=value>', 'a param; may be given more than once', collected)
    .option('--json <file>', 'the params as a JSON object in a file; - is stdin')
    .option('--wait <seconds>', 'how long to wait for the result; as long as the request lives when left out', seconds)
    .option('--no-wait', 'print the request, and do not wait for it')
    .option('--queue', 'have the request wait where the agent is not connected')
    .option('--idempotency-key <key>', 'the same key again answers with the first request again, for a day')
    .option('--context <id>', 'what the request belongs to, such as a conversation')
    .option('--expires <seconds>', 'after so long the request times out', wholeSeconds)
    .addHelpText(
      'after',
      `
A param is JSON where it can be read as JSON, and else text:
  -p count=3  -p urgent=true  -p tags='["a","b"]'  -p title="A talk"  -p 'code="007"'
Numbers that a computer would round are text. --json takes them all at once; single ones may be set besides.

stdout is the result alone, or with --output json the whole request; what is going on is said on stderr.
Exit codes: 0 completed, 1 failed or cancelled, 3 rejected, 4 the agent is not connected, 5 not done in time.
Ctrl-C stops waiting. The request goes on: \`clawcierge watch ID\` follows it, \`clawcierge requests cancel ID\` ends it.

Examples:
  clawcierge send ada.tools greet -p name=Ben
  clawcierge send ada.tools report.make --json params.json --queue --wait 600`,
    )
    .action(action<Options>(send));
}

const collected = (value: string, before: readonly string[] = []) => [...before, value];

function seconds(given: string): number {
  const value = Number(given);
  if (given.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('Not a number of seconds.');
  return value;
}

function wholeSeconds(given: string): number {
  const value = seconds(given);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Not a whole number of seconds.');
  return value;
}

async function send(session: Session, options: Options, handle: string, name: string): Promise<ExitCode> {
  const { output, signal } = session;
  const params = readParams(options.param ?? [], options.json === undefined ? undefined : await textOf(options.json));
  const { isFinished, RequestRejectedError } = await import('@clawcierge/agent-sdk');
  await using client = await clientOf(session);
  const input = {
    handle,
    action: name,
    params,
    // A lost answer to the submission is asked for again, and never makes a second request.
    idempotencyKey: options.idempotencyKey ?? crypto.randomUUID(),
    ...(options.context !== undefined && { contextId: options.context }),
    ...(options.expires !== undefined && { expiresInSeconds: options.expires }),
    ...(options.queue && { whenOffline: 'QUEUE' as const }),
  };
  // Not given up at Ctrl-C: whoever submitted something is told what its id is.
  const submitted = await client.submit(input).catch(async (error: unknown) => {
    if (output.isJson && error instanceof RequestRejectedError && error.kept)
      output.data(await client.read(error.requestId), null);
    throw error;
  });
  const { id } = submitted;
  if (isFinished(submitted)) return showOutcome(submitted, output);
  if (options.wait === false || options.wait === 0) {
    output.data(submitted, id);
    output.say(`Request ${id} is on its way. \`clawcierge watch ${id}\` follows it.`);
    return EXIT.done;
  }
  const follower = new Follower(output);
  follower.heard(submitted);
  try {
    const timeout = typeof options.wait === 'number' ? { timeoutMs: options.wait * 1_000 } : {};
    const finished = await client.wait(id, { signal, onUpdate: (request) => follower.heard(request), ...timeout });
    return showOutcome(finished, output);
  } catch (error) {
    output.say(
      `Request ${id} goes on. \`clawcierge watch ${id}\` follows it, \`clawcierge requests cancel ${id}\` ends it.`,
    );
    throw error;
  } finally {
    follower.end();
  }
}

/** A file's text, or all of stdin. */
async function textOf(file: string): Promise<string> {
  try {
    return file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
  } catch (error) {
    throw unreadable(file === '-' ? 'stdin' : file, error);
  }
}
