import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import {
  type AddressInfo,
  type BlockList,
  createServer,
  type ListenOptions,
  type Server,
  type ServerOpts,
  type Socket,
} from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Connections that may wait to be accepted, in all; the system may allow fewer. For one more its client tries again after a second, and then after ever more. */
export const BACKLOG = 4_096;
/** Sockets that listen at one address. The event loop accepts one connection of each in a turn. */
const LISTENERS = 16;

/** Whether the system shares new connections out among several sockets that listen at one address. */
const canShare = process.platform === 'linux';

/** Of one of them. */
export const BACKLOG_OF_ONE = canShare ? BACKLOG / LISTENERS : BACKLOG;
const SHARED: ListenOptions = { backlog: BACKLOG_OF_ONE, ...(canShare && { reusePort: true }) };
/** As Node's HTTP server makes its connections. */
const OF_HTTP = { allowHalfOpen: true, noDelay: true } as const;

/**
 * Listens there, so that `Listeners` can listen there, too. Nobody else may: a second platform at the same port would otherwise get
 * a part of the first one's connections instead of an error.
 */
export async function listenAt(server: Server, at: { readonly host: string; readonly port: number }): Promise<void> {
  if (canShare && at.port !== 0) {
    const alone = createServer();
    await listen(alone, at);
    await closed(alone);
  }
  await listen(server, { ...at, ...SHARED });
}

/**
 * More sockets that listen where a host does, and give it their connections. Node accepts one connection of each listening socket in a turn
 * of the event loop (libuv since 1.45): of a single one so few that a flood of connections has everybody else's wait for seconds.
 */
export class Listeners {
  readonly #server: HttpServer;
  readonly #options: ServerOpts;
  readonly #listening: Server[] = [];
  #closed: Promise<unknown> = Promise.resolve();

  /** They stop listening when the host does. `blockList` says which connections are not taken in; null where all are. */
  constructor(host: FastifyInstance, blockList: BlockList | null) {
    this.#server = host.server;
    this.#options = { ...OF_HTTP, ...(blockList !== null && { blockList }) };
    // Node has it as an option of servers for sockets alone, which those for HTTP are as well.
    Object.assign(host.server, { blockList });
    host.addHook('preClose', async () => {
      this.#closed = Promise.all(this.#listening.map(closed));
    });
  }

  /** Once the host listens at one address, by `listenAt`. */
  async listen(): Promise<void> {
    if (!canShare) return;
    const { address: host, port } = this.#server.address() as AddressInfo;
    while (this.#listening.length < LISTENERS - 1) {
      const server = createServer(this.#options, (socket) => this.#take(socket));
      await listen(server, { host, port, ...SHARED });
      this.#listening.push(server);
    }
  }

  /** One that its client has reset meanwhile has no address any more, and nothing is made for it. */
  #take(socket: Socket): void {
    if (socket.remoteAddress === undefined) socket.destroy();
    else this.#server.emit('connection', socket);
  }

  /** When the host is closed: until the connections that came by them are over as well. */
  async ended(): Promise<void> {
    await this.#closed;
  }
}

async function listen(server: Server, options: ListenOptions): Promise<void> {
  server.listen(options);
  await once(server, 'listening');
}

function closed(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  return promise;
}
