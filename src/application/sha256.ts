import { hash } from 'node:crypto';

/**
 * The SHA-256 of a text. It is what is stored of a key or a session's token, and what it is looked up by: 256 random
 * bits need no slow hash, and a lookup by the hash tells nothing by how long it takes. Passwords need another one.
 */
export const sha256 = (text: string): Buffer => hash('sha256', text, 'buffer');

/** The same as base64, for keys of maps. */
export const sha256Base64 = (text: string): string => hash('sha256', text, 'base64');
