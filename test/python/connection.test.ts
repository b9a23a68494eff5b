import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { tcpProxyFor } from '../agent-sdk/platform/tcp-proxy.ts';
import { agentAndSender, readRequest, registerSender, untilStatus } from '../testkit/actors.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask, mutateSuccessfully } from '../testkit/graphql.ts';
import { platformForFile, platformForTest, startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { pythonWithWebsockets, withoutPython } from '../testkit/python.ts';
import { pythonAgent, pythonAgentAtWork } from './python-agent.ts';

const platform = platformForFile({ env: { CHANNELS_PER_AGENT_MAX: '2' } });

beforeEach(({ skip }) => {
  if (pythonWithWebsockets === null) skip(withoutPython);
});

/** An agent at work with a network in between. */
async function behindProxy(options = {}) {
  const proxy = await tcpProxyFor(platform);
  return { ...(await pythonAgentAtWork(platform, options, proxy)), proxy };
}

/** The agent has it for the second time, so that a report cannot cross the redelivery on the way. */
const untilRedelivered = (at: TestPlatform, id: string, by: { readonly apiKey: string }) =>
  eventually(async () => {
    expect(await readRequest(at, id, by)).toMatchObject({ status: 'ACKED', attempts: 2 });
  });

describe('an agent of the Python SDK that loses its connection', () => {
  it('goes on working meanwhile, and reports once when it is back', async () => {
    const { submit, sender, take, tell, has, proxy } = await behindProxy();
    const { id } = await submit();
    await take('entered', id);
    proxy.cut();
    expect(await take('disconnected')).toMatchObject({ code: 1006, retry: 'backoff' });
    await take('connected');
    await untilRedelivered(platform, id, sender);
    tell({ do: 'open' });
    expect(await untilStatus(platform, id, sender, 'COMPLETED')).toMatchObject({ result: { attempt: 1 } });
    expect([has('entered'), has('cancelled')]).toEqual([[], []]);
  });

  it('reports on the next connection what it finished without one', async () => {
    const { submit, sender, take, tell, has, proxy } = await behindProxy();
    const { id } = await submit();
    await take('entered', id);
    proxy.leadTo(null);
    proxy.cut();
    await take('disconnected');
    tell({ do: 'open' });
    await take('disconnected');
    proxy.leadTo(platform.url);
    expect(await untilStatus(platform, id, sender, 'COMPLETED')).toMatchObject({ result: { attempt: 1 } });
    expect(has('entered')).toEqual([]);
  });

  it('answers a redelivery from memory when its report was lost on the way', async () => {
    const { submit, sender, take, tell, has, proxy } = await behindProxy();
    const { id } = await submit();
    await take('entered', id);
    await untilStatus(platform, id, sender, 'ACKED');
    proxy.muteClients();
    tell({ do: 'open' });
    const after = await submit();
    await take('entered', after.id);
    proxy.cut();
    expect(await untilStatus(platform, id, sender, 'COMPLETED')).toMatchObject({ result: { attempt: 1 } });
    expect(has('entered')).toEqual([]);
  });

  it('cuts one on which it hears nothing, and connects again', async () => {
    const { take, proxy } = await behindProxy({ keep_alive: 0.1, silence: 0.5 });
    proxy.muteServer();
    expect(await take('disconnected')).toMatchObject({ code: 1006, reason: 'nothing was heard from the platform' });
    await take('connected');
  });

  it('gives up by its own clock what expires without a connection', async () => {
    const { submit, take, proxy } = await behindProxy();
    const { id } = await submit({}, { expiresInSeconds: 3 });
    await take('entered', id);
    proxy.muteServer();
    expect(await take('cancelled', id)).toMatchObject({ reason: 'expired' });
  });

  it('works through a restart of the platform', async () => {
    const { url: databaseUrl } = await createTestDatabase();
    const first = await startTestPlatform({ databaseUrl, env: { SHUTDOWN_GRACE_SECONDS: '0' } });
    const { submit, sender, take, tell, has } = await pythonAgentAtWork(first);
    const { id } = await submit();
    await take('entered', id);
    await first.stop();
    expect(await take('disconnected')).toMatchObject({ code: 1001, retry: 'at-once' });
    const second = await platformForTest({ databaseUrl, env: { PORT: new URL(first.url).port } });
    await take('connected');
    await untilRedelivered(second, id, sender);
    tell({ do: 'open' });
    expect(await untilStatus(second, id, sender, 'COMPLETED')).toMatchObject({ result: { attempt: 1 } });
    expect(has('entered')).toEqual([]);
    expect(second.log.errors()).toEqual([]);
  });
});

describe('an agent of the Python SDK behind TLS', () => {
  const certificates = new URL('../postgres/certificates/', import.meta.url);

  /** What ends TLS in front of the platform. */
  async function tlsFront() {
    const read = (name: string) => readFileSync(new URL(name, certificates));
    const { hostname: host, port } = new URL(platform.url);
    const front = createTlsServer({ key: read('server.key'), cert: read('server.crt') }, (near) => {
      const far = connect({ host, port: Number(port) });
      near.on('error', () => far.destroy()).pipe(far);
      far.on('error', () => near.destroy()).pipe(near);
    }).listen(0, 'localhost');
    front.on('tlsClientError', () => {});
    await once(front, 'listening');
    onTestFinished(() => void front.close());
    return { url: `https://localhost:${(front.address() as AddressInfo).port}` };
  }

  it('works with whom it trusts, and tells its key to nobody else', async () => {
    const front = await tlsFront();
    const ca = fileURLToPath(new URL('authority.crt', certificates));
    const { submit, sender, agent } = await pythonAgentAtWork(platform, { ca }, front);
    for (const size of [10, 100_000]) {
      const { id } = await submit({ do: 'large', size });
      await untilStatus(platform, id, sender, 'COMPLETED');
    }
    const stranger = pythonAgent(front, agent);
    expect(await stranger.take('disconnected')).toMatchObject({ reason: expect.stringContaining('certificate') });
  });
});

describe('an agent of the Python SDK that is turned away', () => {
  it('stops when it is deleted, and gives up what runs', async () => {
    const { submit, take, ended, agent } = await pythonAgentAtWork(platform, { until: 'signal' });
    const { id } = await submit();
    await take('entered', id);
    await mutateSuccessfully(platform, 'deleteAgent', { agentId: agent.id }, '__typename', agent);
    expect(await take('turned away')).toMatchObject({ code: 4001 });
    expect(await ended()).toBe(3);
  });

  it('never starts with a key that opens nothing, or somebody else’s', async () => {
    const { agent } = await agentAndSender(platform);
    const channel = { url: `${platform.socketUrl}/v1/agents/${agent.id}/ws` };
    const cases = [
      [platform, { apiKey: 'clw_agent_nobody' }, 'unauthenticated'],
      [channel, { apiKey: 'clw_agent_nobody' }, 401],
      [platform, await registerSender(platform), 'forbidden'],
      [channel, await registerSender(platform), 403],
    ] as const;
    for (const [at, key, code] of cases) {
      const { take, ended, log } = pythonAgent(at, key);
      expect(await take('turned away')).toMatchObject({ code });
      expect(await ended()).toBe(3);
      expect(log()).not.toContain(key.apiKey);
    }
  });

  it('tries again slowly while the agent holds as many channels as it may', async () => {
    const { agent, tell, take } = await pythonAgentAtWork(platform);
    await pythonAgent(platform, agent).take('connected');
    const oneMore = pythonAgent(platform, agent, { backoff_cap: 2 });
    const loss = await oneMore.take('disconnected');
    expect(loss).toMatchObject({ code: 4009, retry: 'slowly' });
    expect(loss.retry_in).toBeGreaterThanOrEqual(1);
    expect(oneMore.has('connected')).toEqual([]);
    tell({ do: 'stop' });
    await take('stopped');
    await oneMore.take('connected');
  });

  it('does for a code that it does not know what the range of it says', async () => {
    const codes = [4150, 4250, 4350];
    const peer = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(peer, 'listening');
    onTestFinished(() => void peer.close());
    peer.on('connection', (socket) => socket.close(codes.shift() ?? 1000, 'as told'));
    const { port } = peer.address() as AddressInfo;
    const at = { url: `ws://127.0.0.1:${port}/v1/agents/a1/ws` };
    const { take, ended } = pythonAgent(at, { apiKey: 'clw_agent_x' }, { backoff_cap: 0.5 });
    expect(await take('disconnected')).toMatchObject({ code: 4150, retry: 'backoff', reason: 'as told' });
    expect(await take('disconnected')).toMatchObject({ code: 4250, retry: 'slowly' });
    expect(await take('turned away')).toMatchObject({ code: 4350 });
    expect(await ended()).toBe(3);
  });
});

describe('an agent of the Python SDK that is told to end', () => {
  it('finishes and reports what runs, and takes nothing new', async () => {
    const { submit, sender, take, tell, kill, ended, has, agent } = await pythonAgentAtWork(platform, {
      until: 'signal',
    });
    const { id } = await submit();
    await take('entered', id);
    await untilStatus(platform, id, sender, 'ACKED');
    kill('SIGTERM');
    const late = await submit({ do: 'echo' }, { whenOffline: 'QUEUE' });
    tell({ do: 'open' });
    expect(await ended()).toBe(0);
    expect(await readRequest(platform, id, sender)).toMatchObject({ status: 'COMPLETED', result: { attempt: 1 } });
    expect(has('entered').map((line) => line.id)).not.toContain(late.id);
    await eventually(async () => {
      const { agent: now } = await ask(platform, 'query ($id: ID!) { agent(id: $id) { status } }', { id: agent.id });
      expect(now.status).toBe('INACTIVE');
    });
  });

  it('leaves to the next what it does not finish in time, and ends at once when told twice', async () => {
    const { submit, sender, take, kill, ended, agent } = await pythonAgentAtWork(platform, { until: 'signal' });
    const ids = [(await submit()).id, (await submit({}, { action: 'work.blocking' })).id];
    for (const id of ids) await take('entered', id);
    kill('SIGTERM');
    kill('SIGINT');
    for (const id of ids) expect(await take('cancelled', id)).toMatchObject({ reason: 'stopping' });
    expect(await ended()).toBe(0);
    const next = pythonAgent(platform, agent);
    next.tell({ do: 'open' });
    for (const id of ids) await untilStatus(platform, id, sender, 'COMPLETED');
  });
});
