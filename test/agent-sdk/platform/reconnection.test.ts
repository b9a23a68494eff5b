import { describe, expect, it } from 'vitest';
import { readRequest, untilStatus } from '../../testkit/actors.ts';
import { eventually } from '../../testkit/eventually.ts';
import { createManualClock } from '../../testkit/manual-clock.ts';
import { platformForFile, platformForTest, startTestPlatform, type TestPlatform } from '../../testkit/platform.ts';
import { createTestDatabase } from '../../testkit/postgres.ts';
import { type AgentUnderTest, agentAtWork, clientUnderTest, TRANSPORTS, WORK } from './agent-under-test.ts';
import { tcpProxyFor } from './tcp-proxy.ts';

const platform = platformForFile();

/** What the agent said of outcomes that did not get through, or that came second. */
const troubles = ({ log }: AgentUnderTest) => log.filter((line) => line.includes('outcome'));

/** The agent has it for the second time, so that a report cannot cross the redelivery on the way. */
const untilRedelivered = (at: TestPlatform, id: string, sender: { readonly apiKey: string }) =>
  eventually(async () => {
    expect(await readRequest(at, id, sender)).toMatchObject({ status: 'ACKED', attempts: 2 });
  });

describe.each(TRANSPORTS)('an agent that loses its connection, over %s', (transport) => {
  /** An agent at work, with a network in between. */
  async function atWork(at: TestPlatform, options = {}) {
    const proxy = await tcpProxyFor(at);
    return { ...(await agentAtWork(at, transport, options, proxy)), proxy };
  }

  it('goes on working while the connection is cut, and reports once when it is back', async () => {
    const { tested, proxy, gate, sender, submit, losses, openings } = await atWork(platform);
    const { id } = await submit();
    const signal = await gate.entry();
    proxy.cut();
    expect(await losses.take()).toMatchObject({ code: 1006, retry: 'backoff' });
    await openings.take();
    await untilRedelivered(platform, id, sender);
    gate.open();
    expect(await untilStatus(platform, id, sender, 'COMPLETED')).toMatchObject({ result: { attempt: 1 } });
    expect(signal.aborted).toBe(false);
    expect(gate.entered).toBe(1);
    expect(troubles(tested)).toEqual([]);
  });

  it('reports on the next connection what it finished without one', async () => {
    const { proxy, gate, sender, submit, losses } = await atWork(platform);
    const { id } = await submit();
    await gate.entry();
    proxy.leadTo(null);
    proxy.cut();
    await losses.take();
    gate.open();
    await losses.take();
    proxy.leadTo(platform.url);
    expect(await untilStatus(platform, id, sender, 'COMPLETED')).toMatchObject({ result: { attempt: 1 } });
    expect(gate.entered).toBe(1);
  });

  it('answers a redelivery from memory when its report was lost on the way', async () => {
    const { proxy, gate, sender, submit, agent } = await atWork(platform);
    const { id } = await submit();
    await gate.entry();
    // The platform sees the ack, and then nothing more of this connection.
    await untilStatus(platform, id, sender, 'ACKED');
    proxy.muteClients();
    gate.open();
    await submit({ params: { after: 'the outcome was said into the void' } });
    await gate.entry();
    proxy.cut();
    const finished = await untilStatus(platform, id, sender, 'COMPLETED');
    expect(finished).toMatchObject({ result: { attempt: 1 } });
    expect(gate.entered).toBe(2);
    await agent.stop();
  });

  it('works through a restart of the platform: the handler runs once, its outcome is taken once', async () => {
    const { url: databaseUrl } = await createTestDatabase();
    const first = await startTestPlatform({ databaseUrl, env: { SHUTDOWN_GRACE_SECONDS: '0' } });
    const { tested, gate, sender, submit } = await agentAtWork(first, transport);
    const { id } = await submit();
    await gate.entry();
    await first.stop();
    expect(await tested.losses.take()).toMatchObject({ code: 1001, retry: 'at-once' });

    const second = await platformForTest({ databaseUrl, env: { PORT: new URL(first.url).port } });
    await tested.openings.take();
    await untilRedelivered(second, id, sender);
    gate.open();
    const finished = await untilStatus(second, id, sender, 'COMPLETED');
    expect(finished).toMatchObject({ result: { attempt: 1 }, attempts: 2 });
    expect(gate.entered).toBe(1);
    expect(troubles(tested)).toEqual([]);
    expect(second.log.errors()).toEqual([]);
  });

  it('follows a node that shuts down to another one', async () => {
    const { url: databaseUrl } = await createTestDatabase();
    const leaving = await platformForTest({ databaseUrl });
    const staying = await platformForTest({ databaseUrl });
    const { proxy, gate, sender, registered, losses, openings } = await atWork(leaving);
    gate.open();
    proxy.leadTo(staying.url);
    await leaving.stop();
    expect(await losses.take()).toMatchObject({ code: 1001, retry: 'at-once' });
    await openings.take();
    const client = clientUnderTest(staying, sender);
    expect(await client.request({ handle: registered.handle, ...WORK })).toMatchObject({ status: 'COMPLETED' });
  });

  it('connects again when the platform heard nothing of it (4008)', async () => {
    const env = { WS_HEARTBEAT_INTERVAL_SECONDS: '0.1', WS_HEARTBEAT_TIMEOUT_SECONDS: '0.4' };
    const { proxy, losses, openings } = await atWork(await platformForTest({ env }));
    proxy.muteClients();
    expect(await losses.take()).toMatchObject({ code: 4008, retry: 'backoff' });
    await openings.take();
  });

  it('stays connected while nothing is to do, by answering the platform’s pings', async () => {
    const clock = createManualClock();
    const { proxy, losses } = await atWork(await platformForTest({ clock }));
    // Five times 20 s are more than the 60 s after which a silent channel is closed.
    for (let n = 0; n < 5; n += 1) {
      const before = proxy.bytesFromClients();
      clock.advance(20_000);
      await eventually(() => expect(proxy.bytesFromClients()).toBeGreaterThan(before));
    }
    expect(losses.pending()).toEqual([]);
  });

  it('cuts a connection on which it hears nothing, and connects again', async () => {
    const { proxy, losses, openings } = await atWork(platform, { keepAliveMs: 100, silenceMs: 500 });
    proxy.muteServer();
    expect(await losses.take()).toMatchObject({ code: 1006, reason: 'nothing was heard from the platform' });
    await openings.take();
  });
});
