import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ServerOptions, WebSocketServer } from 'ws';
import { CountedKeys } from '../application/counted-keys.ts';
import type { Log } from '../application/ports/log.ts';
import type { DomainError } from '../domain/domain-error.ts';
import { networkOf } from '../domain/network.ts';
import type { AddressOf } from './callers-address.ts';
import { Defect, retryAfter, retryAfterSecondsOf } from './failures.ts';
import { CHALLENGE } from './unauthenticated.ts';
import { untilClosed } from './until-closed.ts';

export type Upgrade = {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly url: URL;
  /** Where the caller comes from; what rate limits count by. */
  readonly address: string;
};

/** Takes an upgrade whose path it knows; answers false to leave it to the next one. */
export type UpgradeHandler = (upgrade: Upgrade) => boolean;

export type UpgradeSettings = {
  /** Sockets that may be open at once, of all callers together. */
  readonly socketsMax: number;
  /** The same of one address, so that one caller alone does not take them all. */
  readonly socketsPerAddressMax: number;
  readonly addressOf: AddressOf;
  readonly log: Log;
};

/**
 * Passes each WebSocket upgrade to the transport whose path it is, bounds how many sockets are open in all and from one
 * address, and refuses the rest with a plain HTTP answer.
 */
export function handleUpgrades(
  server: Server,
  handlers: readonly UpgradeHandler[],
  { socketsMax, socketsPerAddressMax, addressOf, log }: UpgradeSettings,
): { readonly stop: () => void } {
  let isStopping = false;
  const open = new CountedKeys({ max: socketsMax, perKeyMax: socketsPerAddressMax });
  server.on('upgrade', (request, socket: Duplex, head: Buffer) => {
    socket.on('error', (error) => log.debug({ err: error }, 'an upgraded connection failed'));
    if (isStopping) return refuseUpgrade(socket, 503, 'This node is shutting down; connect again.');
    const url = URL.canParse(request.url ?? '', 'http://host') ? new URL(request.url ?? '', 'http://host') : null;
    if (url === null) return refuseUpgrade(socket, 400, 'The URL is malformed.');
    const address = addressOf(request);
    const release = open.acquire(networkOf(address));
    if (release === null) return refuseUpgrade(socket, 503, 'Too many sockets are open; close one first.');
    untilClosed(socket, release);
    const upgrade = { request, socket, head, url, address };
    if (!handlers.some((handle) => handle(upgrade))) refuseUpgrade(socket, 404, 'There is no WebSocket at this path.');
  });
  return {
    stop: () => {
      isStopping = true;
    },
  };
}

/**
 * Frames over the limit are read up to so many times the limit, to tell whose they are instead of closing the socket
 * over them with everything that is under way on it.
 */
export const OVERSIZE_FACTOR = 4;

/** The WebSocket end of a transport's upgrades: without compression, which costs memory for every socket. */
export const createSocketServer = (
  maxMessageSize: number,
  options: Pick<ServerOptions, 'handleProtocols'> = {},
): WebSocketServer =>
  new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: maxMessageSize,
    ...options,
  });

/** Answers an upgrade that failed with what may be told of it. */
export function refuseFailedUpgrade(socket: Duplex, told: DomainError | Defect): void {
  const isDefect = told instanceof Defect;
  const status = isDefect ? 500 : told.row.status;
  const seconds = isDefect ? undefined : retryAfterSecondsOf(told);
  refuseUpgrade(socket, status, told.message, {
    ...(status === 401 && { 'WWW-Authenticate': CHALLENGE }),
    ...(seconds !== undefined && retryAfter(seconds)),
  });
}

/**
 * Answers an upgrade with a problem (RFC 9457) of no kind but its status instead of a WebSocket, and closes the
 * connection.
 */
export function refuseUpgrade(
  socket: Duplex,
  status: number,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const title = STATUS_CODES[status] ?? '';
  const body = JSON.stringify({ type: 'about:blank', title, status, detail });
  const lines = [
    `HTTP/1.1 ${status} ${title}`,
    'Connection: close',
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
  socket.once('finish', () => socket.destroy());
}
