import { API_KEY_PREFIX, type ApiKeyKind } from '../../domain/api-key.ts';
import { isCheckedSecret, newCheckedSecret, type SecretFormat } from '../checked-secret.ts';
import { sha256 } from '../sha256.ts';

/** 256 bits. */
const SECRET: SecretFormat = { bytes: 32, length: 43 };
/** Characters of the secret that are kept for display, to tell keys apart. */
const SHOWN_SECRET_LENGTH = 6;

const PREFIXES = Object.values(API_KEY_PREFIX);

export type MintedApiKey = {
  /** The whole key. Shown once, never stored. */
  readonly text: string;
  readonly prefix: string;
  readonly hash: Buffer;
};

/** Makes a key: what its kind is known by, such as `clw_agent_`, and a secret of 256 bits. */
export function mintApiKey(kind: ApiKeyKind): MintedApiKey {
  const secret = newCheckedSecret(SECRET);
  const text = API_KEY_PREFIX[kind] + secret;
  return { text, prefix: API_KEY_PREFIX[kind] + secret.slice(0, SHOWN_SECRET_LENGTH), hash: sha256(text) };
}

/** Whether the text could be a key that was minted here: its form and its checksum hold. */
export function isWellFormedApiKey(text: string): boolean {
  const prefix = PREFIXES.find((each) => text.startsWith(each));
  return prefix !== undefined && isCheckedSecret(text.slice(prefix.length), SECRET);
}
