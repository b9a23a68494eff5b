import type { Command } from 'commander';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { action, type Session } from '../session.ts';
import { version } from '../version.ts';

/** `clawcierge mcp` */
export function addMcp(program: Command): void {
  program
    .command('mcp')
    .description('Be a local MCP server (stdio) whose tools are what an agent does')
    .argument('<handle>', 'the agent')
    .addHelpText(
      'after',
      `
For hosts that start their servers as programs, or that cannot send a header. Hosts that can are better off with the
platform's own door, https://your-platform/mcp/HANDLE. Everything is passed on to that door: tools, calls with their
progress, cancellation, and changes of the list. stdout is the protocol's; what goes wrong is said on stderr.

In the host's settings, with a profile that \`clawcierge register --sender --save\` made:
  { "mcpServers": { "ada": { "command": "clawcierge", "args": ["mcp", "ada.tools", "--profile", "ben"] } } }`,
    )
    .action(action<object>(mcp));
}

async function mcp({ keyed, output, signal }: Session, _options: object, handle: string): Promise<ExitCode> {
  const [{ Door }, { serve }] = await Promise.all([import('../mcp/door.ts'), import('../mcp/stdio-server.ts')]);
  const door = await Door.open(keyed, handle, version(), signal);
  try {
    await serve(door, output, signal);
  } finally {
    await door.close();
  }
  return EXIT.done;
}
