import type { RawData, WebSocket } from 'ws';

/** The size of a message as `ws` hands it over. */
export const byteLengthOf = (data: RawData): number =>
  Array.isArray(data) ? data.reduce((sum, { length }) => sum + length, 0) : data.byteLength;

/** What `ws` ends a socket with over a frame that it does not read. */
const TOO_LARGE: ReadonlySet<unknown> = new Set([
  'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH',
  'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH',
]);

/** Remembers whether a socket ended over a message that was too large, for whoever asks why it did. */
export function watchOversize(socket: WebSocket): { mark(): void; wasOversize(): boolean } {
  let isOversize = false;
  const mark = () => {
    isOversize = true;
  };
  socket.on('error', (error) => {
    if ('code' in error && TOO_LARGE.has(error.code)) mark();
  });
  return { mark, wasOversize: () => isOversize };
}
