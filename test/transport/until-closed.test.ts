import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { type Connection, closedSignal, untilClosed } from '../../src/transport/until-closed.ts';

type Pair = { readonly connection: Connection; readonly leave: () => void };

/** The platform's end of each kind of connection, and how its caller leaves. */
const kinds: Readonly<Record<string, () => Promise<Pair>>> = {
  'a socket': async () => {
    const { server, port } = await listening();
    const client = connect(port);
    const [socket] = (await once(server, 'connection')) as [Duplex];
    return { connection: socket, leave: () => client.destroy() };
  },
  'an answer': async () => {
    const { server, port } = await listening();
    const client = connect(port);
    client.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    const [, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];
    return { connection: response, leave: () => client.destroy() };
  },
  'a WebSocket': async () => {
    const { server, port } = await listening();
    const sockets = new WebSocketServer({ server });
    const client = new WebSocket(`ws://127.0.0.1:${port}`);
    const [socket] = (await once(sockets, 'connection')) as [WebSocket];
    await once(client, 'open');
    return { connection: socket, leave: () => client.terminate() };
  },
};

async function listening() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, port: (server.address() as AddressInfo).port };
}

describe.each(Object.entries(kinds))('what ends with %s', (_name, open) => {
  it('ends when the caller leaves, once', async () => {
    const { connection, leave } = await open();
    let ends = 0;
    untilClosed(connection, () => ends++);
    const signal = closedSignal(connection);
    expect([ends, signal.aborted]).toEqual([0, false]);
    leave();
    await once(connection, 'close');
    expect([ends, signal.aborted]).toEqual([1, true]);
  });

  it('ends at once when the caller has left before', async () => {
    const { connection, leave } = await open();
    leave();
    await once(connection, 'close');
    let ends = 0;
    untilClosed(connection, () => ends++);
    expect(ends).toBe(1);
    expect(closedSignal(connection).aborted).toBe(true);
  });

  it('is not told when it has stopped listening', async () => {
    const { connection, leave } = await open();
    let ends = 0;
    untilClosed(connection, () => ends++)();
    leave();
    await once(connection, 'close');
    expect(ends).toBe(0);
  });
});
