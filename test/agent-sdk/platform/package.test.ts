import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as sdk from '../../../agent-sdk/src/index.ts';
import * as testing from '../../../agent-sdk/src/testing/index.ts';
import { agentAndSender } from '../../testkit/actors.ts';
import { platformForTest } from '../../testkit/platform.ts';
import { ANY_WORK, TRANSPORTS } from './agent-under-test.ts';
import { runNode } from './child-process.ts';
import { type InstalledPackage, installPackedSdk } from './installed-package.ts';
import { findNode20 } from './node-20.ts';

let installed: InstalledPackage;
beforeAll(async () => {
  installed = await installPackedSdk();
});
afterAll(() => installed.remove());

describe('the packed SDK', () => {
  it('holds what a user needs, and no tests or machine’s leftovers', () => {
    const { files } = installed;
    const needed = [
      'package.json',
      'README.md',
      'LICENSE',
      'dist/index.js',
      'dist/index.d.ts',
      'src/index.ts',
      'dist/testing/index.js',
    ];
    expect(files).toEqual(expect.arrayContaining(needed));
    expect(files.filter((name) => !/^(package\.json|README\.md|LICENSE|(dist|src)\/.+)$/.test(name))).toEqual([]);
    const leftovers = /\.test\.|\btests?\b|\.env|node_modules|tsbuildinfo/;
    expect(files.filter((name) => leftovers.test(name))).toEqual([]);
  });

  it('imports under plain Node, with every export of the sources and nothing loud', async () => {
    const text = `const names = ['@clawcierge/agent-sdk', '@clawcierge/agent-sdk/testing'];
       const modules = await Promise.all(names.map((name) => import(name)));
       console.log(JSON.stringify(modules.map((each) => Object.keys(each).sort())));`;
    const child = runNode(['--throw-deprecation', installed.write('import.js', text)]);
    expect(await child.ended()).toBe(0);
    expect(JSON.parse(child.stdout())).toEqual([Object.keys(sdk).sort(), Object.keys(testing).sort()]);
    expect(child.stderr()).toBe('');
  });

  it('loads nothing of what is for tests unless it is asked for', async () => {
    const text = `import { registerHooks } from 'node:module';
       const loaded = [];
       registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
       await import('@clawcierge/agent-sdk');
       console.log(JSON.stringify(loaded));`;
    const child = runNode([installed.write('loaded.js', text)]);
    expect(await child.ended(), child.stderr()).toBe(0);
    const loaded: string[] = JSON.parse(child.stdout());
    expect(loaded.length).toBeGreaterThan(20);
    expect(loaded.filter((url) => /testing|generated\/schema|graphql-ws\/dist\/use/.test(url))).toEqual([]);
  });

  const node20 = findNode20();
  it.skipIf(node20 === undefined).each(TRANSPORTS)(
    `serves and asks under Node 20, over %s${node20 === undefined ? ' (this machine has none; NODE_20 may name one)' : ''}`,
    async (transport) => {
      const platform = await platformForTest();
      const { agent, sender } = await agentAndSender(platform, ANY_WORK);
      const program = installed.write(
        `node-20-${transport}.js`,
        `import { ClawciergeAgent, ClawciergeClient } from '@clawcierge/agent-sdk';
         const [url, agentKey, senderKey, handle, transport] = process.argv.slice(2);
         const agent = new ClawciergeAgent({ url, apiKey: agentKey, transport });
         agent.on('work.do', ({ params }) => ({ served: params.n, by: process.version }));
         await agent.start();
         const client = new ClawciergeClient({ url, apiKey: senderKey });
         const { status, result } = await client.request({ handle, action: 'work.do', params: { n: 7 } });
         console.log(JSON.stringify({ status, result }));
         await client.close();
         await agent.stop();`,
      );
      const args = [program, platform.url, agent.apiKey, sender.apiKey, agent.handle, transport];
      const child = runNode(args, node20 === undefined ? {} : { node: node20 });
      expect(await child.ended(), child.stderr()).toBe(0);
      const served = { served: 7, by: expect.stringMatching(/^v20\./) };
      expect(JSON.parse(child.stdout())).toEqual({ status: 'COMPLETED', result: served });
      expect(child.stderr()).toBe('');
    },
  );

  it('says the same of Node wherever it says what it needs', () => {
    const { engines } = JSON.parse(readFileSync(new URL('../../../agent-sdk/package.json', import.meta.url), 'utf8'));
    const readme = readFileSync(new URL('../../../agent-sdk/README.md', import.meta.url), 'utf8');
    expect(engines.node).toBe('>=20.3');
    expect(readme).toContain('for Node 20.3 or newer');
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
       import { startFakePlatform } from '@clawcierge/agent-sdk/testing';
       import { z } from 'zod';
       await using agent = new ClawciergeAgent({ url: 'http://localhost:8000', apiKey: 'k', transport: 'websocket' });
       agent.on<{ title: string }>('work.do', async ({ params, expiresAt }, { signal }) => {
         signal.throwIfAborted();
         return { title: params.title.length, at: expiresAt.getTime() };
       });
       const params = z.object({ title: z.string().transform((title) => title.length) });
       agent.action('work.two', { params, result: z.number() }, ({ params: { title } }) => title + 1);
       const client = new ClawciergeClient({ url: 'http://localhost:8000', apiKey: 'k' });
       const request: RequestState = await client.request({ handle: 'a', action: 'work.do' }, { timeoutMs: 1 });
       console.log(request.status === 'COMPLETED' ? request.result : request.error?.code);
       await using platform = await startFakePlatform({ decide: ({ action }) => ({ reason: action }) });
       const outcome = await platform.submit({ action: 'work.do' }).outcome();
       const again: RequestState = outcome;
       console.log(again, platform.agent.contract?.capabilities[0]?.action);`,
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
