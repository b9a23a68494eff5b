import { createHash } from 'node:crypto';

/** What Node's `hash` does, which not every release of Node 20 has. */
export function hash(algorithm: string, data: string | Uint8Array, encoding: 'buffer'): Buffer;
export function hash(algorithm: string, data: string | Uint8Array, encoding: 'base64'): string;
export function hash(algorithm: string, data: string | Uint8Array, encoding: 'buffer' | 'base64'): Buffer | string {
  const hashed = createHash(algorithm).update(data);
  return encoding === 'base64' ? hashed.digest('base64') : hashed.digest();
}
