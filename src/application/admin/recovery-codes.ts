import { randomBytes } from 'node:crypto';
import { sha256 } from '../sha256.ts';

const CODES = 10;
/** Five bits each: 80 bits, which need no slow hash. */
const CODE_LENGTH = 16;
/** Crockford's base 32: no letter looks like a digit. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** Codes for when the authenticator is lost, in groups of four. */
export const newRecoveryCodes = (): readonly string[] =>
  Array.from({ length: CODES }, () => {
    const letters = [...randomBytes(CODE_LENGTH)].map((byte) => ALPHABET.charAt(byte % ALPHABET.length)).join('');
    return letters.match(/.{4}/g)?.join('-') ?? letters;
  });

/** What is stored of a code, however it was typed; null for a text that is none. */
export function recoveryHashOf(typed: string): Buffer | null {
  const letters = typed.toLowerCase().replace(/[\s-]/g, '').replaceAll('o', '0').replace(/[il]/g, '1');
  return letters.length === CODE_LENGTH ? sha256(letters) : null;
}
