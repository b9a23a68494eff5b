import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../testkit/eventually.ts';
import { platformForTest } from '../testkit/platform.ts';
import { differenceFrom, snippetsOf } from './doc-snippets.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const SECTIONS = ['Walkthrough in REST', 'More for senders', 'Before publishing'];

/** Where the answer before it has what a variable is to hold. */
const FIELD_OF: Readonly<Record<string, string>> = {
  AGENT_ID: 'id',
  AGENT_KEY: 'api_key',
  SENDER_KEY: 'api_key',
  REQUEST_ID: 'id',
  KEY_ID: 'id',
};

it('the walkthrough in REST runs as it is written', async () => {
  const platform = await platformForTest();
  const variables: Record<string, string> = {};
  const env = () => ({ PATH: process.env.PATH, HOME: process.env.HOME, ...variables });
  const here = (text: string) => text.replaceAll('localhost:8000', new URL(platform.url).host);
  const run = async (script: string): Promise<unknown> => {
    const { stdout } = await promisify(execFile)('bash', ['-c', here(script)], { cwd: ROOT, env: env() });
    return stdout.startsWith('{') ? JSON.parse(stdout) : stdout;
  };
  let script = '';
  let answer: unknown = null;
  let compared = 0;

  for (const { language, text } of SECTIONS.flatMap((each) => snippetsOf('docs/rest.md', each))) {
    const assigned = [...text.matchAll(/^([A-Z_]+)="/gm)].map(([, name = '']) => name);
    if (language === 'json') {
      // What the agent is working on changes a little later.
      await eventually(async () => {
        if (script.includes('/v1/requests/') && !script.includes('-X')) answer = await run(script);
        expect(differenceFrom(JSON.parse(text), answer), text).toBeNull();
      });
      compared += 1;
    } else if (assigned.length > 0) {
      for (const name of assigned) variables[name] = String(Reflect.get(Object(answer), FIELD_OF[name] ?? ''));
    } else if (text.includes('npm run calendar-agent')) {
      const agent = spawn('bash', ['-c', `exec ${here(text)}`], { cwd: ROOT, env: env(), detached: true });
      onTestFinished(() => endGroup(agent));
      await eventually(async () => {
        const response = await fetch(`${platform.url}/v1/agents/marius.exec`);
        expect(await response.json()).toMatchObject({ status: 'active' });
      });
    } else {
      script = text;
      answer = await run(script);
      if (script.includes('/events'))
        expect(answer).toMatch(/\nid: \d+\nevent: request\ndata: \{.*"status":"completed"/);
      if (script.includes('/v1/keys ') && !script.includes('-X')) {
        expect(answer).toMatchObject({ items: [{ id: variables.KEY_ID, is_current: false }, { is_current: true }] });
      }
      if (script.includes('/replay')) expect(answer).toMatchObject({ truncated: false });
      if (script.includes('DELETE')) expect(answer).toBe('');
      if (script.includes('Prefer: wait')) expect(answer).toMatchObject({ status: 'completed' });
    }
  }
  expect(compared).toBeGreaterThanOrEqual(8);
});

/** npm, its shell and the agent below them. */
function endGroup(child: ChildProcess): void {
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
}
