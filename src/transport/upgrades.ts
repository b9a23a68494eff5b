import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ServerOptions, WebSocketServer } from 'ws';
import { CountedKeys } from '../application/counted-keys.ts';
import { createCall, currentCall, inCall, listenerOfCall } from '../application/ports/call.ts';
import type { Log } from '../application/ports/log.ts';
import type { DomainError } from '../domain/domain-error.ts';
import { networkOf } from '../domain/network.ts';
import type { AdmitUpgrade } from './admission.ts';
import { answerByHand } from './answer-by-hand.ts';
import { refusedUpgradeFields } from './call-fields.ts';
import type { AddressOf } from './callers-address.ts';
import { Defect, retryAfter, retryAfterSecondsOf } from './failures.ts';
import type { Refusals } from './refusals.ts';
import { newRequestId, requestIdHeaders, requestIdOf } from './request-id.ts';
import { traceOfHeaders } from './trace-calls.ts';
import { challengeOf } from './unauthenticated.ts';
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
  /** Why an upgrade is refused before anything is done for it; null where it is not. */
  readonly admit: AdmitUpgrade;
  readonly refusals: Refusals;
  readonly log: Log;
};

/**
 * Passes each WebSocket upgrade to the transport whose path it is, bounds how many sockets are open in all and from one
 * address, and refuses the rest with a plain HTTP answer.
 */
export function handleUpgrades(
  server: Server,
  handlers: readonly UpgradeHandler[],
  { socketsMax, socketsPerAddressMax, addressOf, admit, refusals, log }: UpgradeSettings,
): { readonly stop: () => void; readonly openSockets: () => number } {
  let isStopping = false;
  const open = new CountedKeys({ max: socketsMax, perKeyMax: socketsPerAddressMax });
  // Out here, since made for each upgrade it would keep its request and its first bytes for as long as the socket is open.
  const onError = (error: Error) => log.debug({ err: error }, 'an upgraded connection failed');
  const tellOfRefusal = () => {
    const call = currentCall();
    if (call?.refusedWith !== undefined) log.info(refusedUpgradeFields(call), 'answered');
  };
  server.on('upgrade', (request, socket: Duplex, head: Buffer) => {
    const call = createCall(requestIdOf(request), addressOf(request), request.headers['user-agent']);
    call.trace = traceOfHeaders(request.headers);
    inCall(call, () => {
      socket.on('error', listenerOfCall(onError));
      untilClosed(socket, listenerOfCall(tellOfRefusal));
      const refusal = take(request, socket, head);
      if (refusal !== null) refuseUpgrade(socket, ...refusal);
    });
  });

  /** Passes it on, or answers why not. */
  function take(request: IncomingMessage, socket: Duplex, head: Buffer): readonly [number, string] | null {
    if (isStopping) return [503, 'This node is shutting down; connect again.'];
    const url = URL.canParse(request.url ?? '', 'http://host') ? new URL(request.url ?? '', 'http://host') : null;
    if (url === null) return [400, 'The URL is malformed.'];
    const address = currentCall()?.address ?? addressOf(request);
    const refusal = admit(request, url, address);
    if (refusal !== null) {
      refusals.add(
        request,
        networkOf(address),
        listenerOfCall(() => refuseFailedUpgrade(socket, refusal)),
      );
      return null;
    }
    const release = open.acquire(networkOf(address));
    if (release === null) {
      log.info({ limit: 'sockets', address }, 'a limit refused');
      return [503, 'Too many sockets are open; close one first.'];
    }
    untilClosed(socket, release);
    const upgrade = { request, socket, head, url, address };
    return handlers.some((handle) => handle(upgrade)) ? null : [404, 'There is no WebSocket at this path.'];
  }

  return {
    stop: () => {
      isStopping = true;
    },
    openSockets: () => open.total,
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
): WebSocketServer => {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: maxMessageSize,
    ...options,
  });
  server.on('headers', (headers) => {
    const id = currentCall()?.id ?? newRequestId();
    for (const [name, value] of Object.entries(requestIdHeaders(id))) headers.push(`${name}: ${value}`);
  });
  // What the library would answer, but as a problem and with the id.
  server.on('wsClientError', ({ message }, socket, { method }) => {
    const headers = { 'Sec-WebSocket-Version': '13, 8', Allow: 'GET' };
    refuseUpgrade(socket, method === 'GET' ? 400 : 405, `${message}.`, headers);
  });
  return server;
};

/** Answers an upgrade that failed with what may be told of it. */
export function refuseFailedUpgrade(socket: Duplex, told: DomainError | Defect): void {
  const isDefect = told instanceof Defect;
  const status = isDefect ? 500 : told.row.status;
  const seconds = isDefect ? undefined : retryAfterSecondsOf(told);
  refuseUpgrade(socket, status, told.message, {
    ...(!isDefect && challengeOf(told)),
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
  const call = currentCall();
  if (call) call.refusedWith = status;
  answerByHand(socket, { status, detail, headers });
}
