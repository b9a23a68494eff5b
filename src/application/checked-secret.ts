import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE = ALPHABET.length;
/** 32 bits in base 62. */
const CHECKSUM_LENGTH = 6;

/** How a kind of secret is written: so many random bytes in base 62, and their CRC-32. */
export type SecretFormat = { readonly bytes: number; readonly length: number };

/**
 * Random bytes in base 62, and their CRC-32 in base 62, so that a mistyped or made-up one is told apart without a database
 * read. The layout is that of GitHub's tokens
 * (https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/).
 */
export function newCheckedSecret({ bytes, length }: SecretFormat): string {
  const secret = base62(BigInt(`0x${randomBytes(bytes).toString('hex')}`), length);
  return secret + checksumOf(secret);
}

/** Whether the text could be one that was made here: its length and its checksum hold. */
export function isCheckedSecret(text: string, { length }: SecretFormat): boolean {
  return text.length === length + CHECKSUM_LENGTH && text.slice(length) === checksumOf(text.slice(0, length));
}

/** Every request asks for one, so it is worked out in doubles, which hold 32 bits. */
function checksumOf(secret: string): string {
  let text = '';
  for (let rest = crc32(secret); text.length < CHECKSUM_LENGTH; rest = Math.floor(rest / BASE)) {
    text = ALPHABET.charAt(rest % BASE) + text;
  }
  return text;
}

function base62(value: bigint, length: number): string {
  const base = BigInt(BASE);
  let text = '';
  for (let rest = value; text.length < length; rest /= base) text = ALPHABET.charAt(Number(rest % base)) + text;
  return text;
}
