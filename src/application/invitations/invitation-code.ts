import { isCheckedSecret, newCheckedSecret, type SecretFormat } from '../checked-secret.ts';
import { sha256 } from '../sha256.ts';

const PREFIX = 'clw_invite_';
/** 128 bits. */
const SECRET: SecretFormat = { bytes: 16, length: 22 };

/** A fresh code, which is shown once, and the hash that is stored of it. */
export function mintInvitationCode(): { readonly code: string; readonly codeHash: Buffer } {
  const code = PREFIX + newCheckedSecret(SECRET);
  return { code, codeHash: sha256(code) };
}

/** The hash to find the invitation by; null for what cannot be a code. */
export const hashOfCode = (code: string): Buffer | null =>
  code.startsWith(PREFIX) && isCheckedSecret(code.slice(PREFIX.length), SECRET) ? sha256(code) : null;
