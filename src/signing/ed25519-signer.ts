import { createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Signer } from '../application/ports/signer.ts';

const SEED_BYTES = 32;
/** What stands before the 32 bytes of an Ed25519 key in PKCS #8. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const FILE = 'audit.key';

/** A signer of a key as the settings have it: 32 bytes, in base64. Throws where it is none. */
export const createSigner = (encoded: string): Signer => {
  const seed = Buffer.from(encoded, 'base64');
  if (seed.length !== SEED_BYTES) throw new Error(`A signing key has ${SEED_BYTES} bytes, in base64.`);
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  return { publicKey: Buffer.from(x, 'base64url'), sign: (bytes) => sign(null, bytes, key) };
};

/** The signer whose key is in the folder; null where there is none. Throws what the system has against it. */
export const findSigner = (folder: string): Signer | null => {
  try {
    return createSigner(readFileSync(join(folder, FILE), 'utf8').trim());
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
};

/**
 * The signer whose key is in the folder, which only this user may read; made there where there is none. Of several processes
 * that make one at once all use the same. Throws what the system has against it.
 */
export const openSigner = (folder: string): Signer => {
  const file = join(folder, FILE);
  const made = join(folder, `${FILE}.${process.pid}.${randomBytes(4).toString('hex')}`);
  const found = findSigner(folder);
  if (found !== null) return found;
  mkdirSync(folder, { recursive: true });
  writeFileSync(made, `${randomBytes(SEED_BYTES).toString('base64')}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(made, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(made);
  }
  return createSigner(readFileSync(file, 'utf8').trim());
};
