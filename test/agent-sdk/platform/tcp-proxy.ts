import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

type Pair = { readonly near: Socket; readonly far: Socket };

/** A network between a client and a platform, which a test cuts, stops and redirects. */
export type TcpProxy = {
  readonly url: string;
  readonly socketUrl: string;
  /** New connections go there from now on; null refuses them. */
  leadTo(url: string | null): void;
  /** Cuts every connection, without a closing handshake. */
  cut(): void;
  /** From now on nothing that the clients of today's connections say arrives. */
  muteClients(): void;
  /** From now on the clients of today's connections hear nothing. */
  muteServer(): void;
  /** How many connections have been made through it. */
  connections(): number;
  /** How many bytes the clients have sent through it. */
  bytesFromClients(): number;
};

/** A proxy to the platform on a free port; gone when the test is over. */
export async function tcpProxyFor(platform: { readonly url: string }): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  let target: string | null = platform.url;
  let connections = 0;
  let bytesFromClients = 0;
  const server = createServer((near) => {
    near.on('error', () => {});
    if (target === null) return void near.destroy();
    connections += 1;
    const { hostname: host, port } = new URL(target);
    const far = connect({ host, port: Number(port) });
    far.on('error', () => {});
    const pair = { near, far };
    pairs.add(pair);
    near.on('data', (data) => {
      bytesFromClients += data.length;
    });
    near.pipe(far);
    far.pipe(near);
    near.once('close', () => {
      pairs.delete(pair);
      far.destroy();
    });
    far.once('close', () => near.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const { near, far } of pairs) {
      near.destroy();
      far.destroy();
    }
  };
  onTestFinished(() => {
    server.close();
    cut();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    socketUrl: `ws://127.0.0.1:${port}`,
    leadTo(url) {
      target = url;
    },
    cut,
    muteClients() {
      for (const { near, far } of pairs) near.unpipe(far).resume();
    },
    muteServer() {
      for (const { near, far } of pairs) far.unpipe(near).resume();
    },
    connections: () => connections,
    bytesFromClients: () => bytesFromClients,
  };
}
