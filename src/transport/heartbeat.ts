import type { WebSocket } from 'ws';
import type { Clock } from '../application/ports/clock.ts';
import type { Log } from '../application/ports/log.ts';
import { CLOSE_SILENT } from './close-codes.ts';
import { untilClosed } from './until-closed.ts';

export type HeartbeatSettings = {
  /** How often the platform pings, in milliseconds. */
  readonly intervalMs: number;
  /** How long a socket may be silent before it is closed with 4008, in milliseconds. */
  readonly timeoutMs: number;
};

/** What keeps the sockets of a transport alive. */
export type SocketDependencies = {
  readonly clock: Clock;
  readonly log: Log;
  readonly heartbeat: HeartbeatSettings;
};

/** The heartbeat of one socket. */
export type Heartbeat = {
  /** Calls back whenever something is heard. Answers the function that stops it. */
  onHeard(listener: () => void): () => void;
};

/** How long a closed socket may take to answer the close before it is cut, in milliseconds. */
const CLOSE_TIMEOUT_MS = 2_000;

/**
 * What every socket has, whatever is spoken over it: it is pinged at the interval and closed with 4008 when nothing was
 * heard for the timeout, and its failures are logged. Any message counts, and so do the WebSocket protocol's own pings
 * and pongs (RFC 6455, section 5.5). `ping` sends the spoken protocol's ping besides. Ends with the socket.
 */
export function startHeartbeat(
  socket: WebSocket,
  { clock, log, heartbeat: { intervalMs, timeoutMs } }: SocketDependencies,
  ping: () => void = () => {},
): Heartbeat {
  const listeners = new Set<() => void>();
  let heardAt = clock.monotonic();
  const hear = () => {
    heardAt = clock.monotonic();
    for (const listener of listeners) listener();
  };
  // Without a listener an oversize frame would end the process.
  socket.on('error', (error) => log.debug({ err: error, protocol: socket.protocol }, 'a socket failed'));
  socket.on('message', hear);
  socket.on('pong', hear);
  socket.on('ping', hear);
  const stopPinging = clock.every(intervalMs, () => {
    if (socket.readyState !== socket.OPEN) return;
    socket.ping();
    ping();
  });
  // Often enough that a silent socket outlives the timeout by an eighth of it at the most.
  const stopChecking = clock.every(Math.max(50, timeoutMs / 8), () => {
    if (clock.monotonic() - heardAt > timeoutMs) closeSocket(socket, clock, CLOSE_SILENT);
  });
  untilClosed(socket, () => {
    stopPinging();
    stopChecking();
    listeners.clear();
  });
  return {
    onHeard(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Closes with a code, and cuts the connection when the other side does not answer the close. */
export function closeSocket(
  socket: WebSocket,
  clock: Clock,
  { code, reason }: { readonly code: number; readonly reason: string },
): void {
  if (socket.readyState === socket.CLOSED || socket.readyState === socket.CLOSING) return;
  socket.close(code, reason);
  untilClosed(
    socket,
    clock.after(CLOSE_TIMEOUT_MS, () => socket.terminate()),
  );
}
