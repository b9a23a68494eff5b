import { AnswerTooLargeError } from './errors.ts';

/**
 * The largest answer of a platform, and the largest message, that is taken unless told otherwise: its own bound (ANSWER_MAX_BYTES,
 * 4 MiB) counts texts without what JSON makes of them.
 */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

const LEAST_BYTES = 65_536;

/** The option as it is given, or its default. Throws a RangeError where it can be none. */
export function answerLimit(maxAnswerBytes: number = MAX_ANSWER_BYTES): number {
  if (Number.isSafeInteger(maxAnswerBytes) && maxAnswerBytes >= LEAST_BYTES) return maxAnswerBytes;
  throw new RangeError(`maxAnswerBytes must be a whole number of at least ${LEAST_BYTES}`);
}

/** The body, of which no more is read than may be. Throws AnswerTooLargeError. */
export async function textWithin(maxBytes: number, { body }: Response): Promise<string> {
  if (body === null) return '';
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let text = '';
  let bytes = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytes += part.value.byteLength;
    if (bytes > maxBytes) {
      // Whoever sends without end is not waited for.
      void reader.cancel().catch(() => {});
      throw new AnswerTooLargeError(maxBytes);
    }
    text += decoder.decode(part.value, { stream: true });
  }
  return text + decoder.decode();
}
