import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { snippetsOf } from '../docs/doc-snippets.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask } from '../testkit/graphql.ts';
import { platformForTest } from '../testkit/platform.ts';
import { type Home, homeForTest } from './run-cli.ts';
import { type TerminalLine, terminalPicture } from './terminal-picture.ts';

const PICTURE = fileURLToPath(new URL('../../docs/images/command-line.svg', import.meta.url));
const TITLE = 'clawcierge in a terminal: an agent is registered and published, and asked';
/** The files that the section shows, in order. */
const FILES = { yaml: ['contract.yaml', 'policies.yaml'], js: ['greet.mjs'] };
/** Where the picture ends: the rest is one thing more. */
const LAST_IN_PICTURE = 'nme=Ben';
const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

const words = (command: string) => command.replace('clawcierge ', '').split(' ');

/** What is written in another run is the same: a picture that is made again differs by what has changed. */
const withoutChance = (text: string, url: string, home: Home) =>
  text
    .replaceAll(url, 'http://localhost:8000')
    .replaceAll(home.folder, '~')
    .replaceAll(ID, '019c7e1b-4f3a-7c52-9d0e-6b1f2a3c4d5e');

it('the first five minutes of the command line’s README are as it says, and as the picture shows', async () => {
  const platform = await platformForTest();
  const home = homeForTest();
  const env = { CLAWCIERGE_URL: platform.url, FORCE_COLOR: '1' };
  const files = structuredClone(FILES);
  const lines: TerminalLine[] = [];
  const outputs = new Map<string, string>();
  let isShown = true;
  for (const { language, text } of snippetsOf('cli/README.md', 'The first five minutes')) {
    if (language === 'yaml' || language === 'js') {
      home.write(files[language].shift() ?? '', text);
      continue;
    }
    for (const command of text.trim().split('\n')) {
      if (command.includes(' bridge ')) {
        home.start(words(command), { env });
        await eventually(async () => {
          const { agent } = await ask(platform, '{ agent(handle: "ada.tools") { status } }');
          expect(agent.status).toBe('ACTIVE');
        });
        continue;
      }
      const { code, stdout, stderr } = await home.run(words(command), { env });
      expect({ command, code }).toEqual({ command, code: command.includes('nme=') ? 3 : 0 });
      outputs.set(command, stdout);
      if (!isShown) continue;
      const written = withoutChance(`${stderr}${stdout}`.trimEnd(), platform.url, home);
      lines.push({ kind: 'command', text: command });
      lines.push(...written.split('\n').map((each) => ({ kind: 'output', text: each }) as const));
      isShown = !command.includes(LAST_IN_PICTURE);
    }
  }
  const outputOf = (part: string) => [...outputs].find(([command]) => command.includes(part))?.[1];
  expect(JSON.parse(outputOf('name=Ben') ?? '')).toEqual({ greeting: 'Hello, Ben!' });
  expect(outputOf('approvals list')).toMatch(/ pending +ada\.tools +greet +Ben\n$/);

  const picture = terminalPicture(TITLE, [
    ...lines,
    { kind: 'command', text: 'echo $?' },
    { kind: 'output', text: '3' },
  ]);
  // `npm run screenshots` writes it.
  if (process.env.SCREENSHOTS === '1') writeFileSync(PICTURE, picture);
  expect(picture).toBe(readFileSync(PICTURE, 'utf8'));
});
