import { createHash } from 'node:crypto';

/** What Node's `hash` does, which not every release of Node 20 has. */
export const hash = (algorithm: string, data: string | Uint8Array, _encoding: 'buffer'): Buffer =>
  createHash(algorithm).update(data).digest();
