import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from '../testkit/eventually.ts';
import { platformForFile } from '../testkit/platform.ts';
import { bridged, isRunning } from './bridged.ts';

const platform = platformForFile();

/** A program that does what its action says. */
const PROGRAM = `
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { existsSync, writeFileSync } from 'node:fs';
const request = JSON.parse(await text(process.stdin));
const say = (line) => process.stderr.write(line + '\\n');
switch (request.action) {
  case 'echo': console.log(JSON.stringify({ request, env: process.env })); break;
  case 'nothing': break;
  case 'junk': console.log('Hello!'); break;
  case 'large': process.stdout.write('"' + 'x'.repeat(2 * 1024 * 1024) + '"'); break;
  case 'fail': say('looking'); say('The shop is closed.'); process.exit(3);
  case 'named': say(JSON.stringify({ error: { code: 'shop.closed', message: 'Closed on Sundays.' } })); process.exit(1);
  case 'coloured': say('\\u001b]0;title\\u0007\\u001b[31mThe shop\\u001b[0m is closed.'); process.exit(3);
  case 'silent': process.exit(9);
  case 'steps':
    say(JSON.stringify({ progress: 1, total: 2, message: 'half of it' }));
    while (!existsSync(request.params.file)) await new Promise((resolve) => setTimeout(resolve, 20));
    console.log('"done"');
    break;
  case 'hang': {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    writeFileSync(request.params.file, child.pid + ' ' + process.pid);
    setInterval(() => {}, 1000);
  }
}`;

const ACTIONS = ['echo', 'nothing', 'junk', 'large', 'fail', 'named', 'coloured', 'silent', 'steps', 'hang'];
const CONTRACT = { capabilities: ACTIONS.map((action) => ({ action })) };

const start = (options: readonly string[] = [], env: Readonly<Record<string, string>> = {}) =>
  bridged(
    platform,
    'command',
    ({ write }) => {
      const contract = write('contract.json', CONTRACT);
      const program = write('program.mjs', PROGRAM);
      return [...options, '--contract', contract, '--', process.execPath, program];
    },
    env,
  );

describe('clawcierge bridge command', () => {
  it('starts the program for each request, which reads it as JSON and has few variables of the bridge', async () => {
    const { asker, agent } = await start(['--env', 'GIVEN', '--env', 'SET=to this'], {
      GIVEN: 'as it is',
      OTHER: 'secret',
    });
    const { ask, id } = await asker();
    const { status, result } = await ask('echo', { a: [1] });
    expect(status).toBe('COMPLETED');
    const { request, env } = result as { request: Record<string, unknown>; env: Record<string, string> };
    expect(request).toEqual({
      id: expect.any(String),
      action: 'echo',
      params: { a: [1] },
      senderId: id,
      contextId: null,
      attempt: 1,
      expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(env).toMatchObject({
      GIVEN: 'as it is',
      SET: 'to this',
      CLAWCIERGE_ACTION: 'echo',
      CLAWCIERGE_REQUEST_ID: request.id,
      CLAWCIERGE_SENDER_ID: id,
    });
    expect(env.OTHER).toBeUndefined();
    expect(JSON.stringify(env)).not.toContain(agent.apiKey);
  });

  it('answers what programs say of failing', async () => {
    const { asker, bridge } = await start();
    const { ask } = await asker();
    expect(await ask('nothing')).toMatchObject({ status: 'COMPLETED', result: null });
    const failures = {
      junk: { code: 'invalid_output', message: expect.stringContaining('not JSON') },
      large: { code: 'result_too_large', message: expect.stringContaining('1048576') },
      fail: { code: 'program_failed', message: 'The shop is closed.' },
      named: { code: 'shop.closed', message: 'Closed on Sundays.' },
      coloured: { code: 'program_failed', message: 'The shop is closed.' },
      silent: { code: 'program_failed', message: 'The program ended with exit code 9.' },
    };
    for (const [action, error] of Object.entries(failures)) {
      expect(await ask(action), action).toMatchObject({ status: 'FAILED', error });
    }
    expect(bridge.stderr()).toContain('fail: looking');
    expect(bridge.stdout()).toBe('');
  });

  it('tells how far a program is', async () => {
    const { asker, home, bridge } = await start();
    const { submit, client } = await asker();
    const file = join(home.folder, 'go');
    const id = await submit('steps', { file });
    const progress = { value: 1, total: 2, message: 'half of it' };
    await eventually(async () => expect(await client.read(id)).toMatchObject({ progress }));
    writeFileSync(file, '');
    expect(await client.wait(id)).toMatchObject({ status: 'COMPLETED', result: 'done' });
    expect(bridge.stderr()).not.toContain('half of it');
  });

  it('ends the program, and what it has started, when the request is cancelled', async () => {
    const { asker, home } = await start();
    const { submit, client } = await asker();
    const file = join(home.folder, 'pids');
    const id = await submit('hang', { file });
    const pids = await eventually(() => {
      const found = existsSync(file) ? readFileSync(file, 'utf8').split(' ').map(Number) : [];
      expect(found).toHaveLength(2);
      return found;
    });
    expect(pids.map(isRunning)).toEqual([true, true]);
    await client.cancel(id);
    await eventually(() => expect(pids.map(isRunning)).toEqual([false, false]));
  });

  it('ends the program when the request expires, and what runs when the bridge is told to end', async () => {
    const { asker, home, bridge, agent } = await start();
    const { client, submit } = await asker();
    const files = ['expired', 'running'].map((name) => join(home.folder, name));
    const expiring = { handle: agent.handle, action: 'hang', params: { file: files[0] }, expiresInSeconds: 3 };
    expect(await client.request(expiring)).toMatchObject({ status: 'TIMEOUT' });
    const [expired = 0] = readFileSync(files[0] as string, 'utf8')
      .split(' ')
      .map(Number);
    await eventually(() => expect(isRunning(expired)).toBe(false));
    await submit('hang', { file: files[1] });
    await eventually(() => expect(existsSync(files[1] as string)).toBe(true));
    bridge.kill('SIGTERM');
    await bridge.says('the bridge ends');
    bridge.kill('SIGTERM');
    expect(await bridge.ended()).toBe(130);
    const pids = readFileSync(files[1] as string, 'utf8')
      .split(' ')
      .map(Number);
    await eventually(() => expect(pids.map(isRunning)).toEqual([false, false]));
  });

  it('says what is wrong with how it is started, and that there is no such program', async () => {
    const { home, agent } = await start();
    const env = { CLAWCIERGE_URL: platform.url, CLAWCIERGE_KEY: agent.apiKey };
    const contract = join(home.folder, 'contract.json');
    const none = await home.run(['bridge', 'command', '--contract', contract], { env });
    expect(none.code).toBe(2);
    const broken = home.write('broken.yaml', 'capabilities:\n  - acton: hello\n');
    const refused = await home.run(['bridge', 'command', '--contract', broken, '--', 'true'], { env });
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining(`${broken}:2:`) });
    const unset = ['bridge', 'command', '--contract', contract, '--env', 'NOT_SET', '--', 'true'];
    expect(await home.run(unset, { env })).toMatchObject({ code: 2, stderr: expect.stringContaining('NOT_SET') });
    const missing = await home.run(['bridge', 'command', '--contract', contract, '--', './no-such-program'], { env });
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('./no-such-program') });
  });
});
