import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentAndSender } from '../../testkit/actors.ts';
import { startTestPlatform, type TestPlatform } from '../../testkit/platform.ts';
import { ANY_WORK, agentUnderTest, clientUnderTest, start, TRANSPORTS, WORK } from './agent-under-test.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform({ env: { WS_MAX_MESSAGE_SIZE: '4096' } });
});
afterAll(() => platform.stop());

describe.each(TRANSPORTS)('a platform that takes smaller messages than the agent was told, over %s', (transport) => {
  it('has large results reported by HTTP, and no connection ended', async () => {
    const { agent, sender } = await agentAndSender(platform, ANY_WORK);
    const tested = agentUnderTest(platform, agent, transport);
    let runs = 0;
    tested.agent.on(WORK.action, ({ params }) => {
      runs += 1;
      return 'x'.repeat(Number(params.size));
    });
    await start(tested);
    const client = clientUnderTest(platform, sender);
    const resultOf = (size: number) =>
      client.request({ handle: agent.handle, ...WORK, params: { size }, whenOffline: 'QUEUE' });

    for (const size of [10_000, 12_000, 1_000]) {
      expect(await resultOf(size)).toMatchObject({ status: 'COMPLETED', result: 'x'.repeat(size) });
    }
    expect(runs).toBe(3);
    expect(tested.losses.pending()).toEqual([]);
  });

  it('learns that also when it is asked only for such results', async () => {
    const { agent, sender } = await agentAndSender(platform, ANY_WORK);
    const tested = agentUnderTest(platform, agent, transport);
    tested.agent.on(WORK.action, () => 'x'.repeat(20_000));
    await start(tested);
    const client = clientUnderTest(platform, sender);
    const input = { handle: agent.handle, ...WORK, whenOffline: 'QUEUE' } as const;
    const finished = await Promise.all(Array.from({ length: 8 }, () => client.request(input)));
    expect(finished.map((each) => each.status)).toEqual(Array(8).fill('COMPLETED'));
  });
});
