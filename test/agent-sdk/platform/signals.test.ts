import { describe, expect, it } from 'vitest';
import { RequestCancelledError, RequestExpiredError } from '../../../agent-sdk/src/index.ts';
import { untilStatus } from '../../testkit/actors.ts';
import { platformForFile } from '../../testkit/platform.ts';
import { aborted, agentAtWork, TRANSPORTS } from './agent-under-test.ts';

const platform = platformForFile();

describe.each(TRANSPORTS)('a handler’s signal, over %s', (transport) => {
  it('fires when the sender cancels, and what the handler says then goes nowhere', async () => {
    const { client, to, gate, log, sender, agent } = await agentAtWork(platform, transport);
    const { id } = await client.submit(to);
    const signal = await gate.entry();
    expect(await client.cancel(id, 'The meeting is off.')).toMatchObject({ status: 'CANCELLED' });
    const reason = await aborted(signal);
    expect(reason).toBeInstanceOf(RequestCancelledError);
    expect(reason).toMatchObject({ message: 'The meeting is off.', code: 'request_cancelled' });
    gate.open();
    await agent.stop();
    expect(log.filter((line) => line.startsWith('warn'))).toEqual([]);
    await untilStatus(platform, id, sender, 'CANCELLED');
  });

  it('fires when the request expires', async () => {
    const { client, to, gate } = await agentAtWork(platform, transport);
    const submitted = await client.submit({ ...to, expiresInSeconds: 1 });
    const reason = await aborted(await gate.entry());
    expect([RequestCancelledError, RequestExpiredError]).toContain(Object(reason).constructor);
    expect(await client.wait(submitted.id)).toMatchObject({ status: 'TIMEOUT', error: { code: 'timeout' } });
  });

  it('lets a cancelled request that waits for its turn never run', async () => {
    const { client, to, gate, sender } = await agentAtWork(platform, transport, { concurrency: 1 });
    const first = await client.submit(to);
    await gate.entry();
    const second = await client.submit(to);
    await untilStatus(platform, second.id, sender, 'ACKED');
    await client.cancel(second.id);
    gate.open();
    expect(await client.wait(first.id)).toMatchObject({ status: 'COMPLETED' });
    expect(await client.request(to)).toMatchObject({ status: 'COMPLETED' });
    expect(gate.entered).toBe(2);
  });
});
