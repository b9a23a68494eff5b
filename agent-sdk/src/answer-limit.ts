import { AnswerTooLargeError } from './errors.ts';
import { LEAST_ANSWER_BYTES, MAX_ANSWER_BYTES } from './limits.ts';

/** The option as it is given, or its default. Throws a RangeError where it can be none. */
export function answerLimit(maxAnswerBytes: number = MAX_ANSWER_BYTES): number {
  if (Number.isSafeInteger(maxAnswerBytes) && maxAnswerBytes >= LEAST_ANSWER_BYTES) return maxAnswerBytes;
  throw new RangeError(`maxAnswerBytes must be a whole number of at least ${LEAST_ANSWER_BYTES}`);
}

/**
 * The body, of which no more is read than may be: part by part where the answer has a stream, also one of Node, or else at once, as from a
 * `fetch` of the caller's that has `text()` alone. Throws AnswerTooLargeError.
 */
export async function textWithin(maxBytes: number, response: Response): Promise<string> {
  const { body }: { readonly body?: unknown } = response;
  if (!isIterable(body)) {
    const text = await response.text();
    if (Buffer.byteLength(text) > maxBytes) throw new AnswerTooLargeError(maxBytes);
    return text;
  }
  const decoder = new TextDecoder();
  const parts = body[Symbol.asyncIterator]();
  let text = '';
  let bytes = 0;
  for (let part = await parts.next(); !part.done; part = await parts.next()) {
    const { value } = part;
    const read = typeof value === 'string' ? Buffer.from(value) : value;
    bytes += read.byteLength;
    if (bytes > maxBytes) {
      // Whoever sends without end is not waited for.
      void parts.return?.().catch(() => {});
      throw new AnswerTooLargeError(maxBytes);
    }
    text += decoder.decode(read, { stream: true });
  }
  return text + decoder.decode();
}

const isIterable = (body: unknown): body is AsyncIterable<Uint8Array | string> =>
  typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
