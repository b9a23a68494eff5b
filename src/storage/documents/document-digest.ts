import { createHash } from 'node:crypto';

/** What the audit trail says of a document: the SHA-256 of its text as it is kept. */
export const documentDigest = (what: 'contract' | 'policies', text: string): string =>
  createHash('sha256').update(`clawcierge/${what}/v1\n${text}`).digest('base64');
