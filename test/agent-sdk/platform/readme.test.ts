import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as sdk from '../../../agent-sdk/src/index.ts';
import { publishPolicies, registerAgent, registerSender } from '../../testkit/actors.ts';
import { eventually } from '../../testkit/eventually.ts';
import { startTestPlatform, type TestPlatform } from '../../testkit/platform.ts';
import { clientUnderTest } from './agent-under-test.ts';
import { runNode } from './child-process.ts';
import { type InstalledPackage, installPackedSdk } from './installed-package.ts';

const README = readFileSync(new URL('../../../agent-sdk/README.md', import.meta.url), 'utf8');
const OPTIONS = readFileSync(new URL('../../../agent-sdk/src/agent-options.ts', import.meta.url), 'utf8');

/** The calendar that the first snippet takes for granted. */
const CALENDAR_GLOBAL = `
type Slot = { readonly start: string };
declare global {
  var calendar: {
    findSlot(minutes: number, options: { signal: AbortSignal }): Promise<Slot | undefined>;
    book(requestId: string, slot: Slot, title: string): { event_id: string; title: string };
  };
}
globalThis.calendar = {
  findSlot: async (minutes) => (minutes < 60 ? { start: '2026-02-11T09:00:00+00:00' } : undefined),
  book: (requestId, _slot, title) => ({ event_id: 'evt-' + requestId, title }),
};
export {};
`;

const snippets = [...README.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);

let platform: TestPlatform;
let installed: InstalledPackage;
beforeAll(async () => {
  [platform, installed] = await Promise.all([startTestPlatform(), installPackedSdk()]);
});
afterAll(async () => {
  installed.remove();
  await platform.stop();
});

describe('the SDK’s README', () => {
  it('shows how to publish, an agent, a sender and a test that work with the installed package as they stand there', async () => {
    expect(snippets).toHaveLength(6);
    const calendar = installed.write('calendar.ts', CALENDAR_GLOBAL);
    const files = snippets.map((text, n) =>
      installed.write(`snippet-${n}.ts`, text.replaceAll('http://localhost:8000', platform.url)),
    );
    const names = snippets.map((_, n) => `snippet-${n}.ts`);
    expect(await installed.typeCheck(['calendar.ts', ...names])).toBe('');

    const agent = await registerAgent(platform, 'marius.exec');
    const sender = await registerSender(platform);
    const [agentFile = '', senderFile = '', publishFile = '', , , testFile = ''] = files;
    const tested = runNode(['--test', testFile]);
    expect(await runNode([publishFile], { env: { AGENT_KEY: agent.apiKey } }).ended()).toBe(0);
    const running = runNode(['--import', calendar, agentFile], { env: { AGENT_KEY: agent.apiKey } });
    const send = async () => {
      const child = runNode([senderFile], { env: { SENDER_KEY: sender.apiKey } });
      expect(await child.ended()).toBe(0);
      return child;
    };
    const client = clientUnderTest(platform, sender);
    await eventually(async () => expect((await client.resolve('marius.exec')).status).toBe('ACTIVE'));
    expect((await send()).stdout()).toMatch(/^COMPLETED \{\s+event_id: 'evt-\S+',\s+title: 'Standup'\s+\}\n$/);

    const rules = [{ condition: `sender_id == "${sender.id}"`, action: 'REJECT', reason: 'Not you.' }];
    await publishPolicies(platform, agent, { rules });
    expect((await send()).stderr()).toBe('policy_engine said no: Not you.\n');
    running.kill('SIGTERM');
    expect(await running.ended()).toBe(0);
    expect(await tested.ended(), tested.stdout()).toBe(0);
    expect(tested.stdout()).toMatch(/pass 1\b/);
  });

  it('names every option of an agent, with its default', () => {
    const [, body = ''] = /export interface ClawciergeAgentOptions \{\n([\s\S]*?)\n\}\n/.exec(OPTIONS) ?? [];
    const options = [...body.matchAll(/\/\*\*([\s\S]*?)\*\/\s+readonly (\w+)/g)].map(([, comment = '', name = '']) => ({
      name,
      isForTests: /For tests/.test(comment),
      byDefault: /@default (\d+)\b/.exec(comment)?.[1],
    }));
    expect(options.length).toBeGreaterThan(15);
    const rows = README.split('\n').filter((line) => /^\| `\w/.test(line));
    for (const { name, byDefault } of options.filter(({ isForTests }) => !isForTests)) {
      const row = rows.find((line) => line.split('|')[1]?.includes(`\`${name}\``));
      expect(row, name).toBeDefined();
      if (byDefault !== undefined)
        expect(row?.replaceAll(/(\d),(\d)/g, '$1$2'), name).toMatch(new RegExp(`\\b${byDefault}\\b`));
    }
  });

  it('names every error', () => {
    const errors = Object.keys(sdk).filter((name) => name.endsWith('Error'));
    expect(errors.length).toBeGreaterThan(15);
    for (const name of errors) expect(README).toContain(`\`${name}\``);
  });
});
