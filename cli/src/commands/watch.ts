import { setTimeout as pause } from 'node:timers/promises';
import type { ClawciergeClient, RequestSummary } from '@clawcierge/agent-sdk';
import type { Command } from 'commander';
import { explain } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { Follower, showOutcome } from '../outcome.ts';
import type { Output } from '../output.ts';
import { action, type Session } from '../session.ts';
import { clientOf } from '../trust.ts';

/** `clawcierge watch` */
export function addWatch(program: Command): void {
  program
    .command('watch')
    .description('Follow one request to its end, or all that is sent or received')
    .argument('[request]', 'the id of a request')
    .addHelpText(
      'after',
      `
With a request it ends with it, as \`clawcierge send\` does. Without one it prints a line at each change of what was sent
to the agent whose key it is, or by the sender, until Ctrl-C; it looks every second at the last 100.`,
    )
    .action(action<object>(watch));
}

async function watch(session: Session, _options: object, id?: string): Promise<ExitCode> {
  await using client = await clientOf(session);
  return id === undefined ? await watchAll(client, session) : await watchOne(client, session, id);
}

async function watchOne(client: ClawciergeClient, { output, signal }: Session, id: string): Promise<ExitCode> {
  const follower = new Follower(output);
  try {
    return showOutcome(await client.wait(id, { signal, onUpdate: (request) => follower.heard(request) }), output);
  } finally {
    follower.end();
  }
}

const EVERY_MS = 1_000;
const LAST = 100;

/** Prints what has changed, until it is interrupted: which is how it is meant to end. */
async function watchAll(client: ClawciergeClient, { output, signal }: Session): Promise<ExitCode> {
  let known: ReadonlyMap<string, string> | null = null;
  while (!signal.aborted) {
    try {
      const { requests } = await client.list({ first: LAST }, { signal });
      const changed = requests.filter(({ id, updatedAt }) => known !== null && known.get(id) !== updatedAt);
      for (const request of changed.reverse()) print(request, output);
      if (known === null) output.say('Watching; Ctrl-C ends it.');
      known = new Map(requests.map(({ id, updatedAt }) => [id, updatedAt]));
    } catch (error) {
      if (signal.aborted) break;
      // A platform that was there and is away for a while comes back.
      if (known === null || explain(error).exitCode !== EXIT.notConnected) throw error;
      output.progress('The platform cannot be reached.');
    }
    await pause(EVERY_MS, undefined, { signal }).catch(() => {});
  }
  return EXIT.interrupted;
}

function print(request: RequestSummary, output: Output): void {
  const { updatedAt, id, status, handle, action: name, error } = request;
  const parts = [updatedAt, id, status.toLowerCase().padEnd(17), handle, name, ...(error ? [error.code] : [])];
  output.data(request, parts.join('  '));
}
