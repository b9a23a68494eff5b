import { chmodSync, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { type Child, runNode } from '../agent-sdk/platform/child-process.ts';
import { homeForTest } from '../cli/run-cli.ts';
import { snippetsOf } from '../docs/doc-snippets.ts';
import { platformForTest } from '../testkit/platform.ts';

const pathOf = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url));

/** Programs as the README names them: the command line, what `npx -y` would fetch, and a host of MCP. */
const PROGRAMS = {
  clawcierge: `exec "${process.execPath}" "${pathOf('cli/src/main.ts')}" "$@"`,
  claude: `exec "${process.execPath}" "${pathOf('test/bridges/mcp-host.ts')}" "$@"`,
  npx: `shift; server=\${1#@modelcontextprotocol/}; shift
exec "${process.execPath}" "${pathOf('node_modules/@modelcontextprotocol')}/$server/dist/index.js" "$@"`,
};

/** The commands of a section. */
const commandsOf = (heading: string) =>
  snippetsOf('README.md', heading).flatMap(({ language, text }) =>
    language === 'bash' ? text.trim().split('\n') : [],
  );

/** A shell in a folder of its own, with those programs. */
async function shellForTest() {
  const platform = await platformForTest();
  const home = homeForTest();
  const bin = join(home.folder, '.bin');
  mkdirSync(bin);
  for (const [name, script] of Object.entries(PROGRAMS)) {
    chmodSync(home.write(`.bin/${name}`, `#!/bin/sh\n${script}\n`), 0o755);
  }
  const env = {
    HOME: home.folder,
    PATH: `${bin}:${process.env.PATH}`,
    CLAWCIERGE_URL: platform.url,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? '',
  };
  const start = (command: string): Child =>
    runNode(['-c', `exec ${command}`], { node: '/bin/sh', cwd: home.folder, env });
  return {
    home,
    start,
    /** Runs a command to its end, and answers what it wrote. */
    async run(command: string): Promise<string> {
      const child = start(command);
      expect(await child.ended(60_000), `${command}: ${child.stderr()}`).toBe(0);
      return child.stdout();
    },
  };
}

it('the README puts an MCP server behind an agent, and asks it from an MCP host, with three commands each', async () => {
  const { home, start, run } = await shellForTest();
  home.write('hello.txt', 'Hello!');
  const commands = commandsOf('Put an MCP server behind it');
  expect(commands).toHaveLength(3);
  const [register = '', bridge = '', send = ''] = commands;
  await run(register);
  await start(bridge).says('the channel is open');
  expect(await run(send)).toContain('[FILE] hello.txt');

  const asking = commandsOf('Ask it from an MCP host');
  expect(asking).toHaveLength(3);
  const answers: string[] = [];
  for (const command of asking) answers.push(await run(command));
  expect(answers.at(-1)).toContain(realpathSync(home.folder));
});
