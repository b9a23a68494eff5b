import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as sdk from '../../../agent-sdk/src/index.ts';
import { runNode } from './child-process.ts';
import { type InstalledPackage, installPackedSdk } from './installed-package.ts';

let installed: InstalledPackage;
beforeAll(async () => {
  installed = await installPackedSdk();
});
afterAll(() => installed.remove());

describe('the packed SDK', () => {
  it('holds what a user needs, and no tests or machine’s leftovers', () => {
    const { files } = installed;
    const needed = ['package.json', 'README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts', 'src/index.ts'];
    expect(files).toEqual(expect.arrayContaining(needed));
    expect(files.filter((name) => !/^(package\.json|README\.md|LICENSE|(dist|src)\/.+)$/.test(name))).toEqual([]);
    expect(files.filter((name) => /test|\.env|node_modules|tsbuildinfo/.test(name))).toEqual([]);
  });

  it('imports under plain Node, with every export of the sources and nothing loud', async () => {
    const text = `console.log(JSON.stringify(Object.keys(await import('@clawcierge/agent-sdk')).sort()));`;
    const child = runNode(['--throw-deprecation', installed.write('import.js', text)]);
    expect(await child.ended()).toBe(0);
    expect(JSON.parse(child.stdout())).toEqual(Object.keys(sdk).sort());
    expect(child.stderr()).toBe('');
  });

  it('keeps its insides to itself', async () => {
    const text = `await import('@clawcierge/agent-sdk/dist/limiter.js');`;
    const child = runNode([installed.write('inside.js', text)]);
    expect(await child.ended()).not.toBe(0);
    expect(child.stderr()).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });

  it('has types that hold without skipLibCheck, and that find mistakes', async () => {
    installed.write(
      'right.ts',
      `import { ClawciergeAgent, ClawciergeClient, type RequestState } from '@clawcierge/agent-sdk';
       await using agent = new ClawciergeAgent({ url: 'http://localhost:8000', apiKey: 'k', transport: 'websocket' });
       agent.on<{ title: string }>('work.do', async ({ params, expiresAt }, { signal }) => {
         signal.throwIfAborted();
         return { title: params.title.length, at: expiresAt.getTime() };
       });
       const client = new ClawciergeClient({ url: 'http://localhost:8000', apiKey: 'k' });
       const request: RequestState = await client.request({ handle: 'a', action: 'work.do' }, { timeoutMs: 1 });
       console.log(request.status === 'COMPLETED' ? request.result : request.error?.code);`,
    );
    expect(await installed.typeCheck(['right.ts'])).toBe('');
    installed.write(
      'wrong.ts',
      `import { ClawciergeAgent } from '@clawcierge/agent-sdk';
       new ClawciergeAgent({ url: 'http://localhost:8000' });
       new ClawciergeAgent({ url: 'http://localhost:8000', apiKey: 'k', transport: 'pigeon' });`,
    );
    const problems = await installed.typeCheck(['wrong.ts']);
    expect(problems).toMatch(/wrong\.ts\(2,.*apiKey/);
    expect(problems).toMatch(/wrong\.ts\(3,.*pigeon/);
  });
});
