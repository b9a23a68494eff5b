import { expect, it } from 'vitest';
import { registerSender } from '../../testkit/actors.ts';
import { eventually } from '../../testkit/eventually.ts';
import { platformForTest } from '../../testkit/platform.ts';
import { agentAtWork, clientUnderTest, TRANSPORTS } from './agent-under-test.ts';

const REQUESTS = 30;

it.each(TRANSPORTS)(
  'an honest sender’s request is the next one, whatever a stranger has in line, over %s',
  async (transport) => {
    const platform = await platformForTest();
    const served = await agentAtWork(platform, transport, { concurrency: 1 });
    const stranger = clientUnderTest(platform, await registerSender(platform));
    const first = await stranger.submit(served.to);
    await served.gate.entry();
    const others = await Promise.all(Array.from({ length: REQUESTS }, () => stranger.submit(served.to)));
    const honest = await served.submit();
    await eventually(
      async () => expect(await served.client.read(honest.id)).toMatchObject({ status: 'ACKED' }),
      30_000,
    );
    served.gate.open();
    expect(await served.client.wait(honest.id)).toMatchObject({ status: 'COMPLETED' });
    for (const { id } of [first, ...others]) {
      expect(await stranger.wait(id)).toMatchObject({ status: 'COMPLETED' });
    }
    const lines = served.log.filter((line) => line.startsWith('debug finished'));
    const order = lines.map((line) => JSON.parse(line.slice(line.indexOf('{'))).requestId);
    expect(order.slice(0, 2)).toEqual([first.id, honest.id]);
    expect(order).toHaveLength(REQUESTS + 2);
  },
);

it('what is beyond a stranger’s share of the queue is left unacked and done when it is delivered again', async () => {
  const env = { DELIVERY_ACK_TIMEOUT_SECONDS: '0.5', DELIVERY_MAX_ATTEMPTS: '100' };
  const platform = await platformForTest({ env });
  const served = await agentAtWork(platform, 'graphql', { concurrency: 1, queueLimit: 10 });
  const stranger = clientUnderTest(platform, await registerSender(platform));
  const submitted = await Promise.all(Array.from({ length: REQUESTS }, () => stranger.submit(served.to)));
  await served.gate.entry();
  const ofStranger = async () => {
    const states = await Promise.all(submitted.map(({ id }) => stranger.read(id)));
    return states.filter(({ status }) => status === 'ACKED').length;
  };
  // One that runs, and all but a tenth of ten that wait.
  await eventually(async () => expect(await ofStranger()).toBe(1 + 9), 30_000);
  const honest = await served.submit();
  await eventually(async () => expect(await served.client.read(honest.id)).toMatchObject({ status: 'ACKED' }), 30_000);
  expect(await ofStranger()).toBe(1 + 9);
  expect(served.log.join('\n')).toContain('warn its sender has its share of the queue, so a request is left unacked');
  served.gate.open();
  for (const { id } of submitted) expect(await stranger.wait(id)).toMatchObject({ status: 'COMPLETED' });
  expect(await served.client.wait(honest.id)).toMatchObject({ status: 'COMPLETED' });
});
