import { parseArgs } from 'node:util';
import { readConfig } from './config.ts';
import { openDatabase } from './data-program.ts';
import { messageOf, readEnvironment } from './environment.ts';
import { createLog } from './log.ts';
import { runMigrateCommand } from './storage/schema/migrate-command.ts';

const USAGE = `Brings the tables up to date without starting a node.

  npm run migrate             says what it runs, and runs it
  npm run migrate -- --plan   only says it

Exit code 0: the tables are up to date; 2: something is left to be run; 1: refused or failed.
docs/deployment.md says more.`;

const words = wordsGiven();
if (words === null) {
  console.error(USAGE);
  process.exitCode = process.argv.includes('--help') ? 0 : 1;
} else {
  try {
    await migrate(words.plan);
  } catch (error) {
    console.error(messageOf(error));
    process.exitCode = 1;
  }
}

async function migrate(onlyPlan: boolean): Promise<void> {
  const config = readConfig(readEnvironment());
  const log = createLog(config);
  const database = await openDatabase({ config, log });
  try {
    const outcome = await runMigrateCommand(
      { ...config, link: database.link, log },
      { onlyPlan, print: (line) => console.log(line) },
    );
    if (outcome === 'pending') process.exitCode = 2;
  } finally {
    await database.close();
  }
}

function wordsGiven(): { readonly plan: boolean } | null {
  try {
    return parseArgs({ options: { plan: { type: 'boolean', default: false } } }).values;
  } catch {
    return null;
  }
}
