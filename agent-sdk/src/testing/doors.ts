import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { StoredAgent } from './fake-parties.ts';
import type { FakeStore } from './fake-store.ts';
import { type Caller, GraphqlDoor } from './graphql-door.ts';
import { serveRawChannel } from './raw-door.ts';

/** How connections end. */
export interface Drop {
  /**
   * The close code, such as 1001, 4001 or 4009.
   * @default none: the connection is cut
   */
  readonly code?: number;
  readonly reason?: string;
}

const MAX_MESSAGE_BYTES = 65_536;
const MAX_BODY_BYTES = 4 * 1024 * 1024;
const CHANNEL_PATH = /^\/v1\/agents\/([^/]+)\/ws\/?$/;
/** As close codes that only a peer can tell may not be sent. */
const CUT = 1006;

/** The front doors of a fake platform, on one port. */
export class Doors {
  readonly url: string;
  readonly #store: FakeStore;
  readonly #graphql: GraphqlDoor;
  readonly #server: Server;
  readonly #graphqlSockets = new WebSocketServer({ noServer: true, maxPayload: MAX_BODY_BYTES });
  readonly #channels = new WebSocketServer({ noServer: true, maxPayload: MAX_BODY_BYTES });

  static async open(store: FakeStore): Promise<Doors> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return new Doors(store, server);
  }

  constructor(store: FakeStore, server: Server) {
    this.#store = store;
    this.#server = server;
    this.#graphql = new GraphqlDoor(store);
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { schema, rootValue, execute, validate } = this.#graphql;
    const roots = { query: rootValue, mutation: rootValue, subscription: rootValue };
    useServer(
      {
        ...{ schema, roots, execute, validate },
        onConnect: ({ connectionParams }) => this.#callerWith(keyIn(connectionParams)).party !== undefined,
        context: ({ connectionParams }, _id, { extensions }) => ({
          ...this.#callerWith(keyIn(connectionParams)),
          ...extensions,
        }),
      },
      this.#graphqlSockets,
    );
    server.on('request', (request, response) => {
      // Whoever asked is gone, or asked for what cannot be run.
      this.#answer(request, response).catch(() => response.destroy());
    });
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  drop({ code = CUT, reason = '' }: Drop): void {
    for (const socket of [...this.#graphqlSockets.clients, ...this.#channels.clients]) {
      if (code === CUT) socket.terminate();
      else socket.close(code, reason);
    }
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.drop({});
    this.#server.closeAllConnections();
    await closed;
  }

  #callerWith(key: string | undefined): Caller {
    return { party: this.#store.parties.byKey(key) };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pathname = pathOf(request);
    if (request.method === 'GET' && pathname === '/v1/info') {
      answer(response, 200, { agent_channel: { max_message_bytes: MAX_MESSAGE_BYTES } });
    } else if (request.method === 'POST' && pathname === '/graphql') {
      await this.#answerGraphql(request, response);
    } else answer(response, 404, { detail: `The fake platform does not play ${request.method} ${pathname}.` });
  }

  async #answerGraphql(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = await bodyOf(request);
    if (!asked) {
      answer(response, 400, { detail: 'The body must be a GraphQL request as JSON.' });
      return;
    }
    const { traceparent, tracestate, authorization } = request.headers;
    const caller = {
      ...this.#callerWith(bearerIn(authorization)),
      traceparent: String(traceparent ?? '') || undefined,
      tracestate: String(tracestate ?? '') || undefined,
    };
    answer(response, 200, await this.#graphql.run(asked.query, asked.variables ?? {}, caller));
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const pathname = pathOf(request);
    if (pathname === '/graphql') {
      this.#graphqlSockets.handleUpgrade(request, socket, head, (opened) =>
        this.#graphqlSockets.emit('connection', opened, request),
      );
      return;
    }
    const agent = this.#agentAt(pathname, bearerIn(request.headers.authorization));
    if (typeof agent === 'number') {
      socket.end(`HTTP/1.1 ${agent} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    this.#channels.handleUpgrade(request, socket, head, (opened: WebSocket) =>
      serveRawChannel(this.#store, agent, opened),
    );
  }

  /** Whose channel is there; the status of the refusal for somebody else's key. */
  #agentAt(pathname: string, key: string | undefined): StoredAgent | number {
    const named = CHANNEL_PATH.exec(pathname)?.[1];
    if (named === undefined) return 404;
    const { party } = this.#callerWith(key);
    if (!party) return 401;
    return party.kind === 'agent' && party.agent === this.#store.parties.find(named) ? party.agent : 403;
  }
}

const pathOf = ({ url = '' }: IncomingMessage): string => url.replace(/\?.*$/s, '');

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

interface Asked {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | null;
}

async function bodyOf(request: IncomingMessage): Promise<Asked | undefined> {
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request) {
    text += chunk;
    if (text.length > MAX_BODY_BYTES) return undefined;
  }
  try {
    const body = JSON.parse(text);
    return typeof body?.query === 'string' ? body : undefined;
  } catch {
    return undefined;
  }
}

const bearerIn = (header: unknown): string | undefined => /^Bearer +(\S+)$/i.exec(String(header ?? ''))?.[1];

/** Clients write the header's name in any case. */
const keyIn = (params: Readonly<Record<string, unknown>> | undefined): string | undefined =>
  bearerIn(Object.entries(params ?? {}).find(([name]) => name.toLowerCase() === 'authorization')?.[1]);
