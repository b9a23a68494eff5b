import { describe, expect, it } from 'vitest';
import { agentAndSender, openChannel, submitAccepted, untilStatus } from '../testkit/actors.ts';
import { startAgentProcess } from '../testkit/agent-process.ts';
import { nth, startNodes } from '../testkit/cluster.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask } from '../testkit/graphql.ts';
import { tcpProxy } from '../testkit/tcp-proxy.ts';

const portOf = (url: string): number => Number(new URL(url).port);

async function agentBehindAProxy(env: Readonly<Record<string, string>> = {}) {
  const nodes = await startNodes({ env });
  const [a, b] = [nth(nodes, 0), nth(nodes, 1)];
  const proxy = await tcpProxy(portOf(a.url));
  const proxied = { url: `http://127.0.0.1:${proxy.port}`, socketUrl: `ws://127.0.0.1:${proxy.port}` };
  return { a, b, proxy, proxied, ...(await agentAndSender(a)) };
}

describe('an agent whose connection', () => {
  it('is cut gets what is open again as soon as it is back, on any node', async () => {
    const { b, proxy, proxied, agent, sender } = await agentBehindAProxy();
    const first = await openChannel(proxied, agent);
    const { id } = await submitAccepted(b, agent, sender);
    await first.received(id);
    proxy.cut();
    await first.events.ended();
    const second = await openChannel(b, agent);
    expect((await second.received(id)).attempt).toBe(2);
  });

  it('is half-open is given up after the heartbeat timeout, and its other replica gets what it had', async () => {
    const { a, b, proxy, proxied, agent, sender } = await agentBehindAProxy({ WS_HEARTBEAT_TIMEOUT_SECONDS: '3' });
    const silent = await openChannel(proxied, agent);
    const { id } = await submitAccepted(a, agent, sender);
    await silent.received(id);
    const replica = await openChannel(b, agent);
    proxy.stall();
    // Long before DELIVERY_ACK_TIMEOUT_SECONDS.
    expect((await replica.received(id)).attempt).toBe(2);
  });

  it('is half-open does not hold back what is sent meanwhile for longer than the ack timeout', async () => {
    const { a, b, proxy, proxied, agent, sender } = await agentBehindAProxy({
      DELIVERY_ACK_TIMEOUT_SECONDS: '1',
    });
    await openChannel(proxied, agent);
    const replica = await openChannel(b, agent);
    proxy.stall();
    const sent = await Promise.all(Array.from({ length: 4 }, () => submitAccepted(a, agent, sender)));
    for (const { id } of sent) await replica.received(id);
  });

  it('is slow gets everything all the same, once', async () => {
    const { a, proxy, proxied, agent, sender } = await agentBehindAProxy();
    const channel = await openChannel(proxied, agent);
    proxy.delay(300);
    const sent = await Promise.all(Array.from({ length: 10 }, () => submitAccepted(a, agent, sender)));
    for (const { id } of sent) expect((await channel.received(id)).attempt).toBe(1);
  });

  it('comes and goes all the time finishes everything in the end', async () => {
    const { a, proxy, proxied, agent, sender } = await agentBehindAProxy();
    await startAgentProcess(proxied, agent);
    const sent: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      const batch = await Promise.all(
        Array.from({ length: 5 }, () => submitAccepted(a, agent, sender, { whenOffline: 'QUEUE' })),
      );
      sent.push(...batch.map(({ id }) => id));
      proxy.cut();
      await eventually(() => expect(proxy.connections()).toBeGreaterThan(0));
    }
    for (const id of sent) await untilStatus(a, id, sender, 'COMPLETED');
  });
});

describe('an agent that hangs', () => {
  it('loses what it did not ack to its other replica when the ack timeout is over', async () => {
    const nodes = await startNodes({ env: { DELIVERY_ACK_TIMEOUT_SECONDS: '2' } });
    const [a, b] = [nth(nodes, 0), nth(nodes, 1)];
    const { agent, sender } = await agentAndSender(a);
    const hung = await openChannel(a, agent);
    const { id } = await submitAccepted(a, agent, sender);
    await hung.received(id);
    const replica = await openChannel(b, agent);
    // While the replica was not there yet the one that hangs may have got it again.
    expect((await replica.received(id)).attempt).toBeGreaterThan(1);
  });

  it('closes, and what it had is somebody else’s at once', async () => {
    const nodes = await startNodes();
    const [a, b] = [nth(nodes, 0), nth(nodes, 1)];
    const { agent, sender } = await agentAndSender(a);
    const leaving = await openChannel(a, agent);
    const { id } = await submitAccepted(a, agent, sender);
    await leaving.received(id);
    const replica = await openChannel(b, agent);
    await leaving.close();
    expect((await replica.received(id)).attempt).toBe(2);
  });
});

it('an agent stays connected while one of its channels on another node ends', async () => {
  const nodes = await startNodes();
  const [a, b] = [nth(nodes, 0), nth(nodes, 1)];
  const { agent, sender } = await agentAndSender(a);
  const first = await openChannel(a, agent);
  const second = await openChannel(b, agent);
  // Both are open when both got something.
  const isRequest = ({ __typename }: { __typename: string }) => __typename === 'RequestReceived';
  await eventually(async () => {
    await submitAccepted(a, agent, sender);
    await second.events.take(isRequest, 'a request', 100);
  });
  await first.close();
  for (const node of [a, b]) {
    expect(await ask(node, 'query ($id: ID!) { agent(id: $id) { status } }', { id: agent.id })).toEqual({
      agent: { status: 'ACTIVE' },
    });
  }
});
