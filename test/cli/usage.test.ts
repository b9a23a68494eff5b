import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../testkit/free-port.ts';
import { homeForTest } from './run-cli.ts';

describe('the command line', () => {
  it('teaches with --help, on stdout', async () => {
    const { code, stdout, stderr } = await homeForTest().run(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const part of ['Commands:', 'Concepts:', 'CLAWCIERGE_URL', 'Exit codes:']) expect(stdout).toContain(part);
  });

  it.each([
    [['regster'], 'Did you mean register?'],
    [['register', '--hande', 'x'], 'Did you mean --handle?'],
    [['register', '--output', 'xml'], 'text, json'],
    [['register', 'superfluous'], 'too many arguments'],
    [['register', '--handle', 'a.b', '--url', 'nowhere'], '“nowhere” (--url) is no address of a platform.'],
    [['keys', 'lst'], 'Did you mean list?'],
  ])('refuses %j', async (args, says) => {
    const { code, stdout, stderr } = await homeForTest().run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(says);
  });

  it('works on where nobody hears what it says any more, and says at once that there is nothing to watch', async () => {
    const home = homeForTest();
    const env = { CLAWCIERGE_URL: `http://127.0.0.1:${await freePort()}`, CLAWCIERGE_KEY: 'clw_sender_x' };
    const unheard = home.start(['doctor'], { env });
    unheard.isHeardNoMore('stderr');
    expect(await unheard.ended()).toBe(4);
    const nowhere = await home.run(['watch'], { env });
    expect(nowhere).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining('could not be reached') });
  });

  it('says when to try again what is not sealed yet', async () => {
    const server = createServer((request, response) => {
      request.resume();
      const extensions = { code: 'NOT_SEALED', retryAfterSeconds: 7 };
      response.end(JSON.stringify({ errors: [{ message: 'Not sealed.', extensions }] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const env = { CLAWCIERGE_URL: url, CLAWCIERGE_KEY: 'clw_sender_x' };
    const { code, stderr } = await homeForTest().run(['audit', 'checkpoint'], { env });
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'clawcierge: Not sealed.\nTry again in 7 seconds.\n' });
  });

  it('says in one sentence where the platform is not, with a stack only on demand', async () => {
    const home = homeForTest();
    const args = ['register', '--handle', 'a.b', '--url', `http://127.0.0.1:${await freePort()}`];
    const short = await home.run(args);
    expect(short).toMatchObject({ code: 4, stdout: '' });
    expect(short.stderr).toBe(
      'clawcierge: The platform could not be reached.\nIs the address right? `clawcierge doctor` says where it fails.\n',
    );
    const long = await home.run([...args, '--debug']);
    expect(long.stderr).toMatch(/\n +at .+\n/);
    expect(long.stderr).toContain('ECONNREFUSED');
  });
});
