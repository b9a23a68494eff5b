import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { readConfig } from '../../src/config.ts';
import { stopWithinSeconds } from '../../src/stop-within.ts';
import { agentAndSender, openChannel, readRequest, submitAccepted } from '../testkit/actors.ts';
import { GIVES_UP_SOON } from '../testkit/cluster.ts';
import { eventually, within } from '../testkit/eventually.ts';
import { ask, mutateSuccessfully } from '../testkit/graphql.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { runServerToItsEnd, startServerProcess, temporaryFolder } from '../testkit/server-process.ts';

/** Connections that the system lets wait to be accepted. */
const SOMAXCONN = '/proc/sys/net/core/somaxconn';
const WAITING_MAX = existsSync(SOMAXCONN) ? Number(readFileSync(SOMAXCONN, 'utf8')) : 0;

describe('the server as a process', () => {
  it('starts on its embedded database, says where everything is, and ends with 0 on SIGTERM', async () => {
    const folder = temporaryFolder();
    const server = await startServerProcess({ DATA_DIR: folder });
    expect(server.output()).toContain(`${server.url}/graphql`);
    expect(server.output()).toMatch(/embedded PostgreSQL/);
    expect(await ask(server, '{ agents { totalCount } }')).toEqual({ agents: { totalCount: 0 } });
    // So many at once that it has all the connections it may have.
    await Promise.all(Array.from({ length: 100 }, () => ask(server, '{ agents { totalCount } }')));
    expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(server.output()).not.toMatch(/WARN|ERROR|"level":"(warn|error)"/);
    expect(existsSync(join(folder, 'postgres', 'data', 'postmaster.pid'))).toBe(false);
  });

  it('loses no request and no contract when it is killed in mid-request, and comes back', async () => {
    const env = { DATA_DIR: temporaryFolder() };
    const first = await startServerProcess(env);
    const { agent, sender } = await agentAndSender(first);
    const channel = await openChannel(first, agent);
    const delivered = await submitAccepted(first, agent, sender);
    await channel.received(delivered.id);
    const { agent: offline } = await agentAndSender(first);
    const queued = await submitAccepted(first, offline, sender, { whenOffline: 'QUEUE' });
    await first.end('SIGKILL');

    const second = await startServerProcess({ ...env, ...GIVES_UP_SOON });
    expect(await readRequest(second, queued.id, sender)).toMatchObject({ status: 'PENDING', params: queued.params });
    const again = await openChannel(second, agent);
    expect(await again.received(delivered.id)).toMatchObject({ attempt: 2, params: delivered.params });
    const contract = 'query ($id: ID!) { agent(id: $id) { capabilities { version } } }';
    expect(await ask(second, contract, { id: agent.id })).toEqual({ agent: { capabilities: { version: 1 } } });
  });

  it('closes channels with 1001 on SIGTERM, and the requests go on after the restart', async () => {
    const { url: databaseUrl } = await createTestDatabase();
    const first = await startServerProcess({ DATABASE_URL: databaseUrl });
    const { agent, sender } = await agentAndSender(first);
    const channel = await openChannel(first, agent);
    const { id } = await submitAccepted(first, agent, sender);
    await channel.received(id);
    expect(await first.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(await channel.events.ended()).toMatchObject({ error: { code: 1001 } });

    const second = await startServerProcess({ DATABASE_URL: databaseUrl });
    const again = await openChannel(second, agent);
    expect((await again.received(id)).attempt).toBe(2);
  });

  it('ends within 10 s although a client holds its connections open', async () => {
    const { url: databaseUrl } = await createTestDatabase();
    const server = await startServerProcess({ DATABASE_URL: databaseUrl });
    const socket = new WebSocket(`${server.socketUrl}/graphql`, 'graphql-transport-ws', { autoPong: false });
    await new Promise((resolve) => socket.once('open', resolve));
    socket.pause();
    expect(await within(server.end('SIGINT'), 'end of the server', 20_000)).toEqual({ code: 0, signal: null });
    socket.terminate();
  });

  it('refuses a second platform on the same data, in one line', async () => {
    const env = { DATA_DIR: temporaryFolder() };
    await startServerProcess(env);
    const { code, output } = await runServerToItsEnd(env);
    expect(code).toBe(1);
    expect(output.trim().split('\n')).toHaveLength(1);
    expect(output).toContain(env.DATA_DIR);
  });

  it.runIf(WAITING_MAX >= 4_096)(
    'lets thousands of connections wait to be accepted, and shares its port with no other platform',
    async () => {
      const { url: databaseUrl } = await createTestDatabase();
      const server = await startServerProcess({ DATABASE_URL: databaseUrl });
      const { hostname, port } = new URL(server.url);
      const sockets: Socket[] = [];
      onTestFinished(() => {
        for (const socket of sockets) socket.destroy();
      });
      process.kill(server.pid, 'SIGSTOP');
      try {
        for (let count = 0; count < 3_000; count += 1) sockets.push(connect(Number(port), hostname));
        await within(Promise.all(sockets.map((socket) => once(socket, 'connect'))), 'all of them', 20_000);
        const { code, output } = await runServerToItsEnd({ DATABASE_URL: databaseUrl, HOST: hostname, PORT: port });
        expect(code).toBe(1);
        expect(output).toMatch(/HOST and PORT name .*EADDRINUSE/);
      } finally {
        process.kill(server.pid, 'SIGCONT');
      }
      expect(await ask(server, '{ agents { totalCount } }')).toEqual({ agents: { totalCount: 0 } });
      expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });
    },
  );

  it.each([
    ['a setting out of range', { PORT: '99999' }, /PORT/],
    ['a database of another kind', { DATABASE_URL: 'mysql://localhost/x' }, /DATABASE_URL/],
    [
      'a database that is not there',
      { DATABASE_URL: 'postgres://user:secret@127.0.0.1:1/x' },
      /DATABASE_URL.*cannot be reached \(ECONNREFUSED\)/,
    ],
  ])('stops at once, with one line and no secret, over %s', async (_name, env, line) => {
    const { code, output } = await runServerToItsEnd(env);
    expect(code).toBe(1);
    expect(output).toMatch(line);
    expect(output).not.toMatch(/secret|\n\s+at /);
  });

  it('says which port is taken', async () => {
    const { url: databaseUrl } = await createTestDatabase();
    const squatter = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => squatter.once('listening', resolve));
    const address = squatter.address();
    const port = typeof address === 'object' && address !== null ? String(address.port) : '';
    const { code, output } = await runServerToItsEnd({ DATABASE_URL: databaseUrl, PORT: port });
    squatter.close();
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`PORT.*${port}`));
  });

  it('serves for SHUTDOWN_DRAIN_SECONDS as one that stops soon, and stops at once on a second signal', async () => {
    const { url: databaseUrl } = await createTestDatabase();
    const server = await startServerProcess({ DATABASE_URL: databaseUrl, SHUTDOWN_DRAIN_SECONDS: '600' });
    const { agent, sender } = await agentAndSender(server);
    const channel = await openChannel(server, agent);
    expect((await fetch(`${server.url}/health/ready`)).headers.get('connection')).toBe('keep-alive');
    process.kill(server.pid, 'SIGTERM');
    await eventually(async () => {
      const ready = await fetch(`${server.url}/health/ready`);
      expect(ready.status).toBe(503);
      expect(await ready.json()).toMatchObject({ detail: 'Not ready: node (stopping).' });
      expect(ready.headers.get('connection')).toBe('close');
    });
    const { id } = await submitAccepted(server, agent, sender);
    await channel.received(id);
    await openChannel(server, agent);
    expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });
  });

  it('takes no longer to stop than docker compose lets it', () => {
    const { shutdownDrainSeconds, ...config } = readConfig({ APP_ENV: 'production' });
    const compose = readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8');
    const periods = [...compose.matchAll(/stop_grace_period: (\d+)s/g)].map(([, seconds]) => Number(seconds));
    expect(periods).not.toEqual([]);
    for (const seconds of periods) expect(seconds).toBeGreaterThan(shutdownDrainSeconds + stopWithinSeconds(config));
  });

  it('gives agents as long as SHUTDOWN_GRACE_SECONDS says to finish what they acknowledged', async () => {
    const { url: databaseUrl } = await createTestDatabase();
    const server = await startServerProcess({ DATABASE_URL: databaseUrl, SHUTDOWN_GRACE_SECONDS: '10' });
    const { agent, sender } = await agentAndSender(server);
    const channel = await openChannel(server, agent);
    const { id } = await submitAccepted(server, agent, sender);
    await channel.received(id);
    await mutateSuccessfully(server, 'acknowledgeRequest', { requestId: id }, 'request { status }', agent);
    const startedAt = performance.now();
    expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(performance.now() - startedAt).toBeGreaterThan(9_500);
  });
});
