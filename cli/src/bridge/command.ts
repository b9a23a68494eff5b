import { type Command, Option } from 'commander';
import { action } from '../session.ts';
import type { CommandOptions } from './command/start.ts';
import type { HttpOptions } from './http/start.ts';
import type { McpOptions } from './mcp/start.ts';
import { addSharedOptions, collected, whole } from './options.ts';

/** Adds what can be made an agent to `clawcierge bridge`. Each of them imports its machinery when it runs. */
export function addBridges(bridge: Command): void {
  addMcp(bridge);
  addHttp(bridge);
  addCommand(bridge);
}

function addMcp(bridge: Command): void {
  addSharedOptions(bridge.command('mcp'))
    .description('Make an MCP server an agent: each of its tools is an action')
    .argument('<server...>', 'the command that starts it, after --, or its URL')
    .addOption(collected('--env <variable>', 'NAME or NAME=VALUE: what the server has besides the usual variables'))
    .option('--cwd <folder>', 'where the server runs')
    .addOption(
      new Option('--protocol <versions>', 'with a command: initialize only, or whichever a probe finds')
        .choices(['legacy', 'auto'])
        .default('legacy'),
    )
    .option('--header-file <file>', 'with a URL: what is sent besides, a line “Name: value” each')
    .addOption(
      new Option('--sessions <whose>', 'whether each sender has a session with the server of its own')
        .choices(['per-sender', 'shared'])
        .default('per-sender'),
    )
    .option('--max-sessions <n>', 'how many sessions of senders there are at a time', whole(1, 100), 8)
    .option('--session-idle <seconds>', 'after which time an unused session is closed', whole(1, 86_400), 300)
    .addHelpText('after', MCP_HELP)
    .action(
      action<McpOptions>(async (session, options, server) => {
        const { startMcp } = await import('./mcp/start.ts');
        return startMcp(session, options, server as unknown as readonly string[]);
      }),
    );
}

function addHttp(bridge: Command): void {
  addSharedOptions(bridge.command('http'))
    .description('Make an address an agent: each request is posted to it')
    .argument('<address>', 'where requests are posted')
    .requiredOption('--contract <file>', 'what it does, as for `clawcierge publish`')
    .option('--secret-file <file>', 'the secret that requests are signed with')
    .option('--header-file <file>', 'what is sent besides, a line “Name: value” each')
    .action(
      action<HttpOptions>(async (session, options, address = '') => {
        const { startHttp } = await import('./http/start.ts');
        return startHttp(session, options, address);
      }),
    );
}

function addCommand(bridge: Command): void {
  addSharedOptions(bridge.command('command'))
    .description('Make a program an agent: it is started for each request')
    .argument('<program...>', 'the program and its arguments, after --')
    .requiredOption('--contract <file>', 'what it does, as for `clawcierge publish`')
    .addOption(collected('--env <variable>', 'NAME or NAME=VALUE: what the program has besides the usual variables'))
    .option('--cwd <folder>', 'where the program runs')
    .addHelpText('after', COMMAND_HELP)
    .action(
      action<CommandOptions>(async (session, options, program) => {
        const { startCommand } = await import('./command/start.ts');
        return startCommand(session, options, program as unknown as readonly string[]);
      }),
    );
}

const MCP_HELP = `
The tools are published as the agent's contract, and again whenever they change. The channel is held only while the server
works; when it ends, it is started again.

Examples:
  clawcierge bridge mcp --profile ada -- npx -y @modelcontextprotocol/server-filesystem /srv/shared
  clawcierge bridge mcp --profile ada --read-only -- npx -y @modelcontextprotocol/server-memory
  clawcierge bridge mcp --profile ada --header-file headers.txt https://mcp.example.com/mcp`;

const COMMAND_HELP = `
The program gets the request as JSON on stdin: {"id", "action", "params", "senderId", "contextId", "attempt", "expiresAt"}.
What it writes to stdout, as JSON, is the result. An exit code other than 0 fails the request with the last line of stderr.
On stderr, a line {"progress": 3, "total": 10, "message": "…"} says how far it is, and {"error": {"code": "…", "message": "…"}}
what the sender is told should it fail. When a request is cancelled or expires, the program gets SIGTERM.

Example:
  clawcierge bridge command --profile ada --contract contract.yaml -- ./answer.py`;
