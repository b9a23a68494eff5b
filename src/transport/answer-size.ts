/** What one character of a text has at most as UTF-8. */
const BYTES_OF_CHARACTER = 3;

/** Whether the text has more bytes than that as UTF-8; they are counted only where they may be. */
export const hasMoreBytes = (text: string, maxBytes: number): boolean =>
  text.length * BYTES_OF_CHARACTER > maxBytes && Buffer.byteLength(text) > maxBytes;

/** What whoever asks is told in place of an answer that is too large, at every door. */
export const tooLargeText = (maxBytes: number, instead: string): string =>
  `The answer would have more than ${maxBytes.toLocaleString('en')} bytes. ${instead}`;
