import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../application/ports/clock.ts';
import type { Log } from '../application/ports/log.ts';
import type { Metrics } from '../application/ports/metrics.ts';
import { networkOf } from '../domain/network.ts';
import { type Place, Places } from './places.ts';

export type ConnectionsSettings = {
  /** Connections in all, whatever is spoken over them. */
  readonly connectionsMax: number;
  /** Whether those of one address are somebody's; behind a proxy they are everybody's. */
  readonly isByAddress: boolean;
  /** Bytes that one may leave unread. */
  readonly unsentPerConnectionMaxBytes: number;
  /** The same of all together. */
  readonly unsentMaxBytes: number;
};

type Dependencies = { readonly clock: Clock; readonly log: Log; readonly metrics: Metrics };

/** How often it is looked what is unsent, in milliseconds. */
const LOOK_EVERY_MS = 250;
/** Answers that are shorter do not count for looking sooner. */
const LONG_ANSWER_BYTES = 65_536;
/** Sooner where so large a part of what may be unsent was answered since. */
const LOOK_AFTER_PART = 8;
/** Listeners of one answer; with more Node warns of a leak. */
const RESPONSE_LISTENERS = 32;
/** The part of all connections that those of one address may be. */
const ADDRESS_SHARE = 2;
/** The part of them on which no whole request has arrived, of all addresses: one needs some 20 KiB. */
const HALF_OPEN_SHARE = 5;

/**
 * The connections of a node, below whatever is spoken over them. Where there are as many as there may be, one goes for a new
 * one: of those on which no whole request has arrived, else of those between two requests, the one that has been so for
 * longest. Where more is unsent than may be, whoever reads too slowly goes, the one with the most first.
 */
export class Connections {
  readonly #settings: ConnectionsSettings;
  readonly #deps: Dependencies;
  readonly #places: Places;
  readonly #open = new Map<Socket, Place>();
  #unsent = 0;
  #answered = 0;

  constructor(settings: ConnectionsSettings, deps: Dependencies) {
    this.#settings = settings;
    this.#deps = deps;
    const { connectionsMax, isByAddress } = settings;
    this.#places = new Places({
      max: connectionsMax,
      firstMax: Math.ceil(connectionsMax / HALF_OPEN_SHARE),
      perKeyMax: isByAddress ? [Math.ceil(connectionsMax / ADDRESS_SHARE)] : [],
    });
  }

  get size(): number {
    return this.#open.size;
  }

  /** As it was looked at last. */
  get unsentBytes(): number {
    return this.#unsent;
  }

  /** Watches over the host's connections: before anything else does, and before there are any. Answers what stops it. */
  watch(host: FastifyInstance): () => void {
    const server: Server = host.server;
    const open = this.#open;
    const places = this.#places;
    const forget = function (this: Socket): void {
      const place = open.get(this);
      open.delete(this);
      if (place) places.free(place);
    };
    const rest = function (this: ServerResponse): void {
      const place = open.get(this.req.socket);
      if (place) places.move(place, 'next');
    };
    server.prependListener('connection', (socket) => {
      const address = socket.remoteAddress ?? '';
      const place = places.enter([networkOf(address)], { rank: 'first', end: () => this.#end(socket, 'connections') });
      if (place === null) return this.#end(socket, 'connections');
      open.set(socket, place);
      socket.on('close', forget);
    });
    server.prependListener('request', ({ socket, headers }: IncomingMessage, response: ServerResponse) => {
      // One for each part of the platform that ends with an answer.
      response.setMaxListeners(RESPONSE_LISTENERS);
      response.on('close', rest);
      const hasBody = headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
      const place = open.get(socket);
      if (place) places.move(place, hasBody ? 'first' : 'never');
    });
    server.prependListener('upgrade', ({ socket }: IncomingMessage) => this.#keep(socket));
    // Its body has arrived, too.
    host.addHook('preValidation', ({ raw }, _reply, done) => {
      this.#keep(raw.socket);
      done();
    });
    host.addHook('onSend', (_request, _reply, payload, done) => {
      const bytes = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload.length : 0;
      if (bytes >= LONG_ANSWER_BYTES) this.#count(bytes);
      done();
    });
    return this.#deps.clock.every(LOOK_EVERY_MS, () => this.#look());
  }

  /** What is being asked over it is refused, and waits for that to be told: it may go for a new one, as if it had asked nothing. */
  letGo(socket: Duplex): void {
    const open: ReadonlyMap<Duplex, Place> = this.#open;
    const place = open.get(socket);
    if (place) this.#places.move(place, 'first');
  }

  #keep(socket: Socket): void {
    const place = this.#open.get(socket);
    if (place) this.#places.move(place, 'never');
  }

  #count(bytes: number): void {
    this.#answered += bytes;
    if (this.#answered < this.#settings.unsentMaxBytes / LOOK_AFTER_PART) return;
    this.#look();
  }

  #look(): void {
    const { unsentPerConnectionMaxBytes, unsentMaxBytes } = this.#settings;
    const slow: Socket[] = [];
    this.#answered = 0;
    this.#unsent = 0;
    for (const socket of this.#open.keys()) {
      const bytes = socket.writableLength;
      if (bytes === 0) continue;
      if (bytes > unsentPerConnectionMaxBytes) {
        this.#end(socket, 'unsent');
        continue;
      }
      this.#unsent += bytes;
      slow.push(socket);
    }
    if (this.#unsent <= unsentMaxBytes) return;
    slow.sort((one, other) => other.writableLength - one.writableLength);
    for (const socket of slow) {
      if (this.#unsent <= unsentMaxBytes) break;
      this.#unsent -= socket.writableLength;
      this.#end(socket, 'unsent_in_all');
    }
  }

  #end(socket: Socket, cause: 'connections' | 'unsent' | 'unsent_in_all'): void {
    const { log, metrics } = this.#deps;
    const fields = { limit: cause, address: socket.remoteAddress, bytes: socket.writableLength };
    log.info(fields, 'a limit refused');
    metrics.connectionsEnded.of(cause).add();
    socket.destroy();
  }
}
