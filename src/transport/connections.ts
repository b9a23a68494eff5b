import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../application/ports/clock.ts';
import type { Log } from '../application/ports/log.ts';
import type { Metrics } from '../application/ports/metrics.ts';
import { networkOf } from '../domain/network.ts';
import { type Place, Places, type Rank } from './places.ts';

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

/** How far what is asked over a connection is: its body is not there yet, it is served, or it is refused and waits for that to be told. */
type Stage = 'arriving' | 'served' | 'refused';

/** A connection, and what is under way over it: more than one where its client does not wait for answers. */
type Open = { readonly place: Place; readonly asked: Map<IncomingMessage, Stage> };

/**
 * The connections of a node, below whatever is spoken over them. Where there are as many as there may be, one goes for a new
 * one: of those on which nothing is left but to tell a refusal, else of those on which no whole request has arrived, else of
 * those between two requests, the one that has been so for longest. Where more is unsent than may be, whoever reads too slowly goes, the one with the most first.
 */
export class Connections {
  readonly #settings: ConnectionsSettings;
  readonly #deps: Dependencies;
  readonly #places: Places;
  readonly #open = new Map<Socket, Open>();
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
      const found = open.get(this);
      open.delete(this);
      if (found) places.free(found.place);
    };
    const end = (message: IncomingMessage) => this.#move(message, null);
    const rest = function (this: ServerResponse): void {
      end(this.req);
    };
    server.prependListener('connection', (socket) => {
      const address = socket.remoteAddress ?? '';
      const place = places.enter([networkOf(address)], { rank: 'first', end: () => this.#end(socket, 'connections') });
      if (place === null) return this.#end(socket, 'connections');
      open.set(socket, { place, asked: new Map() });
      socket.on('close', forget);
    });
    server.prependListener('request', (message: IncomingMessage, response: ServerResponse) => {
      const { socket, headers } = message;
      // One for each part of the platform that ends with an answer.
      response.setMaxListeners(RESPONSE_LISTENERS);
      response.on('close', rest);
      const hasBody = headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
      open.get(socket)?.asked.set(message, 'arriving');
      this.#move(message, hasBody ? 'arriving' : 'served');
    });
    server.prependListener('upgrade', (message: IncomingMessage) => {
      open.get(message.socket)?.asked.set(message, 'served');
      this.#move(message, 'served');
    });
    // Its body has arrived, too.
    host.addHook('preValidation', ({ raw }, _reply, done) => {
      this.#move(raw, 'served');
      done();
    });
    host.addHook('onSend', (_request, _reply, payload, done) => {
      const bytes = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload.length : 0;
      if (bytes >= LONG_ANSWER_BYTES) this.#count(bytes);
      done();
    });
    return this.#deps.clock.every(LOOK_EVERY_MS, () => this.#look());
  }

  /** It is refused, and waits for that to be told: where nothing else is asked over its connection, that may go for a new one before all others. */
  letGo(message: IncomingMessage): void {
    this.#move(message, 'refused');
  }

  /** It has come so far; null where it is answered. */
  #move(message: IncomingMessage, stage: Stage | null): void {
    const found = this.#open.get(message.socket);
    if (!found?.asked.has(message)) return;
    const { place, asked } = found;
    if (stage === null) asked.delete(message);
    else asked.set(message, stage);
    this.#places.move(place, rankOf(asked));
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

/** When a connection may go on which this is under way. */
const rankOf = (asked: Open['asked']): Rank => {
  let rank: Rank = 'next';
  for (const stage of asked.values()) {
    if (stage === 'served') return 'never';
    if (stage === 'arriving') rank = 'first';
    else if (rank === 'next') rank = 'leaving';
  }
  return rank;
};
