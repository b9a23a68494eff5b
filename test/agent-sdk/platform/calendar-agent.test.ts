import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentAndSender, registerAgent } from '../../testkit/actors.ts';
import { startTestPlatform, type TestPlatform } from '../../testkit/platform.ts';
import { clientUnderTest } from './agent-under-test.ts';
import { runNode } from './child-process.ts';

const EXAMPLE = fileURLToPath(new URL('../../../agent-sdk/examples/calendar-agent.ts', import.meta.url));
const SECRET = 'clw_agent_secret';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.stop());

const minutesOf = (result: unknown) => {
  const { scheduled_time, duration_minutes } = result as { scheduled_time: string; duration_minutes: number };
  const start = Date.parse(scheduled_time) / 60_000;
  return { start, end: start + duration_minutes };
};

describe('the calendar agent', () => {
  it.each([
    ['the platform’s URL', 'graphql', () => platform.url, 'SIGTERM'],
    ['its raw WebSocket', 'websocket', (id: string) => `${platform.socketUrl}/v1/agents/${id}/ws`, 'SIGINT'],
  ] as const)(
    'books without ever booking twice, given %s, and ends with 0',
    async (_name, transport, urlFor, signal) => {
      const { agent, sender } = await agentAndSender(platform);
      const child = runNode([EXAMPLE, '--url', urlFor(agent.id), '--token', agent.apiKey, '--publish']);
      await child.says(`connected {"transport":"${transport}"}`);
      const client = clientUnderTest(platform, sender);
      const finished = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          client.request({
            handle: agent.handle,
            action: 'calendar.schedule',
            params: { title: `Meeting ${n}`, duration_minutes: 15 + (n % 8) * 15 },
            whenOffline: 'QUEUE',
          }),
        ),
      );
      expect(finished.map(({ status }) => status)).toEqual(Array(20).fill('COMPLETED'));
      const booked = finished.map(({ result }) => minutesOf(result)).sort((a, b) => a.start - b.start);
      for (const [n, { start }] of booked.entries()) expect(start).toBeGreaterThanOrEqual(booked[n - 1]?.end ?? 0);

      child.kill(signal);
      expect(await child.ended()).toBe(0);
      expect(child.stdout() + child.stderr()).not.toContain(agent.apiKey);
    },
  );

  it('takes its key from the environment', async () => {
    const agent = await registerAgent(platform);
    const child = runNode([EXAMPLE, '--url', platform.url], { env: { CLAWCIERGE_AGENT_KEY: agent.apiKey } });
    await child.says('connected');
    child.kill('SIGTERM');
    expect(await child.ended()).toBe(0);
  });

  it('explains itself', async () => {
    const child = runNode([EXAMPLE, '--help']);
    expect(await child.ended()).toBe(0);
    expect(child.stdout()).toMatch(/^Usage: .*--url .*--token/);
    expect(child.stderr()).toBe('');
  });

  it.each([
    ['no URL', ['--token', SECRET], /--url is missing/],
    ['no key', ['--url', 'http://localhost:1'], /--token is missing/],
    ['no URL to speak of', ['--url', 'localhost:1', '--token', SECRET], /url must be an http/],
    ['a key in the URL', ['--url', `ws://h/v1/agents/a/ws?token=${SECRET}`, '--token', SECRET], /the key goes into/],
    ['an option that it does not know', ['--port', '1'], /--port/],
    ['an argument too many', ['http://localhost:1'], /http:\/\/localhost:1/],
  ])('ends with 2 and its usage, given %s', async (_name, args, message) => {
    const child = runNode([EXAMPLE, ...args]);
    expect(await child.ended()).toBe(2);
    expect(child.stderr()).toMatch(message);
    expect(child.stderr()).toContain('Usage:');
    expect(child.stderr()).not.toMatch(/\n\s+at |secret/);
    expect(child.stdout()).toBe('');
  });

  it('ends with 1 and the reason when the platform turns it away', async () => {
    const child = runNode([EXAMPLE, '--url', platform.url, '--token', SECRET]);
    expect(await child.ended()).toBe(1);
    expect(child.stderr()).toContain('The platform turned the agent away');
    expect(child.stderr()).not.toContain(SECRET);
  });
});
