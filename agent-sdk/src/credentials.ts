const PRINTABLE = /^[\x21-\x7e]+$/;

/**
 * The key, if it can go into a header. Otherwise a TypeError without it: the runtime's own error for a bad header
 * quotes the value, and would carry a key with a stray newline into the logs.
 */
export function checkedKey(apiKey: string): string {
  if (typeof apiKey !== 'string' || !PRINTABLE.test(apiKey)) {
    throw new TypeError('apiKey must be the key as it was shown: printable characters without spaces or line breaks');
  }
  return apiKey;
}

export const bearer = (apiKey: string): { authorization: string } => ({ authorization: `Bearer ${apiKey}` });
