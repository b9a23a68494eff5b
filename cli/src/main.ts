import { CommanderError } from 'commander';
import { EXIT } from './exit-codes.ts';
import { Output } from './output.ts';
import { createProgram } from './program.ts';
import { report } from './session.ts';

// Whoever reads stdout, as `head` does, may stop at any time.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
});

// What is said there is for whoever looks at it: the work goes on when nobody does any more.
process.stderr.on('error', () => {});

try {
  await createProgram().parseAsync();
} catch (error) {
  // Commander has said already what is wrong, with a suggestion.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.wrongUsage;
  else process.exitCode = report(error, new Output({ isJson: false, isDebug: process.argv.includes('--debug') }));
}
