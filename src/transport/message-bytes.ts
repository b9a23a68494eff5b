import type { RawData, WebSocket } from 'ws';

/** The size of a message as `ws` hands it over. */
export const byteLengthOf = (data: RawData): number =>
  Array.isArray(data) ? data.reduce((sum, { length }) => sum + length, 0) : data.byteLength;

/** What `ws` ends a socket with over a frame that it does not read. */
const TOO_LARGE: ReadonlySet<unknown> = new Set([
  'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH',
  'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH',
]);

/** Sockets that ended over a message that was too large, for whoever asks why they did. */
const ENDED_OVERSIZE = new WeakSet<WebSocket>();

export const markOversize = (socket: WebSocket): void => void ENDED_OVERSIZE.add(socket);

/** Whether the socket, which is watched, ended over a message that was too large. */
export const wasOversize = (socket: WebSocket): boolean => ENDED_OVERSIZE.has(socket);

/** Marks the socket when `ws` ends it over a frame that is too large. One listener for all sockets: there are many. */
export const watchOversize = (socket: WebSocket): void => void socket.on('error', markIfTooLarge);

function markIfTooLarge(this: WebSocket, error: Error): void {
  if ('code' in error && TOO_LARGE.has(error.code)) markOversize(this);
}
