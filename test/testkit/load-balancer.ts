import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createConnection } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * Spreads HTTP requests and WebSockets over nodes in turn, as a load balancer in front of a cluster does. A node that
 * takes no connection is passed over; what was sent to one and is not answered is 502, never sent to a second one.
 */
export class LoadBalancer {
  /** The nodes' URLs; a node that is to get nothing more is taken out. */
  targets: readonly string[];
  readonly url: string;
  readonly socketUrl: string;
  readonly #server: Server;
  #turn = 0;

  private constructor(targets: readonly string[], server: Server, port: number) {
    this.targets = targets;
    this.#server = server;
    this.url = `http://127.0.0.1:${port}`;
    this.socketUrl = `ws://127.0.0.1:${port}`;
  }

  static async start(targets: readonly string[], onPort = 0): Promise<LoadBalancer> {
    const server = createServer();
    server.listen(onPort, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('the load balancer does not listen');
    const balancer = new LoadBalancer(targets, server, address.port);
    server.on('request', (request, response) => void balancer.#pass(request, response));
    server.on('upgrade', (request, socket, head) => balancer.#tunnel(request, socket, head));
    return balancer;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const tries = [...this.#inTurn()];
    const tryNext = () => {
      const target = tries.shift();
      if (target === undefined) return void response.writeHead(503, { 'retry-after': '1' }).end();
      const outgoing = httpRequest(new URL(incoming.url ?? '/', target), {
        method: incoming.method ?? 'GET',
        headers: incoming.headers,
        agent: false,
      });
      outgoing.on('response', (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      outgoing.on('error', (error) => {
        if (isRefused(error)) tryNext();
        else if (!response.headersSent) response.writeHead(502).end(String(error));
        else response.destroy();
      });
      outgoing.end(body);
    };
    tryNext();
  }

  #tunnel({ method, url, rawHeaders }: IncomingMessage, socket: Duplex, head: Buffer): void {
    const lines = [`${method} ${url} HTTP/1.1`];
    for (let at = 0; at < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
    const tries = [...this.#inTurn()];
    const tryNext = () => {
      const target = tries.shift();
      if (target === undefined) return void socket.destroy();
      const { hostname, port } = new URL(target);
      const upstream = createConnection(Number(port), hostname);
      upstream.once('connect', () => {
        upstream.write(`${lines.join('\r\n')}\r\n\r\n`);
        upstream.write(head);
        upstream.pipe(socket).pipe(upstream);
      });
      upstream.on('error', (error) => (isRefused(error) ? tryNext() : socket.destroy()));
      upstream.on('close', () => upstream.bytesRead > 0 && socket.destroy());
      socket.on('error', () => upstream.destroy());
      socket.on('close', () => upstream.destroy());
    };
    tryNext();
  }

  #inTurn(): readonly string[] {
    const first = this.#turn++ % Math.max(1, this.targets.length);
    return [...this.targets.slice(first), ...this.targets.slice(0, first)];
  }
}

/** Nothing was sent yet. */
const isRefused = (error: Error): boolean => 'code' in error && error.code === 'ECONNREFUSED';
