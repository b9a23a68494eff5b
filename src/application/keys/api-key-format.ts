import { API_KEY_PREFIX, type ApiKeyKind } from '../../domain/api-key.ts';
import { isCheckedSecret, newCheckedSecret, type SecretFormat } from '../checked-secret.ts';
import { sha256 } from '../sha256.ts';

/** 256 bits. */
const SECRET: SecretFormat = { bytes: 32, length: 43 };
/** Characters of the secret that are kept for display, to tell keys apart. */
const SHOWN_SECRET_LENGTH = 6;

const PREFIXES = Object.values(API_KEY_PREFIX);
/**
 * Follows the prefix of a limited key. Nodes that know of no limits take such a key for a mistyped one, before they look
 * for it: none of them takes it for a whole one, whenever it is started. No secret has a `_`.
 */
const LIMITED = 'limited_';

export type MintedApiKey = {
  /** The whole key. Shown once, never stored. */
  readonly text: string;
  readonly prefix: string;
  readonly hash: Buffer;
};

/** Makes a key: what its kind is known by, such as `clw_agent_`, `limited_` where it may not do all, and a secret of 256 bits. */
export function mintApiKey(kind: ApiKeyKind, { isLimited = false } = {}): MintedApiKey {
  const secret = newCheckedSecret(SECRET);
  const prefix = API_KEY_PREFIX[kind] + (isLimited ? LIMITED : '');
  return {
    text: prefix + secret,
    prefix: prefix + secret.slice(0, SHOWN_SECRET_LENGTH),
    hash: sha256(prefix + secret),
  };
}

/** Whether the text could be a key that was minted here: its form and its checksum hold. */
export function isWellFormedApiKey(text: string): boolean {
  const prefix = PREFIXES.find((each) => text.startsWith(each));
  if (prefix === undefined) return false;
  const begin = prefix.length + (text.startsWith(LIMITED, prefix.length) ? LIMITED.length : 0);
  return isCheckedSecret(text.slice(begin), SECRET);
}
