/** A message of a server that is larger ends its session, or its call. Images and their text copies are well below. */
export const MESSAGE_MAX_BYTES = 16 * 1024 * 1024;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/**
 * Node's `fetch`, of whose answers no more is read than may be: of a stream of events each may have so much, of anything else all of it.
 * What is more ends the reading with an error that says so.
 */
export const boundedFetch =
  (maxBytes: number) =>
  async (url: string | URL, init?: RequestInit): Promise<Response> => {
    const response = await fetch(url, init);
    const { body, status, statusText, headers } = response;
    if (body === null) return response;
    const isStream = headers.get('content-type')?.startsWith('text/event-stream') ?? false;
    return new Response(body.pipeThrough(bounded(maxBytes, isStream)), { status, statusText, headers });
  };

function bounded(maxBytes: number, isStream: boolean): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  let isLineEmpty = true;
  /** An event ends with an empty line. */
  const count = (part: Uint8Array): void => {
    for (const byte of part) {
      bytes += 1;
      if (byte === LINE_FEED) {
        if (isLineEmpty) bytes = 0;
        isLineEmpty = true;
      } else if (byte !== CARRIAGE_RETURN) isLineEmpty = false;
    }
  };
  return new TransformStream({
    transform(part, controller) {
      if (isStream) count(part);
      else bytes += part.byteLength;
      if (bytes > maxBytes) throw new Error(`The answer has more than the ${maxBytes} bytes that are taken.`);
      controller.enqueue(part);
    },
  });
}
