import { createHash } from 'node:crypto';
import type { AuditFields } from './audit-entry.ts';
import { canonicalJson } from './canonical-json.ts';

export const DETAILS_SALT_BYTES = 16;

/** What an entry has of its details: nobody finds out by guessing what they were, once they and their salt are erased. */
export const detailsDigest = (salt: Buffer, details: AuditFields): Buffer =>
  createHash('sha256').update(salt).update(canonicalJson(details)).digest();
