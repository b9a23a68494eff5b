import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

/** What a caller holds open: a connection, the answer to an HTTP request, or a WebSocket. */
export type Connection = Duplex | ServerResponse | WebSocket;

/** Whether it has ended already, so that its `close` event may have been emitted. */
export const isClosed = (connection: Connection): boolean =>
  'destroyed' in connection ? connection.destroyed : connection.readyState === connection.CLOSED;

/**
 * Calls `release` once, when the connection ends: at once where it has ended already. A listener alone would wait for
 * ever for the end of a connection that its caller left before it was added, as after any `await`; so everything that
 * must end with a connection ends through here. Answers the function that stops listening, for what ends before.
 */
export function untilClosed(connection: Connection, release: () => void): () => void {
  if (isClosed(connection)) release();
  // Nothing closes twice, and "once" would keep some 200 bytes more for as long as it is open.
  else connection.on('close', release);
  return () => void connection.off('close', release);
}

/** Why a signal is aborted. Without one each abort makes an error with a stack, which costs more than all else here. */
const CLOSED = 'the connection has ended';

/** A signal that is aborted when the connection ends, unless that is not what `counts`. */
export function closedSignal(connection: Connection, counts: () => boolean = () => true): AbortSignal {
  const controller = new AbortController();
  untilClosed(connection, () => {
    if (counts()) controller.abort(CLOSED);
  });
  return controller.signal;
}
