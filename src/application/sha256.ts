import { hash } from 'node:crypto';

/**
 * The SHA-256 of a text. It is what is stored of a key or a session's token, and what it is looked up by: 256 random
 * bits need no slow hash, and a lookup by the hash tells nothing by how long it takes. Passwords need another one.
 */
export const sha256 = (text: string): Buffer => hash('sha256', text, 'buffer');

/** The same in hexadecimal, for keys of maps; as base64 it takes twice the time. */
export const sha256Hex = (text: string): string => hash('sha256', text, 'hex');
