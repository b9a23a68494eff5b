import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openChannel, ownerOf, untilStatus } from '../../testkit/actors.ts';
import { askingAgent, heldFor, heldOfAnother, readApproval } from '../../testkit/approvals.ts';
import { platformForFile } from '../../testkit/platform.ts';
import { runNode } from './child-process.ts';

const EXAMPLE = fileURLToPath(new URL('../../../agent-sdk/examples/approve-in-terminal.ts', import.meta.url));
const QUESTION = 'Approve? y, n, why not';

const platform = platformForFile();

describe('deciding at a terminal', () => {
  it('asks about one after the other, does what is typed, and ends with what is typed', async () => {
    const world = await askingAgent(platform);
    const channel = await openChannel(platform, world.agent);
    const first = await heldFor(platform, world, { params: { title: 'a\u202Eb\u001B[2J', duration_minutes: 30 } });
    const env = { CLAWCIERGE_APPROVER_KEY: world.approver.apiKey };
    const child = runNode([EXAMPLE, '--url', platform.url], { env, isTypedTo: true });
    await child.says(QUESTION);
    expect(child.stdout()).toContain('title: "a<U+202E>b\\u001b[2J"');
    expect(child.stdout()).toContain('Held: Ask first');
    child.types('y');
    await channel.received(first.request.id);
    const second = await heldFor(platform, world, { params: { title: 'Party', duration_minutes: 60 } });
    await child.says('"Party"');
    child.types('Not on a Monday');
    await untilStatus(platform, second.request.id, world.sender, 'REJECTED');
    const { decisions } = await readApproval(platform, second.id, ownerOf(world.agent));
    expect(decisions).toMatchObject([{ verdict: 'DENY', comment: 'Not on a Monday' }]);
    child.types(null);
    expect(await child.ended()).toBe(0);
    expect(child.stdout() + child.stderr()).not.toContain(world.approver.apiKey);
  });

  it('says that it is over when its sender takes it back, and leaves what is asked when it ends to others', async () => {
    const world = await askingAgent(platform);
    const held = await heldOfAnother(platform, world.agent);
    const child = runNode([EXAMPLE, '--url', platform.url, '--key', world.approver.apiKey], { isTypedTo: true });
    await child.says(QUESTION);
    await held.cancel();
    await child.says('It is over, or has changed.');
    const { request, sender } = await heldOfAnother(platform, world.agent, {
      params: { title: 'Party', duration_minutes: 60 },
    });
    await child.says('"Party"');
    child.types(null);
    expect(await child.ended()).toBe(0);
    await untilStatus(platform, request.id, sender, 'AWAITING_APPROVAL');
  });

  it.each([
    [['--help'], 0, /^Usage: .*--url .*--key/],
    [['--url', 'http://localhost:1'], 2, /--key is missing/],
    [['--key', 'clw_approver_secret'], 2, /--url is missing/],
  ])('given %j ends with %d', async (args, code, text) => {
    const child = runNode([EXAMPLE, ...args]);
    expect(await child.ended()).toBe(code);
    expect(child.stdout() + child.stderr()).toMatch(text);
    expect(child.stderr()).not.toMatch(/\n\s+at |secret/);
  });

  it('ends with 1 and the reason where the key opens nothing', async () => {
    const child = runNode([EXAMPLE, '--url', platform.url, '--key', 'clw_approver_secret'], { isTypedTo: true });
    expect(await child.ended()).toBe(1);
    expect(child.stderr()).not.toContain('secret');
    expect(child.stderr().length).toBeGreaterThan(10);
  });
});
