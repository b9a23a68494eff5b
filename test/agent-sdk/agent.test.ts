import { describe, expect, it } from 'vitest';
import { ClawciergeAgent, type ClawciergeAgentOptions, silentLogger } from '../../agent-sdk/src/index.ts';
import { FakeClock, settled } from './fake-clock.ts';

/** Port 1 refuses connections, so that the agent is always between two tries. */
const NOWHERE = { url: 'http://127.0.0.1:1', apiKey: 'clw_agent_x' };

describe('ClawciergeAgent', () => {
  it.each<[Partial<ClawciergeAgentOptions>, RegExp]>([
    [{ url: 'localhost:8000' }, /url/],
    [{ apiKey: '' }, /apiKey/],
    [{ concurrency: 0 }, /concurrency/],
    [{ queueLimit: 0.5 }, /queueLimit/],
    [{ backoffBaseMs: Number.NaN }, /backoffBaseMs/],
    [{ keepAliveMs: 1_000, silenceMs: 1_000 }, /silenceMs/],
    [{ maxMessageBytes: 1 }, /maxMessageBytes/],
    [{ transport: 'carrier-pigeon' as 'graphql' }, /transport/],
  ])('names the option that is wrong: %j', (options, name) => {
    expect(() => new ClawciergeAgent({ ...NOWHERE, ...options })).toThrow(name);
  });

  it('survives hooks that fail, at once or later', async () => {
    const errors: string[] = [];
    const failures = Promise.withResolvers<void>();
    const quiet = () => {};
    const agent = new ClawciergeAgent({
      ...NOWHERE,
      backoffBaseMs: 1,
      logger: {
        debug: quiet,
        info: quiet,
        warn: quiet,
        error: (message) => {
          errors.push(message);
          if (errors.length === 2) failures.resolve();
        },
      },
      onDisconnected: () => {
        if (errors.length === 0) throw new Error('at once');
        return Promise.reject(new Error('later'));
      },
    });
    void agent.start();
    await failures.promise;
    await agent.stop();
    expect(errors).toEqual(['onDisconnected failed', 'onDisconnected failed']);
  });

  it('leaves no timer behind when it stops before anything was reached', async () => {
    const clock = new FakeClock();
    const lost = Promise.withResolvers<void>();
    const agent = new ClawciergeAgent({
      ...NOWHERE,
      clock,
      logger: silentLogger,
      onDisconnected: () => lost.resolve(),
    });
    const started = agent.start().catch((error: unknown) => error);
    await lost.promise;
    await agent.stop();
    await settled();
    expect(clock.pending).toBe(0);
    expect(await started).toMatchObject({ message: 'The agent was stopped before its channel was open.' });
    await agent.closed;
  });

  it('gives up asking whose its key is when it stops', async () => {
    const asked = Promise.withResolvers<AbortSignal>();
    const agent = new ClawciergeAgent({
      ...NOWHERE,
      transport: 'websocket',
      fetch: (_url, { signal }) =>
        new Promise((_resolve, reject) => {
          if (!signal) throw new Error('there is no signal');
          asked.resolve(signal);
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        }),
    });
    void agent.start();
    const signal = await asked.promise;
    await agent.stop();
    expect(signal.aborted).toBe(true);
  });

  it('can be stopped before it starts, and does not start then', async () => {
    const agent = new ClawciergeAgent(NOWHERE);
    await agent.stop();
    await expect(agent.start()).rejects.toThrow(/stopped/);
    await agent.run();
  });
});
