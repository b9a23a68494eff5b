import { Command, Option } from 'commander';
import { addBridges } from './bridge/command.ts';
import { addApprovals } from './commands/approvals.ts';
import { addAudit } from './commands/audit.ts';
import { addCompletion } from './commands/completion.ts';
import { addDoctor } from './commands/doctor.ts';
import { addKeys } from './commands/keys.ts';
import { addMcp } from './commands/mcp.ts';
import { addPolicies } from './commands/policies.ts';
import { addPublish } from './commands/publish.ts';
import { addRegister } from './commands/register.ts';
import { addRequests } from './commands/requests.ts';
import { addSend } from './commands/send.ts';
import { addWatch } from './commands/watch.ts';
import { DEFAULT_URL } from './connection.ts';
import { TEACHING } from './teaching.ts';
import { version } from './version.ts';

/** The tree of commands. What a command works with is imported when it runs. */
export function createProgram(): Command {
  const program = new Command('clawcierge')
    .description('The command line of a Clawcierge platform, and the bridges that make existing tools its agents.')
    .version(version(), '-V, --version', 'Print the version')
    .helpOption('-h, --help', 'Print this help')
    .helpCommand('help [command]', 'Print the help of a command')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('`clawcierge --help` says what there is.')
    .exitOverride()
    .option('--url <url>', `the platform (CLAWCIERGE_URL; ${DEFAULT_URL})`)
    .option('--key-file <file>', 'the file that holds the key (CLAWCIERGE_KEY_FILE; CLAWCIERGE_KEY is the key itself)')
    .option('--profile <name>', 'the address and the key that were saved under the name (CLAWCIERGE_PROFILE)')
    .addOption(new Option('--output <form>', 'of stdout: one JSON object a line, or text').choices(['text', 'json']))
    .option('--debug', 'show where an error comes from')
    .addHelpText('after', TEACHING);
  addRegister(program);
  addPublish(program);
  addPolicies(program);
  addSend(program);
  addWatch(program);
  addRequests(program);
  addApprovals(program);
  addKeys(program);
  addAudit(program);
  addDoctor(program);
  addMcp(program);
  addCompletion(program);
  addBridges(program.command('bridge').description('Make an existing tool an agent, without code'));
  return program;
}
