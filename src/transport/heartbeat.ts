import type { WebSocket } from 'ws';
import type { Clock } from '../application/ports/clock.ts';
import { CLOSE_SILENT } from './close-codes.ts';

export type HeartbeatSettings = {
  /** How often the platform pings, in milliseconds. */
  readonly intervalMs: number;
  /** How long a socket may be silent before it is closed with 4008, in milliseconds. */
  readonly timeoutMs: number;
};

/** How long a closed socket may take to say goodbye before it is cut, in milliseconds. */
const CLOSE_TIMEOUT_MS = 2_000;

/**
 * Pings a socket at the interval and closes it with 4008 when nothing was heard for the timeout. Any message counts,
 * and so does the WebSocket protocol's own pong (RFC 6455, section 5.5.3). Ends with the socket.
 */
export function startHeartbeat(
  socket: WebSocket,
  clock: Clock,
  { intervalMs, timeoutMs }: HeartbeatSettings,
  ping: () => void,
  onSignOfLife: () => void = () => {},
): void {
  let heardAt = clock.monotonic();
  const hear = () => {
    heardAt = clock.monotonic();
    onSignOfLife();
  };
  socket.on('message', hear);
  socket.on('pong', hear);
  socket.on('ping', hear);
  const stopPinging = clock.every(intervalMs, () => {
    if (socket.readyState !== socket.OPEN) return;
    socket.ping();
    ping();
  });
  // Looks often enough that a silent socket outlives the timeout by an eighth of it at the most.
  const stopLooking = clock.every(Math.max(50, timeoutMs / 8), () => {
    if (clock.monotonic() - heardAt > timeoutMs) closeSocket(socket, clock, CLOSE_SILENT);
  });
  socket.once('close', () => {
    stopPinging();
    stopLooking();
  });
}

/** Closes with a code, and cuts the connection when the other side does not answer the goodbye. */
export function closeSocket(
  socket: WebSocket,
  clock: Clock,
  { code, reason }: { readonly code: number; readonly reason: string },
): void {
  if (socket.readyState === socket.CLOSED || socket.readyState === socket.CLOSING) return;
  socket.close(code, reason);
  const stop = clock.after(CLOSE_TIMEOUT_MS, () => socket.terminate());
  socket.once('close', stop);
}
