import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { agentAndSender } from '../../testkit/actors.ts';
import { startTestPlatform, type TestPlatform } from '../../testkit/platform.ts';
import { ANY_WORK, agentUnderTest, clientUnderTest, start, TRANSPORTS, WORK } from './agent-under-test.ts';
import { type Child, runNode } from './child-process.ts';

const SDK = new URL('../../../agent-sdk/src/index.ts', import.meta.url).href;

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.stop());

/** Runs a program that uses the SDK and ends only by having nothing more to do. */
function runProgram(text: string, env: Readonly<Record<string, string>>): Child {
  const folder = mkdtempSync(join(tmpdir(), 'clawcierge-sdk-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'program.mts');
  writeFileSync(file, `import { ClawciergeAgent, ClawciergeClient } from ${JSON.stringify(SDK)};\n${text}`);
  return runNode(['--unhandled-rejections=strict', file], { env });
}

describe('a process that uses the SDK', () => {
  it.each(TRANSPORTS)(
    'ends by itself after stop(), although a handler ignores its signal, over %s',
    async (transport) => {
      const { agent, sender } = await agentAndSender(platform, ANY_WORK);
      const child = runProgram(
        `const { URL: url, KEY: apiKey, TRANSPORT: transport } = process.env;
       const agent = new ClawciergeAgent({ url, apiKey, transport });
       agent.on('work.do', () => {
         process.once('SIGTERM', () => agent.stop({ drainMs: 100 }).then(() => console.log('stopped')));
         console.log('working');
         return new Promise(() => {});
       });
       await agent.start();
       console.log('ready');`,
        { URL: platform.url, KEY: agent.apiKey, TRANSPORT: transport },
      );
      await child.says('ready');
      await clientUnderTest(platform, sender).submit({ handle: agent.handle, ...WORK, expiresInSeconds: 3_600 });
      await child.says('working');
      child.kill('SIGTERM');
      expect(await child.ended()).toBe(0);
      expect(child.stdout()).toContain('stopped');
    },
  );

  it.each(TRANSPORTS)('is not ended by a platform that is away, over %s', async (transport) => {
    const child = runProgram(
      `const { TRANSPORT: transport } = process.env;
       let losses = 0;
       const onDisconnected = async () => {
         losses += 1;
         if (losses === 3) await agent.stop();
         else if (losses === 2) throw new Error('of the hook');
       };
       const options = { url: 'http://127.0.0.1:1', apiKey: 'k', transport, backoffBaseMs: 10, onDisconnected };
       const agent = new ClawciergeAgent(options);
       void agent.start();
       await agent.closed;
       console.log('stopped');`,
      { TRANSPORT: transport },
    );
    expect(await child.ended()).toBe(0);
    expect(child.stdout()).toBe('stopped\n');
    expect(child.stderr()).toContain('onDisconnected failed');
  });

  it.each(TRANSPORTS)('is not ended by a refusal that nobody handles, over %s', async (transport) => {
    const child = runProgram(
      `const { URL: url, TRANSPORT: transport } = process.env;
       const agent = new ClawciergeAgent({ url, apiKey: 'clw_agent_nobody', transport });
       void agent.start();`,
      { URL: platform.url, TRANSPORT: transport },
    );
    expect(await child.ended()).toBe(0);
    expect(child.stderr().trim().split('\n')).toEqual([expect.stringContaining('turned the agent away')]);
  });

  it('ends by itself after its last wait, without close()', async () => {
    const { agent, sender } = await agentAndSender(platform, ANY_WORK);
    const tested = agentUnderTest(platform, agent, 'graphql');
    tested.agent.onAny(() => 'done');
    await start(tested);
    const child = runProgram(
      `const { URL: url, KEY: apiKey, HANDLE: handle } = process.env;
       const client = new ClawciergeClient({ url, apiKey });
       const results = [];
       for (let n = 0; n < 10; n += 1) results.push((await client.request({ handle, action: 'work.do' })).result);
       console.log(results.join());`,
      { URL: platform.url, KEY: sender.apiKey, HANDLE: agent.handle },
    );
    expect(await child.ended()).toBe(0);
    expect(child.stdout()).toBe(`${Array(10).fill('done').join()}\n`);
  });
});
