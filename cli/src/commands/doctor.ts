import type { Command } from 'commander';
import { type Check, examine } from '../checks.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { action, type Session } from '../session.ts';

/** `clawcierge doctor` */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('Say what works between here and the platform, and what to do about what does not')
    .addHelpText(
      'after',
      `
Looks at the address, the connection, TLS, health, version, clocks, whether WebSockets come through, and whose the key is
and what it may do. Nothing is changed. Exit codes: 0 all is well, 1 something is not, 4 the platform cannot be reached.`,
    )
    .action(action<object>(doctor));
}

async function doctor({ connection, output, signal }: Session): Promise<ExitCode> {
  const counts = { ok: 0, warning: 0, failed: 0 };
  let isReached = false;
  for await (const check of examine(connection, signal)) {
    counts[check.state] += 1;
    if (check.name === 'health' && check.state === 'ok') isReached = true;
    print(check, output);
  }
  output.say(`${counts.ok} well, ${counts.warning} to look at, ${counts.failed} not well.`);
  if (counts.failed === 0) return EXIT.done;
  return isReached ? EXIT.failed : EXIT.notConnected;
}

const COLOURS = { ok: 'green', warning: 'yellow', failed: 'red' } as const;

function print(check: Check, output: Output): void {
  const { name, state, detail, advice } = check;
  const lines = [`${output.paint(COLOURS[state], state.padEnd(8))} ${name.padEnd(10)} ${detail}`];
  if (advice !== undefined) lines.push(`${' '.repeat(20)}${output.paint('bold', advice)}`);
  output.data(check, lines.join('\n'));
}
