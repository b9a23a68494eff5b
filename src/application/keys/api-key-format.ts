import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { API_KEY_PREFIX, type ApiKeyKind } from '../../domain/api-key.ts';
import { sha256 } from '../sha256.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE = ALPHABET.length;
const SECRET_BYTES = 32;
/** 256 bits in base 62. */
const SECRET_LENGTH = 43;
/** 32 bits in base 62. */
const CHECKSUM_LENGTH = 6;
/** Characters of the secret that are kept for display, to tell keys apart. */
const SHOWN_SECRET_LENGTH = 6;

const PREFIXES = Object.values(API_KEY_PREFIX);

export type MintedApiKey = {
  /** The whole key. Shown once, never stored. */
  readonly text: string;
  readonly prefix: string;
  readonly hash: Buffer;
};

/**
 * Makes a key: `clw_agent_` or `clw_sender_`, 256 random bits in base 62, and their CRC-32 in base 62, so that a
 * mistyped or made-up key is told apart without a database read. The layout is that of GitHub's tokens
 * (https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/).
 */
export function mintApiKey(kind: ApiKeyKind): MintedApiKey {
  const secret = base62(BigInt(`0x${randomBytes(SECRET_BYTES).toString('hex')}`), SECRET_LENGTH);
  const text = API_KEY_PREFIX[kind] + secret + checksumOf(secret);
  return { text, prefix: API_KEY_PREFIX[kind] + secret.slice(0, SHOWN_SECRET_LENGTH), hash: sha256(text) };
}

/** Whether the text could be a key that was minted here: its form and its checksum hold. */
export function isWellFormedApiKey(text: string): boolean {
  const prefix = PREFIXES.find((each) => text.startsWith(each));
  if (prefix === undefined || text.length !== prefix.length + SECRET_LENGTH + CHECKSUM_LENGTH) return false;
  const secret = text.slice(prefix.length, prefix.length + SECRET_LENGTH);
  return text.slice(-CHECKSUM_LENGTH) === checksumOf(secret);
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
