import { createHash } from 'node:crypto';

/** A short name for a longer one: long enough that no two of them have the same. */
export const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
