import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';

export type NetworkProxy = {
  readonly port: number;
  /** How many connections are open through it. */
  connections(): number;
  /** From now on nothing is passed on in either direction, and nobody is told: half-open, to both sides. */
  stall(): void;
  /** Passes on again what it held back, and everything after. */
  resume(): void;
  /**
   * Nothing is passed on any more over the connections that there are now, for good, and nobody is told: as when a
   * machine or a NAT entry is gone. New ones work.
   */
  silence(): void;
  /** What comes from now on arrives so much later, in its order. */
  delay(ms: number): void;
  /** Ends every connection with a reset; new ones are taken. */
  cut(): void;
  /** Takes no new connections: they are refused. Those there are go on. */
  refuse(): void;
  /** Takes new connections again, on the same port. */
  accept(): Promise<void>;
  /** Ends it, with every connection. */
  close(): void;
};

/** Where to: a port of this machine, or the path of a Unix socket. */
export type Target = number | string;

/** A proxy on a free port of this machine that does to connections what networks do. */
export async function openNetworkProxy(target: Target): Promise<NetworkProxy> {
  const links = new Set<Link>();
  const weather: Weather = { stalled: false, delayMs: 0 };
  let server = listen(0);
  await once(server, 'listening');
  const port = portOf(server);

  function listen(on: number) {
    return createServer({ pauseOnConnect: true }, (client) => {
      const link = new Link(client, connect(target), weather);
      links.add(link);
      link.onEnd(() => links.delete(link));
    }).listen(on, '127.0.0.1');
  }
  const cut = () => {
    for (const link of links) link.cut();
  };
  return {
    port,
    connections: () => links.size,
    stall() {
      weather.stalled = true;
    },
    resume() {
      weather.stalled = false;
      for (const link of links) link.flush();
    },
    silence() {
      for (const link of links) link.silence();
    },
    delay(ms) {
      weather.delayMs = ms;
    },
    cut,
    refuse() {
      server.close();
    },
    async accept() {
      if (server.listening) return;
      server = listen(port);
      await once(server, 'listening');
    },
    close() {
      server.close();
      for (const link of links) link.destroy();
    },
  };
}

/** As when a machine is gone; Unix sockets know no reset. */
const reset = (socket: Socket): void => {
  if (socket.destroyed || socket.remoteFamily === undefined) socket.destroy();
  else socket.resetAndDestroy();
};

type Weather = { stalled: boolean; delayMs: number };

const connect = (target: Target): Socket =>
  typeof target === 'number' ? createConnection(target, '127.0.0.1') : createConnection(target);

function portOf(server: ReturnType<typeof createServer>): number {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the proxy does not listen');
  return address.port;
}

/** One connection through the proxy. */
class Link {
  readonly #sides: readonly [Socket, Socket];
  readonly #held: { readonly to: Socket; readonly data: Buffer }[] = [];
  readonly #weather: Weather;
  #isSilent = false;
  #onEnd: () => void = () => {};

  constructor(client: Socket, server: Socket, weather: Weather) {
    this.#sides = [client, server];
    this.#weather = weather;
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on('data', (data: Buffer) => this.#pass(to, data));
      // A close is information, too: a stalled link keeps it.
      from.on('end', () => !this.#isStalled && to.end());
      from.on('error', () => this.#isSilent || reset(to));
      from.on('close', () => {
        if (!this.#isStalled) to.destroy();
        if (this.#sides.every((side) => side.destroyed)) this.#onEnd();
      });
    }
    client.resume();
  }

  onEnd(listener: () => void): void {
    this.#onEnd = listener;
  }

  silence(): void {
    this.#isSilent = true;
  }

  get #isStalled(): boolean {
    return this.#isSilent || this.#weather.stalled;
  }

  flush(): void {
    if (this.#isSilent) return;
    for (const { to, data } of this.#held.splice(0)) to.write(data);
    const isHalfGone = this.#sides.some((side) => side.destroyed);
    if (isHalfGone) for (const side of this.#sides) side.destroy();
  }

  cut(): void {
    for (const side of this.#sides) reset(side);
  }

  destroy(): void {
    for (const side of this.#sides) side.destroy();
  }

  #pass(to: Socket, data: Buffer): void {
    if (this.#weather.delayMs === 0) this.#arrive(to, data);
    else setTimeout(() => this.#arrive(to, data), this.#weather.delayMs);
  }

  #arrive(to: Socket, data: Buffer): void {
    if (this.#isSilent) return;
    if (this.#weather.stalled) this.#held.push({ to, data });
    else if (!to.destroyed) to.write(data);
  }
}
