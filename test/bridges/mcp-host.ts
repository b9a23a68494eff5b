/**
 * What an MCP host does, as far as the README needs it: `mcp add NAME -- COMMAND…` remembers a server, and `-p QUESTION` starts
 * each, reads its tools, and calls the one that needs nothing to be known.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

const CONFIGURATION = join(process.env.HOME ?? '', 'host.json');
const TOOL = 'list_allowed_directories';

const [what, ...args] = process.argv.slice(2);
if (what === 'mcp') {
  writeFileSync(CONFIGURATION, JSON.stringify(args.slice(args.indexOf('--') + 1)));
} else {
  const [command = '', ...given] = JSON.parse(readFileSync(CONFIGURATION, 'utf8'));
  const client = new Client({ name: 'host', version: '1' });
  const env = { ...process.env } as Record<string, string>;
  await client.connect(new StdioClientTransport({ command, args: given, env }));
  const { tools } = await client.listTools();
  if (!tools.some(({ name }) => name === TOOL)) throw new Error(`There is no ${TOOL} among ${JSON.stringify(tools)}`);
  const { content } = await client.callTool({ name: TOOL, arguments: {} });
  console.log(content.map((block) => (block.type === 'text' ? block.text : block.type)).join('\n'));
  await client.close();
}
